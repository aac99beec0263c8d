import { git } from './run.ts';

/** A commit that was handed to a remote, which may have taken it or not. */
export interface LastPush {
  commit: string;
  branch: string;
  message: string;
  at: Date;
}

const below = 'refs/millrace/pushed/';

/** What a local copy was about to push last, so that whoever was ended in the midst of it can ask the remote. */
export async function lastPush(path: string, signal: AbortSignal): Promise<LastPush | undefined> {
  const format = '--format=%(refname)%00%(objectname)%00%(committerdate:unix)%00%(contents)';
  const args = ['-C', path, 'for-each-ref', '--count=1', format, below];
  const found = (await git({ args, what: 'unable to look for a push', signal })).toString('utf8');
  const [reference, commit, seconds, message] = found.split('\0');
  if (!reference || !commit) return undefined;
  const at = new Date(Number(seconds) * 1000);
  return { commit, branch: reference.slice(below.length), message: (message ?? '').trimEnd(), at };
}

export async function noteLastPush(
  path: string,
  { commit, branch }: Pick<LastPush, 'commit' | 'branch'>,
  signal: AbortSignal,
): Promise<void> {
  await forgetLastPush(path, signal);
  await git({
    args: ['-C', path, 'update-ref', `${below}${branch}`, commit],
    what: 'unable to push',
    signal,
  });
}

export async function forgetLastPush(path: string, signal: AbortSignal): Promise<void> {
  const last = await lastPush(path, signal);
  if (!last) return;
  const args = ['-C', path, 'update-ref', '-d', `${below}${last.branch}`];
  await git({ args, what: 'unable to push', signal });
}
