/** What the fields of Kustomization mean. */
export const kustomization: Record<string, string> = {
  '': 'Builds a folder of a source with kustomize, applies what comes of it to a cluster, and keeps it so.',
  'spec.path':
    'Folder in the artifact of the source, with a kustomization.yaml or with manifests. Without one, its root.',
  'spec.prune': 'Deletes objects from the cluster that are no longer in the source.',
  'spec.interval': 'How often the cluster is compared with the source when nothing has happened.',
  'spec.retryInterval': 'How long to wait after a failure. Without one, spec.interval.',
  'spec.timeout': 'How long validation, applying and health checks may take. Without one, spec.interval.',
  'spec.force': 'Deletes and creates again what cannot be changed because a field of it is immutable.',
  'spec.wait': 'Waits until all applied objects are healthy; spec.healthChecks is not looked at then.',
  'spec.healthChecks': 'Objects that have to be healthy.',
  'spec.healthChecks.apiVersion': 'API version of the object; apps/v1 where nothing is said.',
  'spec.healthChecks.kind': 'Kind of the object.',
  'spec.healthChecks.name': 'Name of the object.',
  'spec.healthChecks.namespace': 'Namespace of the object.',
  'spec.deletionPolicy':
    'What becomes of the applied objects when the Kustomization is deleted: MirrorPrune (the default) does what spec.prune says, Delete deletes them, WaitForTermination waits until they are gone, Orphan leaves them.',
  'spec.sourceRef.namespace': 'Namespace of the source. Without one, that of the Kustomization.',
  'spec.targetNamespace': 'Namespace of all objects that are in one, whatever their manifests say.',
  'spec.namePrefix': 'Put before the name of every object.',
  'spec.nameSuffix': 'Put after the name of every object.',
  'spec.components': 'Folders of kustomize components, relative to spec.path.',
  'spec.ignoreMissingComponents': 'Passes over components that are not there.',
  'spec.patches': 'Patches that are applied to what was built.',
  'spec.images': 'Names, tags and digests of images that are changed in what was built.',
  'spec.buildMetadata':
    'Annotations that kustomize adds: originAnnotations says where an object comes from, transformerAnnotations what has changed it.',
  'spec.postBuild': 'Variables that are replaced in what was built.',
  'spec.postBuild.substitute': 'Values by the names of variables. These win over those of substituteFrom.',
  'spec.postBuild.substituteFrom':
    'ConfigMaps and Secrets of the same namespace whose entries are variables. Later ones win.',
  'spec.postBuild.substituteFrom.kind': 'ConfigMap or Secret.',
  'spec.postBuild.substituteFrom.name': 'Name of the ConfigMap or Secret.',
  'spec.postBuild.substituteFrom.optional': 'Passes over it where it is not there.',
  'spec.postBuild.substituteStrategy':
    'Whether variables are replaced where none are given: WithVariables (the default) does so only if there are any, Always in any case.',
  'spec.decryption': 'Decrypts manifests and files of Secrets before they are applied.',
  'spec.decryption.provider': 'What they are encrypted with: sops.',
  'spec.decryption.secretRef':
    'The Secret with the keys, in the same namespace. The end of an entry says what it holds: .agekey, .asc, or the token of a service such as sops.vault-token.',
  'spec.decryption.serviceAccountName':
    'The service account, in the same namespace, whose workload identity asks key services of clouds.',
  'spec.ignore': 'Fields that others may set on applied objects: they are neither corrected nor reported.',
  'spec.serviceAccountName':
    'The service account of the same namespace in whose name objects are applied and deleted.',
  'status.history': 'The last revisions and configurations that were applied, the newest first.',
  'status.history.digest': 'Digest of what was built and of how it was applied.',
  'status.history.firstReconciled': 'When it was first applied.',
  'status.history.lastReconciled': 'When it was last applied.',
  'status.history.lastReconciledDuration': 'How long that took.',
  'status.history.lastReconciledStatus': 'The reason that Ready had after that.',
  'status.history.metadata': 'What belongs to it, such as its revision.',
  'status.history.totalReconciliations': 'How often it was applied.',
  'status.lastAppliedRevision': 'The revision of the source that was last applied with success.',
  'status.lastAppliedOriginRevision':
    'The revision that the publisher of an OCI artifact noted as its origin, of what was last applied.',
  'status.lastAttemptedRevision': 'The revision of the source that was last tried.',
};
