import { InvalidIdentity, openIdentity } from '@millrace/git';
import { openKey, UnusableKey } from '@millrace/git-signature';
import { answerTasks } from '@millrace/threads';

/** A private key, and the password that it is encrypted with. */
export interface IdentityTask {
  kind: 'ssh' | 'openpgp';
  identity: string;
  password: string;
}

export type IdentityPart = { kind: 'opened'; identity: string } | { kind: 'refused'; message: string };

answerTasks<IdentityTask, IdentityPart>(async ({ kind, identity, password }, respond) => {
  try {
    const opened = kind === 'ssh' ? openIdentity(identity, password) : await openKey(identity, password);
    respond({ kind: 'opened', identity: opened });
  } catch (error) {
    if (!(error instanceof InvalidIdentity || error instanceof UnusableKey)) throw error;
    respond({ kind: 'refused', message: error.message });
  }
});
