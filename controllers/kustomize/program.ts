import { openArtifacts } from '@millrace/artifact';
import { cloud } from '@millrace/cloud';
import { startController } from '@millrace/controller';
import { serviceAccountTokens } from '@millrace/kube';
import type { Program } from '@millrace/process';
import { FlagError } from '@millrace/process/flags';
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
  ObjectLevelWorkloadIdentity: false,
  // Moot: what they turn on or off is done otherwise here, or always.
  CacheSecretsAndConfigMaps: false,
  CancelHealthCheckOnNewRevision: false,
  DirectSourceFetch: false,
  DisableConfigWatchers: false,
  DisableStatusPollerCache: true,
  GroupChangeLog: false,
};

export const kustomizeController: Program<typeof kustomizeFlags, keyof typeof gates> = {
  name: 'kustomize-controller',
  flags: kustomizeFlags,
  gates,
  async start({ environment, settings, flags: given, gates: open }) {
    const { ObjectLevelWorkloadIdentity: objectLevel } = open;
    for (const [flag, account] of Object.entries({
      'default-decryption-service-account': given.defaultDecryptionServiceAccount,
      'default-kubeconfig-service-account': given.defaultKubeconfigServiceAccount,
    }))
      if (account !== '' && !objectLevel)
        throw new FlagError(`--${flag} needs --feature-gates=ObjectLevelWorkloadIdentity=true`);
    const serviceAccounts = serviceAccountTokens(environment.client);
    const clouds = cloud({
      serviceAccounts,
      objectLevel,
      tokens: {
        maxSize: given.tokenCacheMaxSize,
        maxDuration: given.tokenCacheMaxDuration,
        told: environment.metrics.tokens,
      },
    });
    const builder = startBuilder();
    const artifacts = openArtifacts();
    const reconciler = kustomizationReconciler(environment, {
      builder,
      artifacts,
      crossNamespaceRefs: !given.noCrossNamespaceRefs,
      defaultServiceAccount: given.defaultServiceAccount || undefined,
      overrideManagers: given.overrideManagers,
      remote: {
        mayRunPrograms: given.insecureKubeconfigExec,
        maySkipVerification: given.insecureKubeconfigTls,
        defaultServiceAccount: given.defaultKubeconfigServiceAccount || undefined,
        cloud: clouds,
      },
      decryption: {
        ageSecret: own(given.sopsAgeSecret),
        vaultConfigMap: own(given.sopsVaultConfigmap),
        objectLevelIdentity: open.ObjectLevelWorkloadIdentity,
        defaultServiceAccount: given.defaultDecryptionServiceAccount || undefined,
        cloud: clouds,
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

/** A Secret or ConfigMap in the namespace of the controllers, where they have one. */
function own(name: string): { namespace: string; name: string } | undefined {
  const namespace = process.env.RUNTIME_NAMESPACE;
  return name && namespace ? { namespace, name } : undefined;
}

/** `group/Kind, Kind`: a kind without a group is one of the core's. */
function groupKindsOf(text: string): ReadonlySet<string> {
  const items = text.split(',').map(item => item.trim());
  return new Set(items.filter(item => item !== '').map(item => (item.includes('/') ? item : `/${item}`)));
}
