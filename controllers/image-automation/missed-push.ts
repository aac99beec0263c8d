import type { ImageUpdateAutomation } from '@millrace/api';
import { GitError, isInHistory, listReferences, type Remote, type Repository } from '@millrace/git';
import type { Missed } from './deps.ts';

/**
 * What a run has pushed that was ended before it could tell: by another spec, or by its time. The local copy knows what was
 * handed to the remote, and the remote whether it was taken. A process that is killed has taken its copies along: then the
 * next one finds the commit and has nothing to push, as in Flux.
 */
export async function missedPush(
  { status }: ImageUpdateAutomation,
  copy: Repository,
  remote: Remote,
  signal: AbortSignal,
): Promise<Missed | undefined> {
  const last = await copy.lastPush(signal);
  if (!last || last.commit === status?.lastPushCommit) return undefined;
  if (await isTaken(last, remote, signal)) return last;
  await copy.forgetLastPush(signal);
  return undefined;
}

async function isTaken({ commit, branch }: Missed, remote: Remote, signal: AbortSignal): Promise<boolean> {
  const reference = `refs/heads/${branch}`;
  const head = (await listReferences(remote, [reference], signal)).get(reference);
  if (head === undefined || head === commit) return head === commit;
  return isInHistory(remote, commit, reference, signal).catch(error => {
    // It was there a moment ago.
    if (error instanceof GitError && error.failure === 'reference') return false;
    throw error;
  });
}
