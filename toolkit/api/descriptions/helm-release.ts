import { below } from './below.ts';

/** What the fields of HelmRelease mean. */

/** What every action on a release can be told. */
const action = (path: string, verb: string) =>
  below(path, {
    timeout: `How long each operation of ${verb} may take. Without one, spec.timeout.`,
    disableHooks: `Runs no hooks of the chart at ${verb}.`,
    disableWait: `Does not wait for objects to be ready at ${verb}.`,
  });

/** What an action that waits for Jobs too can be told. */
const rollOut = (path: string, verb: string) => ({
  ...action(path, verb),
  ...below(path, { disableWaitForJobs: `Does not wait for Jobs to be complete at ${verb}.` }),
});

/** What installing and upgrading can both be told. */
const deployment = (path: string, verb: string) => ({
  ...rollOut(path, verb),
  ...below(path, {
    crds: `What becomes of the definitions in the folder crds/ of the chart at ${verb}: Skip, Create what is missing, or CreateReplace all.`,
    disableOpenAPIValidation: `Does not validate manifests against the OpenAPI schema of the cluster at ${verb}.`,
    disableSchemaValidation: `Does not validate values against the JSON schema of the chart at ${verb}.`,
    disableTakeOwnership: `Refuses objects that do not belong to the release yet at ${verb}, as helm does.`,
    strategy: `What is done about a failure of ${verb}.`,
    'strategy.name':
      'RemediateOnFailure does what remediation says, RetryOnFailure tries again and leaves everything as it is.',
    'strategy.retryInterval': 'How long to wait before it is tried again, for RetryOnFailure.',
    remediation: `What is done about a failure of ${verb}, for RemediateOnFailure.`,
    'remediation.retries': 'How often it is tried again before it is left; a negative number has no end.',
    'remediation.ignoreTestFailures':
      'Does not count failed tests of the chart. Without it, spec.test.ignoreFailures.',
    'remediation.remediateLastFailure': 'Whether the last failure is remediated too, when no retry is left.',
  }),
});

export const helmRelease: Record<string, string> = {
  '': 'Installs a chart as a release of Helm, and keeps the release as it is described.',
  'spec.chart': 'The chart, as a HelmChart that is made for this release.',
  'spec.chart.metadata': 'Labels and annotations of the HelmChart.',
  'spec.chart.metadata.annotations': 'Annotations of the HelmChart.',
  'spec.chart.metadata.labels': 'Labels of the HelmChart.',
  'spec.chart.spec': 'The spec of the HelmChart.',
  'spec.chart.spec.chart': 'Name of the chart in a Helm repository, or path of its folder in another source.',
  'spec.chart.spec.version':
    'The version or range of versions in a Helm repository; without one, the latest.',
  'spec.chart.spec.sourceRef': 'Where the chart is: a HelmRepository, GitRepository or Bucket.',
  'spec.chart.spec.interval':
    'How often the source is looked at for a new chart. Without one, spec.interval.',
  'spec.chart.spec.valuesFiles':
    'Values files that become the values of the chart, merged in their order, by paths from the root of the source.',
  'spec.chart.spec.valuesFile': 'A values file; use valuesFiles.',
  'spec.chart.spec.ignoreMissingValuesFiles': 'Passes over values files that are not there.',
  'spec.chart.spec.reconcileStrategy':
    'When a new chart is taken: ChartVersion (the default) for a new version of it, Revision for a new revision of its source.',
  'spec.chart.spec.verify': 'Demands that a chart from a registry is signed.',
  'spec.chartRef':
    'An object that has the chart: an OCIRepository, HelmChart or ExternalArtifact, in the place of spec.chart.',
  'spec.chartRef.apiVersion': 'API version of the object.',
  'spec.chartRef.kind': 'Kind of the object.',
  'spec.chartRef.name': 'Name of the object.',
  'spec.chartRef.namespace': 'Namespace of the object. Without one, that of the HelmRelease.',
  'spec.interval': 'How often the release is compared with what is wanted when nothing has happened.',
  'spec.timeout': 'How long each operation of Helm may take, such as waiting for a Job. The default is 5m.',
  'spec.releaseName':
    'Name of the release. Without one, the name of the HelmRelease, after spec.targetNamespace and a dash.',
  'spec.targetNamespace': 'Namespace of the release. Without one, that of the HelmRelease.',
  'spec.storageNamespace': 'Namespace in which Helm keeps its records. Without one, that of the HelmRelease.',
  'spec.serviceAccountName': 'The service account of the same namespace in whose name Helm acts.',
  'spec.persistentClient':
    'Whether one client does all of an action, the default; false makes one for each step.',
  'spec.maxHistory': 'How many records of the release are kept. The default is 5; 0 has no limit.',
  'spec.suspend': 'Stops the reconciliation of this release. The release stays as it is.',
  'spec.values': 'Values for the chart. They win over those of spec.valuesFrom.',
  'spec.valuesFrom': 'ConfigMaps and Secrets of the same namespace that hold values. Later ones win.',
  'spec.valuesFrom.kind': 'ConfigMap or Secret.',
  'spec.valuesFrom.name': 'Name of the ConfigMap or Secret.',
  'spec.valuesFrom.valuesKey': 'Entry that holds the values. The default is values.yaml.',
  'spec.valuesFrom.targetPath':
    'The entry is one value, which goes to this place, such as global.db.password.',
  'spec.valuesFrom.literal':
    'Takes the entry as text where targetPath is given: nothing in it is split or read as a number.',
  'spec.valuesFrom.optional': 'Passes over it where the ConfigMap, the Secret or the entry is not there.',
  'spec.driftDetection': 'Whether changes are noticed that others have made to the objects of the release.',
  'spec.driftDetection.mode':
    'enabled puts back what has changed, warn reports it, disabled (the default) does not look.',
  'spec.driftDetection.ignore': 'Fields that others may set.',
  'spec.commonMetadata': 'Labels and annotations that every object of the release gets.',
  'spec.postRenderers': 'What changes the rendered manifests before they are applied, in this order.',
  'spec.postRenderers.kustomize': 'Changes by kustomize.',
  'spec.postRenderers.kustomize.images': 'Names, tags and digests of images that are changed.',
  'spec.postRenderers.kustomize.patches': 'Patches that are applied.',
  'spec.postRenderStrategy':
    'What post renderers see of hooks: combined (the default) gives them hooks and manifests together, separate one after the other, nohooks only manifests.',
  'spec.waitStrategy': 'How it is told that objects are ready.',
  'spec.waitStrategy.name':
    'poller (the default) looks at the status of each object; legacy waits as Helm 3 did.',

  'spec.install': 'How the release is installed.',
  ...deployment('spec.install', 'an installation'),
  'spec.install.createNamespace': 'Creates the namespace of the release if it is not there.',
  'spec.install.replace': 'Takes the name of a release that was deleted and has kept its history.',
  'spec.install.skipCRDs': 'Does not install the definitions of the chart; use crds: Skip.',
  'spec.install.serverSideApply':
    'Whether the API server merges what is applied (the default), or Helm does.',

  'spec.upgrade': 'How the release is upgraded.',
  ...deployment('spec.upgrade', 'an upgrade'),
  'spec.upgrade.force': 'Replaces objects in the place of changing them.',
  'spec.upgrade.preserveValues': 'Starts from the values of the last release.',
  'spec.upgrade.cleanupOnFail': 'Deletes objects that a failed upgrade has created.',
  'spec.upgrade.chartNameChangeStrategy':
    'What a chart of another name does: Reinstall (the default) uninstalls the release first, InPlaceUpdate upgrades it.',
  'spec.upgrade.remediation.strategy':
    'rollback (the default) to the last release that was well, or uninstall.',
  'spec.upgrade.serverSideApply':
    'Who merges what is applied: the API server (enabled), Helm (disabled), or whoever did at the last release (auto, the default).',

  'spec.rollback': 'How the release is rolled back after a failed upgrade.',
  ...rollOut('spec.rollback', 'a rollback'),
  'spec.rollback.force': 'Replaces objects in the place of changing them.',
  'spec.rollback.cleanupOnFail': 'Deletes objects that a failed rollback has created.',
  'spec.rollback.recreate': 'Has no effect: Helm no longer restarts Pods.',
  'spec.rollback.serverSideApply':
    'Who merges what is applied: the API server (enabled), Helm (disabled), or whoever did at the release that is gone back to (auto, the default).',

  'spec.test': 'Runs the tests of the chart.',
  'spec.test.enable': 'Runs them after every installation and upgrade.',
  'spec.test.filters': 'Which tests run. Without any, all.',
  'spec.test.filters.name': 'Name of the test.',
  'spec.test.filters.exclude': 'Runs all but this one.',
  'spec.test.ignoreFailures': 'Does not count failed tests as a failure of the release.',
  'spec.test.timeout': 'How long each test may take. Without one, spec.timeout.',

  'spec.uninstall': 'How the release is uninstalled.',
  ...action('spec.uninstall', 'an uninstallation'),
  'spec.uninstall.keepHistory': 'Keeps the records of Helm, and marks the release as deleted.',
  'spec.uninstall.deletionPropagation':
    'How dependents of objects are deleted: background (the default), foreground or orphan.',

  'status.helmChart': 'Namespace and name of the HelmChart that was made for this release.',
  'status.history': 'The last releases, the newest first.',
  'status.history.action': 'What has made this release: install, upgrade or rollback.',
  'status.history.apiVersion': 'Version of the form of this entry.',
  'status.history.appVersion': 'Version of the application, as the chart says.',
  'status.history.chartName': 'Name of the chart.',
  'status.history.chartVersion': 'Version of the chart.',
  'status.history.configDigest': 'Digest of the values.',
  'status.history.deleted': 'When the release was deleted.',
  'status.history.digest': 'Digest of the record in the storage.',
  'status.history.firstDeployed': 'When the release was first installed.',
  'status.history.lastDeployed': 'When this version of it was made.',
  'status.history.name': 'Name of the release.',
  'status.history.namespace': 'Namespace of the release.',
  'status.history.ociDigest': 'Digest of the OCI image that the chart comes from.',
  'status.history.status': 'Status of the release, as Helm has it: deployed, failed, superseded, and so on.',
  'status.history.testHooks': 'Tests that were run, by their names.',
  'status.history.testHooks.lastCompleted': 'When it ended.',
  'status.history.testHooks.lastStarted': 'When it began.',
  'status.history.testHooks.phase': 'How it stands: Running, Succeeded, Failed or Unknown.',
  'status.history.version': 'Revision of the release.',
  'status.failures': 'How many attempts have failed since the last success or change.',
  'status.installFailures': 'How many installations have failed since the last success or change.',
  'status.upgradeFailures': 'How many upgrades have failed since the last success or change.',
  'status.lastAttemptedConfigDigest': 'Digest of the values that were last tried.',
  'status.lastAttemptedGeneration': 'Generation of the HelmRelease that was last tried.',
  'status.lastAttemptedReleaseAction': 'The last action: install or upgrade.',
  'status.lastAttemptedReleaseActionDuration': 'How long the last action took.',
  'status.lastAttemptedRevision': 'Version of the chart that was last tried.',
  'status.lastAttemptedRevisionDigest':
    'Digest of the OCI image that the chart comes from that was last tried.',
  'status.lastAttemptedValuesChecksum': 'Has been replaced by lastAttemptedConfigDigest.',
  'status.lastHandledForceAt':
    'The value of the annotation reconcile.fluxcd.io/forceAt that was last acted on.',
  'status.lastHandledResetAt':
    'The value of the annotation reconcile.fluxcd.io/resetAt that was last acted on.',
  'status.lastReleaseRevision': 'Has been replaced by the history.',
  'status.observedCommonMetadataDigest':
    'Digest of the spec.commonMetadata with which the last release was made.',
  'status.observedPostRenderersDigest':
    'Digest of the spec.postRenderers with which the last release was made.',
  'status.storageNamespace': 'Namespace in which the records of the current release are.',
};
