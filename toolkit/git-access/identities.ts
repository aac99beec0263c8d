import { createHash } from 'node:crypto';
import { GitError, isEncrypted, type SshCredentials } from '@millrace/git';
import { TaskFailed, threads } from '@millrace/threads';
import type { IdentityPart, IdentityTask } from './identity-worker.ts';

/** Opens private keys that are encrypted, away from the event loop, and each once. */
export interface Identities {
  /** The same, with a key that needs no password. Throws GitError, or the reason of the signal. */
  opened(credentials: SshCredentials, group: string, signal: AbortSignal): Promise<SshCredentials>;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './identity-worker.ts' : './identity-worker.js',
  import.meta.url,
);

/** Milliseconds that a key may take to be opened: its maker decides how much work that is. */
const patience = 20_000;

/** Keys that are kept open; the oldest goes first. */
const mostOpen = 100;

export function startIdentities(): Identities {
  const pool = threads<IdentityTask, IdentityPart>({ file: workerFile, size: 1, memory: 128 });
  const open = new Map<string, string>();
  return {
    async opened(credentials, group, signal) {
      const { identity, password = '' } = credentials;
      if (!isEncrypted(identity)) return credentials;
      const key = createHash('sha256')
        .update(JSON.stringify([identity, password]))
        .digest('base64');
      const found = open.get(key) ?? (await openOne({ identity, password }, group, signal));
      open.set(key, found);
      if (open.size > mostOpen) open.delete(open.keys().next().value!);
      return { ...credentials, identity: found, password: undefined };
    },
    stop: () => pool.stop(),
  };

  async function openOne(task: IdentityTask, group: string, signal: AbortSignal): Promise<string> {
    const [part] = await pool.run(task, { group, timeout: patience, signal }).catch(error => {
      if (!(error instanceof TaskFailed)) throw error;
      throw refused('the key takes too long to be opened with its password');
    });
    if (part?.kind === 'opened') return part.identity;
    throw refused(part?.message ?? 'the key cannot be opened');
  }
}

function refused(why: string): GitError {
  return new GitError('refused', `unable to construct auth method with options: ${why}`);
}
