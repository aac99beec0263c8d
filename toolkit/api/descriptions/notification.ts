/** What the fields of the kinds in notification.toolkit.fluxcd.io mean. */
export const alert: Record<string, string> = {
  '': 'Says which events of which objects a Provider sends on.',
  'spec.providerRef': 'The Provider that sends the events, in the same namespace.',
  'spec.providerRef.name': 'Name of the Provider.',
  'spec.eventSources': 'The objects whose events are sent.',
  'spec.eventSources.apiVersion': 'API version of the objects.',
  'spec.eventSources.kind': 'Kind of the objects.',
  'spec.eventSources.name': 'Name of the object, or * for all of this kind.',
  'spec.eventSources.namespace': 'Namespace of the objects. Without one, that of the Alert.',
  'spec.eventSources.matchLabels': 'Labels that the objects have, where name is *.',
  'spec.eventSeverity': 'info (the default) sends all events, error only those of failures.',
  'spec.eventMetadata':
    'What is added to the metadata of events, such as the name of the cluster. The metadata of the event wins.',
  'spec.inclusionList': 'Regular expressions; only events whose message matches one of them are sent.',
  'spec.exclusionList': 'Regular expressions; events whose message matches one of them are not sent.',
  'spec.summary': 'A short text on what is affected. Use the key summary of spec.eventMetadata.',
  'spec.suspend': 'Sends nothing.',
};

export const provider: Record<string, string> = {
  '': 'Says where notifications are sent, and how.',
  'spec.type': 'Kind of the receiving service, such as slack, msteams, github or generic.',
  'spec.address': 'Address of the service. The entry address of the Secret is used in its place.',
  'spec.channel': 'Channel, room, topic or the like, where the service has such a thing.',
  'spec.username': 'Name under which messages are sent, where the service has such a thing.',
  'spec.secretRef':
    'The Secret with what the service asks for, in the same namespace: address, token, username, password, headers.',
  'spec.proxy': 'Address of a proxy. Use spec.proxySecretRef.',
  'spec.timeout': 'How long the service may take to answer.',
  'spec.interval': 'Has no effect. It is kept so that former manifests are valid.',
  'spec.suspend': 'Sends nothing.',
  'spec.serviceAccountName':
    'The service account, in the same namespace, whose workload identity logs in at the service.',
  'spec.commitStatusExpr':
    'A CEL expression for the identity of a commit status, over event, provider and alert. It has to be a text.',
};

export const receiver: Record<string, string> = {
  '': 'Offers a webhook: a request to it has objects reconciled.',
  'spec.type': 'Whose requests they are, such as github, gitlab, harbor, generic or generic-hmac.',
  'spec.events': 'Which kinds of events count, by the names that the sender gives them. Without any, all.',
  'spec.secretRef':
    'The Secret with the token, in the same namespace, by which requests are verified and from which the path is made.',
  'spec.resources': 'The objects to be reconciled.',
  'spec.resources.apiVersion': 'API version of the objects.',
  'spec.resources.kind': 'Kind of the objects.',
  'spec.resources.name': 'Name of the object, or * for all of this kind.',
  'spec.resources.namespace': 'Namespace of the objects. Without one, that of the Receiver.',
  'spec.resources.matchLabels': 'Labels that the objects have, where name is *.',
  'spec.resources.filter':
    'A CEL expression over res, the object, and req, the body; used in the place of spec.resourceFilter.',
  'spec.resourceFilter':
    'A CEL expression over res, an object, and req, the body of the request: the object is reconciled where it is true.',
  'spec.interval': 'How often the Secret is looked at. The default is 10m.',
  'spec.oidcProviders': 'Whose tokens are accepted, for the type generic-oidc.',
  'spec.oidcProviders.issuerURL': 'Address of the issuer, whose keys sign the tokens.',
  'spec.oidcProviders.audience': 'The audience that a token has to name.',
  'spec.oidcProviders.variables': 'Values made of the claims, for the validations.',
  'spec.oidcProviders.variables.name': 'Name of the variable.',
  'spec.oidcProviders.variables.expression': 'A CEL expression over claims and the variables before it.',
  'spec.oidcProviders.validations': 'What has to be true of a token.',
  'spec.oidcProviders.validations.expression': 'A CEL expression over claims and vars.',
  'spec.oidcProviders.validations.message': 'What is said where it is not true.',
  'status.webhookPath': 'Path of the webhook, below the address of the controller.',
};
