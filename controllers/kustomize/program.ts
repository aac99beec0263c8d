import { startController } from '@millrace/controller';
import { boolean, list, type Program, text } from '@millrace/process';
import { startBuilder } from './build.ts';
import { kustomizationReconciler } from './reconciler.ts';

const flags = {
  defaultServiceAccount: text(
    'default-service-account',
    '',
    'whom to impersonate where a Kustomization names nobody',
  ),
  noCrossNamespaceRefs: boolean('no-cross-namespace-refs', false, 'refuse references to other namespaces'),
  noRemoteBases: boolean('no-remote-bases', true, 'accepted; remote bases are never loaded here'),
  overrideManagers: list('override-manager', 'a field manager whose changes to managed objects are undone'),
};

/** Those of kustomize-controller v1.9.4 that mean something here; what each does stands in docs/compatibility.md. */
const gates = {
  StrictPostBuildSubstitutions: true,
  // Moot: what they turn on or off is done otherwise here, or always.
  CacheSecretsAndConfigMaps: false,
  CancelHealthCheckOnNewRevision: false,
  DirectSourceFetch: false,
  DisableConfigWatchers: false,
  DisableFailFastBehavior: false,
  DisableStatusPollerCache: true,
  GroupChangeLog: false,
  // Not acted upon yet.
  AdditiveCELDependencyCheck: false,
  ExternalArtifact: false,
  MigrateAPIVersion: false,
  ObjectLevelWorkloadIdentity: false,
};

export const kustomizeController: Program<typeof flags, keyof typeof gates> = {
  name: 'kustomize-controller',
  flags,
  gates,
  async start({ environment, settings, flags: given, gates: open }) {
    const builder = startBuilder();
    const reconciler = kustomizationReconciler(environment, {
      builder,
      crossNamespaceRefs: !given.noCrossNamespaceRefs,
      defaultServiceAccount: given.defaultServiceAccount || undefined,
      overrideManagers: given.overrideManagers,
      strictSubstitution: open.StrictPostBuildSubstitutions,
    });
    const running = await startController(reconciler, environment, settings);
    return {
      async stop() {
        await running.stop();
        await builder.stop();
      },
    };
  },
};
