import { ociRepository } from '@millrace/api';
import type { IdentityRules } from '@millrace/cloud';
import {
  type Controller,
  type Environment,
  Operations,
  Places,
  type Reconciler,
  referencesOf,
  restingStatus,
  waitFor,
} from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import { tokens, ways } from '@millrace/oci';
import { ownerOf } from './artifact.ts';
import type { Deps } from './deps.ts';
import { startLayers } from './layers.ts';
import { reconcile } from './reconcile.ts';

/** The source controller's part for OCI registries. */
export function ociRepositoryReconciler(
  environment: Environment,
  given: Pick<Deps, 'storage' | 'cloud' | 'roots' | 'urls' | keyof IdentityRules>,
): Reconciler<typeof ociRepository> {
  let controller: Controller<typeof ociRepository> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const on: Deps = {
    ...given,
    references: referencesOf(environment, waitFor(wake, 'AuthenticationFailed'), wake),
    operations: new Operations(wake, new Places({ host: 12 })),
    layers: startLayers(),
    tokens: tokens(),
    ways: ways(),
  };
  return {
    name: 'ocirepository',
    component: 'source-controller',
    kind: ociRepository,
    defaultReason: 'OCIArtifactPullFailed',
    start(started) {
      controller = started;
    },
    suspended: object => restingStatus(object, new Date()),
    reconcile: (repo, visit) => reconcile(repo, visit, on),
    async finalize(repo) {
      await on.operations.cancel(keyOf(repo.metadata));
      await on.storage.remove(ownerOf(repo));
      return { kind: 'finalized' };
    },
    forget(key) {
      on.references.release(key);
      void on.operations.cancel(key);
    },
    async stop() {
      await on.operations.stop();
      await on.layers.stop();
    },
  };
}
