import { healthOf, type ObjectRef } from '@millrace/kube';
import { tell } from '../output/print.ts';
import { awaitObject } from '../verbs/await-object.ts';
import type { Session } from '../verbs/session.ts';

/**
 * Wait until the Deployments run, and say of each whether it does, by name. False where one has failed, is not there,
 * or has not come up when the time is up.
 */
export async function awaitDeployments(
  session: Session,
  deployments: readonly ObjectRef[],
): Promise<boolean> {
  const sorted = deployments.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const found = await Promise.all(sorted.map(async ref => ({ ...ref, ...(await outcome(session, ref)) })));
  for (const { name, ready, words } of found)
    (ready ? tell.success : tell.failure)(`${name}: deployment ${words}`);
  return found.every(({ ready }) => ready);
}

async function outcome(session: Session, ref: ObjectRef) {
  let missing = false;
  try {
    const deployment = await awaitObject(session, ref, now => {
      missing = now === undefined;
      return healthOf(now).status !== 'InProgress';
    });
    if (healthOf(deployment).status === 'Current') return { ready: true, words: 'ready' };
  } catch (error) {
    if (!session.signal.aborted) throw error;
  }
  return { ready: false, words: missing ? 'not found' : 'not ready' };
}
