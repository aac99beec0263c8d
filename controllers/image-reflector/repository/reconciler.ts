import { imageRepository } from '@millrace/api';
import {
  type Controller,
  type Environment,
  Operations,
  Places,
  type Reconciler,
  referencesOf,
  waitFor,
} from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import { component } from '../names.ts';
import { type Deps, reconcile } from './reconcile.ts';

/** ImageRepositories: what wakes one, and what is done with it then. */
export function imageRepositoryReconciler(
  environment: Environment,
  given: Omit<Deps, 'references' | 'operations'>,
): Reconciler<typeof imageRepository> {
  let controller: Controller<typeof imageRepository> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const on: Deps = {
    ...given,
    references: referencesOf(environment, waitFor(wake, 'AuthenticationFailed'), wake),
    operations: new Operations(wake, new Places({ host: 12 })),
  };
  return {
    name: 'imagerepository',
    component,
    kind: imageRepository,
    defaultReason: 'Failed',
    start(started) {
      controller = started;
    },
    reconcile: (repo, visit) => reconcile(repo, visit, on),
    async finalize({ metadata }) {
      await on.operations.cancel(keyOf(metadata));
      on.store.remove(keyOf(metadata));
      return { kind: 'finalized' };
    },
    forget(key) {
      on.references.release(key);
      void on.operations.cancel(key);
    },
    stop: () => on.operations.stop(),
  };
}
