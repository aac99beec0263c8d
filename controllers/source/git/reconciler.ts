import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepository } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import type { Cloud, IdentityRules } from '@millrace/cloud';
import {
  type Controller,
  type Environment,
  Operations,
  type Reconciler,
  referencesOf,
  restingStatus,
  waitFor,
} from '@millrace/controller';
import { localRepository, type SshAlgorithms } from '@millrace/git';
import { startIdentities, type UrlMap } from '@millrace/git-access';
import { keyOf } from '@millrace/kube';
import { type Deps, ownerOf, reconcile } from './reconcile.ts';
import { startSnapshots } from './snapshots.ts';

export interface SourceOptions extends IdentityRules {
  storage: Storage;
  /** Where local copies of repositories are kept; they can be deleted at any time. */
  gitFolder: string;
  /** Repositories that are fetched from elsewhere than their URL says. */
  urls?: UrlMap;
  /** --ssh-kex-algos, --ssh-hostkey-algos. */
  algorithms: SshAlgorithms;
  cloud: Cloud;
}

/** Where the submodules of an object's repository are; no object has a name of this kind. */
const modulesOf = (folder: string, key: string) => join(folder, `${key}%modules`);

/** The source controller's part for Git. */
export function gitRepositoryReconciler(
  environment: Environment,
  options: SourceOptions,
): Reconciler<typeof gitRepository> {
  let controller: Controller<typeof gitRepository> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const on: Deps = {
    storage: options.storage,
    references: referencesOf(environment, waitFor(wake, 'AuthenticationFailed'), wake),
    operations: new Operations(wake),
    snapshots: startSnapshots(),
    identities: startIdentities(),
    repository: key => localRepository(join(options.gitFolder, key)),
    module(key, url) {
      const name = createHash('sha256').update(url).digest('hex').slice(0, 32);
      return localRepository(join(modulesOf(options.gitFolder, key), name));
    },
    urls: options.urls ?? [],
    algorithms: options.algorithms,
    cloud: options.cloud,
    objectLevelIdentity: options.objectLevelIdentity,
    defaultServiceAccount: options.defaultServiceAccount,
  };
  return {
    name: 'gitrepository',
    component: 'source-controller',
    kind: gitRepository,
    defaultReason: 'GitOperationFailed',
    start(started) {
      controller = started;
    },
    suspended: object => restingStatus(object, new Date()),
    reconcile: (repo, visit) => reconcile(repo, visit, on),
    async finalize(repo) {
      await on.operations.cancel(keyOf(repo.metadata));
      await on.storage.remove(ownerOf(repo));
      await on.repository(keyOf(repo.metadata)).remove();
      await rm(modulesOf(options.gitFolder, keyOf(repo.metadata)), { recursive: true, force: true });
      return { kind: 'finalized' };
    },
    forget(key) {
      on.references.release(key);
      void on.operations.cancel(key);
    },
    async stop() {
      await on.operations.stop();
      await Promise.all([on.snapshots.stop(), on.identities.stop()]);
    },
  };
}
