import { rm } from 'node:fs/promises';
import { type ArtifactGenerator, apiVersionOfKind, artifactGenerator, externalArtifact } from '@millrace/api';
import {
  type Controller,
  type Environment,
  Operations,
  Places,
  type Reconciler,
  type Shared,
  sourcesOf,
  type View,
  waitFor,
} from '@millrace/controller';
import { type KubeObject, keyOf } from '@millrace/kube';
import { folderOf } from './build.ts';
import { startComposer } from './compose/composer.ts';
import type { Deps } from './deps.ts';
import { collect } from './external-artifacts.ts';
import { component, finalizer, generatorLabel } from './names.ts';
import { isDisabled, reconcile } from './reconcile.ts';

type Given = Pick<
  Deps,
  'storage' | 'folder' | 'crossNamespaceRefs' | 'recheckAfter' | 'fetchRetries' | 'timeout'
>;

/** By who has made them. */
const byGenerator: View<KubeObject> = {
  name: 'external-artifact',
  project: object => object,
  indexes: { generator: object => [object.metadata.labels?.[generatorLabel] ?? ''].filter(Boolean) },
};

/** The source watcher: what wakes an ArtifactGenerator, and what is done with it then. */
export function artifactGeneratorReconciler(
  environment: Environment,
  given: Given,
  namespace: string | undefined,
): Reconciler<typeof artifactGenerator> {
  let controller: Controller<typeof artifactGenerator> | undefined;
  let external: Shared<KubeObject> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const wakeAll = (found: ArtifactGenerator[] = []) => {
    for (const { metadata } of found) wake(keyOf(metadata));
  };
  const byUid = (uid: string) => controller?.objects.indexed('uid', uid) ?? [];
  const awaiting = waitFor(wake, 'ReconciliationFailed');
  const sourceChanged = (kind: string, key: string) =>
    wakeAll(controller?.objects.indexed('source', `${kind}/${key}`));
  const on: Deps = {
    ...given,
    client: environment.client,
    sources: sourcesOf(environment, awaiting, sourceChanged, undefined, sourceChanged),
    external() {
      if (external) return external.cache;
      const selection = {
        apiVersion: apiVersionOfKind(externalArtifact),
        kind: externalArtifact.kind,
        namespace,
      };
      external = environment.watches.use(selection, byGenerator);
      external.cache.subscribe(({ before, after }) => {
        const owners = [before, after].map(object => object?.metadata.labels?.[generatorLabel]);
        for (const uid of new Set(owners)) if (uid) wakeAll(byUid(uid));
      });
      return external.cache;
    },
    waitFor: awaiting,
    operations: new Operations(wake, new Places({ host: 4 })),
    composer: startComposer(),
    generator: uid => byUid(uid)[0],
  };
  return {
    name: 'artifactgenerator',
    component,
    kind: artifactGenerator,
    finalizer,
    defaultReason: 'ReconciliationFailed',
    indexes: {
      uid: ({ metadata }) => [metadata.uid ?? ''],
      source: ({ metadata, spec }) =>
        spec.sources.map(({ kind, name, namespace = metadata.namespace }) => `${kind}/${namespace}/${name}`),
    },
    start(started) {
      controller = started;
      started.objects.subscribe(({ key, before, after }) => {
        if (before && after && isDisabled(before) !== isDisabled(after)) wake(key);
      });
    },
    reconcile: (generator, visit) => reconcile(generator, visit, on),
    async finalize(generator) {
      await on.operations.cancel(keyOf(generator.metadata));
      on.waitFor(keyOf(generator.metadata), on.external(), 'the list of ExternalArtifact');
      await collect(generator, [], on);
      await rm(folderOf(on.folder, generator), { recursive: true, force: true });
      return { kind: 'finalized' };
    },
    forget(key) {
      void on.operations.cancel(key);
    },
    async stop() {
      external?.release();
      await on.operations.stop();
      await on.composer.stop();
    },
  };
}
