import { type Remote, withAccess } from './remote.ts';
import { git } from './run.ts';

export interface Push {
  commit: string;
  branch: string;
  /**
   * The branch is replaced if it still is this commit at the remote, or is still missing ('none'). Where nothing is
   * said, it is moved if the commit follows what it is.
   */
  replaces?: string | undefined;
  /** What else is pushed along, with the commit as HEAD and as the branch. */
  refspec?: string | undefined;
  /** What the host is told beside it. */
  options?: Record<string, string> | undefined;
}

/** @param path of the local copy */
export async function pushCommit(
  path: string,
  remote: Remote,
  { commit, branch, replaces, refspec, options = {} }: Push,
  signal: AbortSignal,
): Promise<void> {
  const what = 'failed to push to remote';
  const reference = `refs/heads/${branch}`;
  const forced = replaces === undefined ? '' : '+';
  const lease =
    forced === '' ? [] : [`--force-with-lease=${reference}:${replaces === 'none' ? '' : replaces}`];
  const told = Object.entries(options).map(([key, value]) => `--push-option=${key}=${value}`);
  const flags = ['--quiet', '--no-verify', '--recurse-submodules=no', ...lease, ...told];
  const refspecs = [`${commit}:${reference}`];
  if (refspec) {
    refspecs.push(forced + refspec);
    // What the left side of a refspec may name.
    for (const args of [
      ['update-ref', reference, commit],
      ['symbolic-ref', 'HEAD', reference],
    ])
      await git({ args: ['-C', path, ...args], what, signal });
  }
  const push = ({ url, ...access }: Parameters<Parameters<typeof withAccess>[3]>[0]) =>
    git({ args: ['-C', path, 'push', ...flags, '--', url, ...refspecs], what, ...access, signal });
  await withAccess(remote, what, signal, push, 'git-receive-pack');
}
