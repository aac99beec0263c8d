import { InvalidIdentity, openIdentity } from '@millrace/git';
import { answerTasks } from '@millrace/threads';

/** A private key, and the password that it is encrypted with. */
export interface IdentityTask {
  identity: string;
  password: string;
}

export type IdentityPart = { kind: 'opened'; identity: string } | { kind: 'refused'; message: string };

answerTasks<IdentityTask, IdentityPart>(({ identity, password }, respond) => {
  try {
    respond({ kind: 'opened', identity: openIdentity(identity, password) });
  } catch (error) {
    if (!(error instanceof InvalidIdentity)) throw error;
    respond({ kind: 'refused', message: error.message });
  }
});
