import { type ImageRepository, imagePolicy } from '@millrace/api';
import {
  type Controller,
  type Environment,
  Operations,
  Places,
  type Reconciler,
  referencesOf,
  waitFor,
} from '@millrace/controller';
import { keyOf, type WatchCache } from '@millrace/kube';
import { component } from '../names.ts';
import { repositoryKey } from './access.ts';
import { type Deps, reconcile } from './reconcile.ts';

type Given = Omit<Deps, 'references' | 'namespaces' | 'operations' | 'waitFor' | 'repositories'>;

/** ImagePolicies: each is chosen anew the moment that what it chooses from has changed. */
export function imagePolicyReconciler(
  environment: Environment,
  given: Given,
  repositories: WatchCache<ImageRepository>,
): Reconciler<typeof imagePolicy> {
  let controller: Controller<typeof imagePolicy> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const awaiting = waitFor(wake, 'DependencyNotReady');
  const on: Deps = {
    ...given,
    repositories,
    waitFor: awaiting,
    references: referencesOf(environment, awaiting, wake),
    namespaces: referencesOf(environment, awaiting, wake),
    operations: new Operations(wake, new Places({ host: 12 })),
  };
  return {
    name: 'imagepolicy',
    component,
    kind: imagePolicy,
    defaultReason: 'Failed',
    indexes: { repository: policy => [repositoryKey(policy)] },
    start(started) {
      controller = started;
      repositories.subscribe(({ key, before, after }) => {
        if (before && after && !concerns(before, after)) return;
        for (const { metadata } of started.objects.indexed('repository', key)) wake(keyOf(metadata));
      });
    },
    reconcile: (policy, visit) => reconcile(policy, visit, on),
    async finalize({ metadata }) {
      await on.operations.cancel(keyOf(metadata));
      return { kind: 'finalized' };
    },
    forget(key) {
      on.references.release(key);
      on.namespaces.release(key);
      void on.operations.cancel(key);
    },
    stop: () => on.operations.stop(),
  };
}

/** What a policy goes by: the tags, and who may see them. */
function concerns(before: ImageRepository, after: ImageRepository): boolean {
  return (
    before.metadata.generation !== after.metadata.generation ||
    before.status?.lastScanResult?.revision !== after.status?.lastScanResult?.revision ||
    before.status?.canonicalImageName !== after.status?.canonicalImageName
  );
}
