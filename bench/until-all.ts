import { type KubeClient, type KubeObject, type Selection, watchCache } from '@millrace/kube';

/** Resolves when the test holds for as many objects as there are to be. */
export async function untilAll<T extends KubeObject>(
  client: KubeClient,
  selection: Selection,
  size: number,
  test: (object: T) => boolean,
): Promise<void> {
  const cache = watchCache<boolean>(client, selection, { project: object => test(object as T) });
  const done = Promise.withResolvers<void>();
  let count = 0;
  cache.subscribe(({ before = false, after = false }) => {
    count += Number(after) - Number(before);
    if (count === size) done.resolve();
  });
  await done.promise.finally(() => cache.stop());
}
