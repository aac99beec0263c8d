import { createHash } from 'node:crypto';
import { GitError, isEncrypted, type SshCredentials } from '@millrace/git';
import { TaskFailed, threads } from '@millrace/threads';
import type { IdentityPart, IdentityTask } from './identity-worker.ts';

/** Opens private keys that are encrypted, away from the event loop, and each once. */
export interface Identities {
  /** The same, with a key of SSH that needs no password. Throws GitError, or the reason of the signal. */
  opened(credentials: SshCredentials, group: string, signal: AbortSignal): Promise<SshCredentials>;
  /** The same private key of OpenPGP, without its passphrase. Throws as opened. */
  openedKey(armored: string, passphrase: string, group: string, signal: AbortSignal): Promise<string>;
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
      const opened = await once({ kind: 'ssh', identity, password }, group, signal).catch(error => {
        if (!(error instanceof GitError)) throw error;
        throw new GitError('refused', `unable to construct auth method with options: ${error.message}`);
      });
      return { ...credentials, identity: opened, password: undefined };
    },
    openedKey: (identity, password, group, signal) =>
      once({ kind: 'openpgp', identity, password }, group, signal),
    stop: () => pool.stop(),
  };

  async function once(task: IdentityTask, group: string, signal: AbortSignal): Promise<string> {
    const key = createHash('sha256').update(JSON.stringify(task)).digest('base64');
    const found = open.get(key) ?? (await openOne(task, group, signal));
    open.set(key, found);
    if (open.size > mostOpen) open.delete(open.keys().next().value!);
    return found;
  }

  async function openOne(task: IdentityTask, group: string, signal: AbortSignal): Promise<string> {
    const [part] = await pool.run(task, { group, timeout: patience, signal }).catch(error => {
      if (!(error instanceof TaskFailed)) throw error;
      throw new GitError('refused', 'the key takes too long to be opened with its password');
    });
    if (part?.kind === 'opened') return part.identity;
    throw new GitError('refused', part?.message ?? 'the key cannot be opened');
  }
}
