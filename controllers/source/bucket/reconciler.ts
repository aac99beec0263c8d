import { rm } from 'node:fs/promises';
import { bucket } from '@millrace/api';
import type { IdentityRules } from '@millrace/cloud';
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
import { ownerOf } from './artifact.ts';
import type { Deps } from './deps.ts';
import { startPacks } from './packs.ts';
import { reconcile } from './reconcile.ts';
import { folderOf } from './remembered.ts';

/** The source controller's part for buckets. */
export function bucketReconciler(
  environment: Environment,
  given: Pick<Deps, 'storage' | 'folder' | 'cloud' | keyof IdentityRules>,
): Reconciler<typeof bucket> {
  let controller: Controller<typeof bucket> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const on: Deps = {
    ...given,
    references: referencesOf(environment, waitFor(wake, 'AuthenticationFailed'), wake),
    operations: new Operations(wake),
    packs: startPacks(),
  };
  return {
    name: 'bucket',
    component: 'source-controller',
    kind: bucket,
    defaultReason: 'BucketOperationFailed',
    start(started) {
      controller = started;
    },
    suspended: object => restingStatus(object, new Date()),
    reconcile: (object, visit) => reconcile(object, visit, on),
    async finalize(object) {
      await on.operations.cancel(keyOf(object.metadata));
      await on.storage.remove(ownerOf(object));
      await rm(folderOf(on.folder, object), { recursive: true, force: true });
      return { kind: 'finalized' };
    },
    forget(key) {
      on.references.release(key);
      void on.operations.cancel(key);
    },
    async stop() {
      await on.operations.stop();
      await on.packs.stop();
    },
  };
}
