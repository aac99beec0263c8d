/**
 * What fields mean that several kinds have, by the end of their path. The longest end that fits a field is its own;
 * a kind says more where it means more.
 */
export const commonDescriptions: Record<string, string> = {
  spec: 'What is wanted.',
  status: 'What was last observed, written by the controller.',

  'spec.interval':
    'How often the object is reconciled when nothing has happened, as a duration such as 10m0s.',
  'spec.suspend': 'Stops the reconciliation of this object. What it has made stays as it is.',
  'spec.timeout': 'How long an operation may take before it counts as failed, as a duration such as 60s.',
  'spec.serviceAccountName': 'The service account of the same namespace in whose name the controller acts.',
  'spec.insecure': 'Allows plain HTTP in the place of HTTPS.',
  'spec.accessFrom': 'Has no effect. It is kept so that former manifests are valid.',
  'spec.gitImplementation': 'Has no effect. It is kept so that former manifests are valid.',
  'spec.validation': 'Has no effect: every object is validated by the API server before it is applied.',
  'accessFrom.namespaceSelectors': 'Has no effect.',
  'accessFrom.namespaceSelectors.matchLabels': 'Has no effect.',

  'spec.secretRef': 'The Secret with the credentials, in the same namespace.',
  'spec.certSecretRef':
    'The Secret with TLS material, in the same namespace: ca.crt for the certificates to be trusted, tls.crt and tls.key for the certificate that the client shows.',
  'spec.proxySecretRef':
    'The Secret of the proxy to be used, in the same namespace: address, and username and password where it asks for them.',

  'secretRef.name': 'Name of the Secret.',
  'certSecretRef.name': 'Name of the Secret.',
  'proxySecretRef.name': 'Name of the Secret.',
  'trustedRootSecretRef.name': 'Name of the Secret.',
  'configMapRef.name': 'Name of the ConfigMap.',

  'spec.sourceRef': 'The object from which the content comes.',
  'sourceRef.apiVersion': 'API version of the referenced object.',
  'sourceRef.kind': 'Kind of the referenced object.',
  'sourceRef.name': 'Name of the referenced object.',
  'sourceRef.namespace': 'Namespace of the referenced object. Without one, that of this object.',

  'spec.commonMetadata': 'Labels and annotations that every object gets.',
  'commonMetadata.annotations': 'Annotations to be set on every object.',
  'commonMetadata.labels': 'Labels to be set on every object.',

  'spec.dependsOn': 'Objects of the same kind that have to be ready before this one is reconciled.',
  'spec.dependsOn.name': 'Name of the object that has to be ready.',
  'spec.dependsOn.namespace':
    'Namespace of the object that has to be ready. Without one, that of this object.',
  'spec.dependsOn.readyExpr':
    'A CEL expression that says whether the dependency is ready: dep is the dependency, self is this object.',

  'spec.kubeConfig': 'How the cluster is reached where the objects are to be, if it is not this one.',
  'spec.kubeConfig.configMapRef':
    'The ConfigMap, in the same namespace, that says which cloud provider gives access to the cluster, and to which.',
  'spec.kubeConfig.secretRef': 'The Secret with a kubeconfig, in the same namespace.',
  'spec.kubeConfig.secretRef.key':
    'Entry of the Secret that holds the kubeconfig. Without one, value, then value.yaml.',

  'spec.healthCheckExprs':
    'How the health of custom resources is told, by expressions in CEL over the object.',
  'spec.healthCheckExprs.apiVersion': 'API version of the custom resource.',
  'spec.healthCheckExprs.kind': 'Kind of the custom resource.',
  'spec.healthCheckExprs.current': 'True when the object is as wanted.',
  'spec.healthCheckExprs.failed': 'True when the object has failed.',
  'spec.healthCheckExprs.inProgress': 'True while the object is on its way.',

  'target.annotationSelector': 'A selector of annotations, in the form of label selectors.',
  'target.group': 'API group, as an anchored regular expression.',
  'target.kind': 'Kind, as an anchored regular expression.',
  'target.labelSelector': 'A label selector, such as app=api,tier!=cache.',
  'target.name': 'Name, as an anchored regular expression.',
  'target.namespace': 'Namespace, as an anchored regular expression.',
  'target.version': 'API version without its group, as an anchored regular expression.',
  'ignore.paths': 'JSON pointers (RFC 6901) of the fields that may differ, such as /spec/replicas.',
  'ignore.target': 'Which objects the paths are for. Without one, all of them.',
  'patches.patch': 'A strategic merge patch, or a list of JSON patch operations, as YAML in a text.',
  'patches.target': 'Which objects are patched. A strategic merge patch may name its object itself.',
  'images.name': 'The image to be changed, without tag and digest.',
  'images.newName': 'The name that it gets.',
  'images.newTag': 'The tag that it gets.',
  'images.digest': 'The digest that it gets, in the place of a tag.',

  'verify.provider': 'Which tool has made the signature.',
  'verify.secretRef':
    'The Secret with the keys that are trusted, in the same namespace. Without one, signatures are keyless.',
  'verify.matchOIDCIdentity': 'Who may have signed without a key: one of these has to match.',
  'verify.matchOIDCIdentity.issuer':
    'A regular expression over the issuer in the certificate of the signature.',
  'verify.matchOIDCIdentity.subject':
    'A regular expression over the subject in the certificate of the signature.',
  'verify.trustedRootSecretRef':
    'The Secret whose trusted_root.json says which authorities and logs are trusted, for a Sigstore of your own.',

  'status.conditions': 'How the object stands; Ready is the sum of it.',
  'status.conditions.lastTransitionTime': 'When the status of this condition last changed.',
  'status.conditions.message': 'What has happened, in words.',
  'status.conditions.observedGeneration': 'The generation of the object that this condition is about.',
  'status.conditions.reason': 'What has happened, as one word for programs.',
  'status.conditions.status': 'True, False or Unknown.',
  'status.conditions.type': 'What this condition is about.',
  'status.observedGeneration': 'The generation of the object that was last reconciled.',
  'status.lastHandledReconcileAt':
    'The value of the annotation reconcile.fluxcd.io/requestedAt that was last acted on.',
  'status.url': 'Where the latest artifact can be downloaded, under a name that stays.',
  'status.observedIgnore': 'The spec.ignore with which the artifact was made.',

  'status.artifact': 'What the last successful reconciliation has stored for others to download.',
  'status.includedArtifacts': 'The artifacts that were included.',
  'artifact.digest': 'Digest of the file, as algorithm:hex.',
  'artifact.lastUpdateTime': 'When the artifact was stored.',
  'artifact.metadata': 'What else is known of it, such as the annotations of an OCI manifest.',
  'artifact.path': 'Path of the file below the root of the storage.',
  'artifact.revision': 'The revision that it was made of, such as main@sha1:... or 1.4.2.',
  'artifact.size': 'Size of the file in bytes.',
  'artifact.url': 'Where the file can be downloaded.',
  'includedArtifacts.digest': 'Digest of the file, as algorithm:hex.',
  'includedArtifacts.lastUpdateTime': 'When the artifact was stored.',
  'includedArtifacts.metadata': 'What else is known of it.',
  'includedArtifacts.path': 'Path of the file below the root of the storage.',
  'includedArtifacts.revision': 'The revision that it was made of.',
  'includedArtifacts.size': 'Size of the file in bytes.',
  'includedArtifacts.url': 'Where the file can be downloaded.',

  'status.inventory': 'The objects that are owned.',
  'status.inventory.entries': 'One entry for each object.',
  'status.inventory.entries.id': 'Namespace, name, group and kind of the object, joined by underscores.',
  'status.inventory.entries.v': 'API version of the object, without its group.',
};
