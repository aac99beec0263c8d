import type { GitRepository, ImageReference, ImageUpdateAutomation } from '@millrace/api';
import { Failed } from '@millrace/controller';
import { GitError, isInHistory, listReferences, type Remote, type Repository } from '@millrace/git';
import {
  admitted,
  patternsFor,
  ReferenceNotFound,
  resolveReference,
  type Target,
} from '@millrace/git-access';
import { keyOf } from '@millrace/kube';
import { withoutCredentials } from '@millrace/plain-text';
import type { Deps, Ran } from './deps.ts';
import { missedPush } from './missed-push.ts';
import type { Signer } from './signing.ts';
import { notConfigured, type Source } from './source.ts';
import type { Update } from './update-worker.ts';

/** What a run is about. */
export interface Run {
  automation: ImageUpdateAutomation;
  source: Source;
  images: Record<string, ImageReference>;
  /** The revision with which there is nothing to do; undefined where the files are to be looked at in any case. */
  settled: string | undefined;
  signer: Signer | undefined;
  wasReady: boolean;
  /** A push branch of its own is replaced. */
  forcePush: boolean;
}

/** Milliseconds of work on the files of a commit. */
const patience = 60_000;

/** States of the remote on which it is tried where others are faster. */
const mostTries = 10;

/**
 * Bring the repository to what the policies say: at most one commit, on top of what the remote has when it takes it.
 * Safe to repeat from any line: what is not pushed is forgotten, what is pushed is found. Throws Failed, Stalled,
 * GitError, ReferenceNotFound.
 */
export async function run(
  work: Run,
  on: Deps,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<Ran> {
  const { automation, source, images, wasReady } = work;
  const at = new Date();
  const { namespace = '' } = automation.metadata;
  const remote = await admitted(source.repository, source.access, on.access, signal, namespace).catch(
    cause => {
      throw notConfigured(cause);
    },
  );
  const missed = await missedPush(automation, on.copy(keyOf(automation.metadata)), remote, signal);
  const tried = new Set<string>();
  for (;;) {
    const references = await listReferences(remote, patternsOf(source), signal);
    const target = resolveReference(source.ref, references, withoutCredentials(remote.url));
    const found = { target, replaces: source.switches ? references.get(branchName(source)) : undefined };
    try {
      return { at, wasReady, images, missed, ...(await attempt(work, remote, found, on, signal, say)) };
    } catch (error) {
      const isOutrun = error instanceof GitError && error.failure === 'outrun';
      // Whoever was faster has moved something; a push that is refused for what it is will be refused again.
      const state = JSON.stringify([target.commit, found.replaces]);
      if (!isOutrun || tried.has(state) || tried.size === mostTries) throw error;
      tried.add(state);
      say(`somebody has pushed to '${source.pushBranch}' meanwhile`);
    }
  }
}

/** What the remote has. */
interface Heads {
  target: Target;
  /** What the push branch is, where it is another than that which is checked out. */
  replaces: string | undefined;
}

async function attempt(
  work: Run,
  remote: Remote,
  { target, replaces }: Heads,
  on: Deps,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<Omit<Ran, 'at' | 'wasReady' | 'images' | 'missed'>> {
  const { automation, source, images, settled } = work;
  const { revision } = target;
  if (revision === settled) return { revision, skipped: true, problems: [] };
  say(`checking out '${revision}'`);
  const copy = on.copy(keyOf(automation.metadata));
  // What a push branch of its own has already is built upon.
  const reference = replaces && on.allBranches ? branchName(source) : target.reference;
  const parent = await copy.fetch(remote, reference, signal);
  await requireHistory(remote, target, signal);
  const { namespace = '', name } = automation.metadata;
  const { messageTemplate: template, messageTemplateValues: values = {} } = source.git.commit;
  const path = automation.spec.update?.path;
  const task = { repository: copy.path, commit: parent, path, namespace, name, images, template, values };
  const update = await on.updates
    .update(task, { group: namespace, timeout: patience, signal })
    .catch(inStep('UpdateFailed', 'failed to apply policies'));
  const { problems, message } = update;
  if (update.files.length === 0) return { revision, problems };
  const commit = await commitAndPush({ work, remote, parent, replaces, update }, copy, signal, say).catch(
    inStep('GitOperationFailed', 'failed to update source'),
  );
  return { revision, problems, pushed: { commit, message, at: new Date() } };
}

interface Commit {
  work: Run;
  remote: Remote;
  parent: string;
  /** What the push branch is now, where it is another than that which was checked out. */
  replaces: string | undefined;
  update: Update;
}

async function commitAndPush(
  { work, remote, parent, replaces, update: { files, message } }: Commit,
  copy: Repository,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<string> {
  const { source, signer, forcePush } = work;
  const { name = '', email } = source.git.commit.author;
  const sign = await signer?.open(signal);
  const commit = await copy.write(
    { parent, files, author: { name, email }, when: new Date(), message, sign },
    signal,
  );
  say(`pushing commit '${commit}' to '${source.pushBranch}'`);
  const { refspec, options } = source.git.push ?? {};
  const overwrites = source.switches && forcePush ? (replaces ?? 'none') : undefined;
  await copy.push(
    remote,
    { commit, branch: source.pushBranch, replaces: overwrites, refspec, options },
    signal,
  );
  return commit;
}

const branchName = ({ pushBranch }: Source) => `refs/heads/${pushBranch}`;

/** A commit is known by itself, and its branch may not be. */
function patternsOf(source: Source): string[] {
  return [...patternsFor(source.ref), ...(source.switches ? [branchName(source)] : [])];
}

/** A host gives out commits of forks as well, which are nobody's word but their author's. */
async function requireHistory(
  remote: Remote,
  { commit, within }: Target,
  signal: AbortSignal,
): Promise<void> {
  if (within === undefined || (await isInHistory(remote, commit, within, signal))) return;
  throw new ReferenceNotFound(
    `unable to clone '${withoutCredentials(remote.url)}': unable to resolve commit object for '${commit}': it is on no branch that is meant`,
  );
}

/** What went wrong in one step, in the reasons of this kind; who was outrun begins anew. */
function inStep(reason: string, step: string): (cause: unknown) => never {
  return cause => {
    if (!(cause instanceof GitError) || cause.failure === 'outrun') throw cause;
    throw new Failed(reason, `${step}: ${cause.message}`, { cause });
  };
}

/** Why there was no good end, in the reasons of this kind. */
export function failure(
  cause: unknown,
  { timeout = '60s' }: GitRepository['spec'],
  timedOut: boolean,
): Failed {
  const failed = (message: string) => new Failed('GitOperationFailed', message, { cause });
  if (timedOut) return failed(`failed to checkout source: the repository did not answer within ${timeout}`);
  if (cause instanceof Failed) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const isLate = cause instanceof GitError && cause.failure === 'outrun';
  return failed(`${isLate ? 'failed to update source' : 'failed to checkout source'}: ${said}`);
}
