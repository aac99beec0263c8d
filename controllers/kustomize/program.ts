import { openArtifacts } from '@millrace/artifact';
import { startController } from '@millrace/controller';
import type { Program } from '@millrace/process';
import { startBuilder } from './build.ts';
import { kustomizeFlags } from './flags/index.ts';
import { kustomizationReconciler } from './reconciler.ts';

/** Those of kustomize-controller v1.9.4 that mean something here; what each does stands in docs/compatibility.md. */
const gates = {
  StrictPostBuildSubstitutions: true,
  AdditiveCELDependencyCheck: false,
  DisableFailFastBehavior: false,
  MigrateAPIVersion: false,
  ExternalArtifact: false,
  // Moot: what they turn on or off is done otherwise here, or always.
  CacheSecretsAndConfigMaps: false,
  CancelHealthCheckOnNewRevision: false,
  DirectSourceFetch: false,
  DisableConfigWatchers: false,
  DisableStatusPollerCache: true,
  GroupChangeLog: false,
  ObjectLevelWorkloadIdentity: false,
};

const notActedUpon = ['ObjectLevelWorkloadIdentity'] as const;

export const kustomizeController: Program<typeof kustomizeFlags, keyof typeof gates> = {
  name: 'kustomize-controller',
  flags: kustomizeFlags,
  gates,
  async start({ environment, settings, flags: given, gates: open }) {
    for (const gate of notActedUpon)
      if (open[gate]) environment.log.info(`the feature gate ${gate} has no effect in this version`);
    const builder = startBuilder();
    const artifacts = openArtifacts();
    const reconciler = kustomizationReconciler(environment, {
      builder,
      artifacts,
      crossNamespaceRefs: !given.noCrossNamespaceRefs,
      defaultServiceAccount: given.defaultServiceAccount || undefined,
      overrideManagers: given.overrideManagers,
      kubeConfigRules: {
        mayRunPrograms: given.insecureKubeconfigExec,
        maySkipVerification: given.insecureKubeconfigTls,
      },
      earlyKinds: groupKindsOf(given.customApplyStageKinds),
      migrateVersions: open.MigrateAPIVersion,
      fetchRetries: given.httpRetry,
      applyConcurrency: given.concurrentSsa,
      recheckAfter: given.requeueDependency,
      failFast: !open.DisableFailFastBehavior,
      externalArtifacts: open.ExternalArtifact,
      additiveExpressions: open.AdditiveCELDependencyCheck,
      strictSubstitution: open.StrictPostBuildSubstitutions,
    });
    const running = await startController(reconciler, environment, settings);
    return {
      async stop() {
        await running.stop();
        await Promise.all([builder.stop(), artifacts.stop()]);
      },
    };
  },
};

/** `group/Kind, Kind`: a kind without a group is one of the core's. */
function groupKindsOf(text: string): ReadonlySet<string> {
  const items = text.split(',').map(item => item.trim());
  return new Set(items.filter(item => item !== '').map(item => (item.includes('/') ? item : `/${item}`)));
}
