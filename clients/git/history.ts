import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitError } from './errors.ts';
import { type Remote, withAccess } from './remote.ts';
import { git } from './run.ts';

/**
 * Whether a commit is in the history of references of the remote. A host may hand out commits that are on none: those
 * of forks, which anybody can make. Only commits are asked for, without their files, where the host can do that.
 * @param references full names, or a pattern: `refs/heads/*`. Throws GitError.
 */
export async function isInHistory(
  remote: Remote,
  commit: string,
  references: string,
  signal: AbortSignal,
): Promise<boolean> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-history-'));
  try {
    await git({ args: ['-C', path, 'init', '--quiet', '--bare', '--template=', '.'], what: 'init', signal });
    const what = `unable to clone '${remote.url}'`;
    const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--filter=tree:0'];
    await withAccess(remote, what, signal, ({ url, ...access }) => {
      const args = ['-C', path, 'fetch', ...options, '--', url, `${references}:${kept(references)}`];
      return git({ args, what, ...access, signal });
    });
    // A commit that is missing must not be fetched to see what it is.
    const containing = await git({
      args: ['-C', path, 'for-each-ref', '--count=1', `--contains=${commit}`],
      what: 'unable to look through the history',
      settings: [['protocol.allow', 'never']],
      signal,
    }).catch(error => {
      if (error instanceof GitError) return Buffer.alloc(0);
      throw error;
    });
    return containing.length > 0;
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

/** Where references are put; of a pattern each under its own name. */
const kept = (references: string) => `refs/millrace/${references.endsWith('*') ? 'history/*' : 'history'}`;
