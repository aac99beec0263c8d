import {
  isNotFound,
  type KubeClient,
  type KubeObject,
  keyOf,
  NoMatchError,
  type WatchCache,
  watchCache,
} from '@millrace/kube';
import type { Observe, WaitWords } from './waiter.ts';

/** Watches each object by its name, for as long as somebody waits for it. */
export function observeByName(client: KubeClient): Observe {
  return ({ ref }, saw) => {
    const cache: WatchCache<KubeObject> = watchCache<KubeObject>(
      client,
      {
        apiVersion: ref.apiVersion,
        kind: ref.kind,
        namespace: ref.namespace,
        fieldSelector: `metadata.name=${ref.name}`,
      },
      { project: object => object },
    );
    const show = () => saw(cache.get(keyOf(ref)));
    const stop = cache.subscribe(show);
    void cache.synced().then(show, () => {});
    // Of a kind that has gone with its definition there is no object left.
    void cache.settled().then(() => isUnserved(cache.failure) && saw(undefined));
    return () => {
      stop();
      cache.stop();
    };
  };
}

const isUnserved = (failure: unknown) => failure instanceof NoMatchError || isNotFound(failure);

/** How the helm program says what it waits for in vain. */
export const helmWords: WaitWords = {
  failFast: false,
  unready: (missing, why) =>
    [
      ...missing.map(
        ({ ref: { kind, namespace = '', name }, health: { status, message } }) =>
          `resource ${kind}/${namespace}/${name} not ready. status: ${status}, message: ${message}`,
      ),
      ...(why === 'time is over' ? ['context deadline exceeded'] : []),
    ].join('\n'),
  remaining: missing =>
    [
      ...missing.map(
        ({ ref: { kind, namespace = '', name }, health: { status, message } }) =>
          `resource ${kind}/${namespace}/${name} still exists. status: ${status}, message: ${message}`,
      ),
      'context deadline exceeded',
    ].join('\n'),
};
