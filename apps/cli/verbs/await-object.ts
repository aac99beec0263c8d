import { type KubeObject, type ObjectRef, watchCache } from '@millrace/kube';
import type { Session } from './session.ts';

/**
 * Watch one object until `reached` says so of what it has become; undefined stands for an object that is not there.
 * Throws what `reached` throws, and the reason of the signal when that aborts.
 */
export async function awaitObject(
  { client, signal }: Session,
  { name, ...where }: ObjectRef,
  reached: (object: KubeObject | undefined) => boolean,
): Promise<KubeObject | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<KubeObject | undefined>();
  const look = (object: KubeObject | undefined) => {
    try {
      if (reached(object)) resolve(object);
    } catch (error) {
      reject(error);
    }
  };
  const selection = { ...where, fieldSelector: `metadata.name=${name}` };
  const cache = watchCache(client, selection, { project: object => object });
  cache.subscribe(({ after }) => look(after));
  cache.synced().then(
    () => cache.size === 0 && look(undefined),
    () => {}, // stopped before: the signal tells why
  );
  const giveUp = () => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
    cache.stop();
  }
}
