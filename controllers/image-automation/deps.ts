import type { GitRepository, ImageReference } from '@millrace/api';
import type { Operations, WaitFor } from '@millrace/controller';
import type { Repository } from '@millrace/git';
import type { AccessRules } from '@millrace/git-access';
import type { WatchCache } from '@millrace/kube';
import type { PolicyView } from './policies.ts';
import type { Updates } from './updates.ts';

/** What a reconcile works with. */
export interface Deps {
  access: AccessRules;
  waitFor: WaitFor;
  operations: Operations<Ran>;
  updates: Updates;
  policies(): WatchCache<PolicyView>;
  repositories(): WatchCache<GitRepository | string>;
  /** The local copy for an object, by its key. */
  copy(key: string): Repository;
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  /** --feature-gates=GitForcePushBranch: a push branch of its own is replaced. */
  forcePush: boolean;
  /** --feature-gates=GitAllBranchReferences: what a push branch of its own has already is built upon. */
  allBranches: boolean;
}

/** What a run came to. */
export interface Ran {
  at: Date;
  /** When it began. */
  wasReady: boolean;
  images: Record<string, ImageReference>;
  /** Of what was checked out: `main@sha1:…`. */
  revision: string;
  /** Neither policies nor source were others than those of the last run: nothing was looked at. */
  skipped?: boolean;
  pushed?: Pushed;
  /** What a run before has pushed, which was ended before it could tell. */
  missed?: Missed | undefined;
  problems: string[];
}

export interface Missed extends Pushed {
  branch: string;
}

export interface Pushed {
  commit: string;
  message: string;
  at: Date;
}
