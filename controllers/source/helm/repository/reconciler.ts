import { helmRepository } from '@millrace/api';
import {
  type Controller,
  type Environment,
  Operations,
  type Reconciler,
  referencesOf,
  restingStatus,
  waitFor,
} from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import type { HelmOptions } from '../options.ts';
import { type Deps, ownerOf, reconcile } from './reconcile.ts';

/** The source controller's part for repositories of Helm charts. */
export function helmRepositoryReconciler(
  environment: Environment,
  options: HelmOptions,
): Reconciler<typeof helmRepository> {
  let controller: Controller<typeof helmRepository> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const on: Deps = {
    ...options,
    references: referencesOf(environment, waitFor(wake, 'AuthenticationFailed'), wake),
    operations: new Operations(wake),
    validators: new Map(),
  };
  return {
    name: 'helmrepository',
    component: 'source-controller',
    kind: helmRepository,
    defaultReason: 'Failed',
    start(started) {
      controller = started;
    },
    // A registry is asked by those who want a chart of it: there is nothing to fetch ahead, and nothing to say.
    isStatic: ({ spec }) => spec.type === 'oci',
    suspended: object => restingStatus(object, new Date()),
    reconcile: (repo, visit) => reconcile(repo, visit, on),
    async finalize(repo) {
      await on.operations.cancel(keyOf(repo.metadata));
      await on.storage.remove(ownerOf(repo));
      return { kind: 'finalized' };
    },
    forget(key) {
      on.references.release(key);
      on.validators.delete(key);
      void on.operations.cancel(key);
    },
    stop: () => on.operations.stop(),
  };
}
