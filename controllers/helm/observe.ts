import type { Shared, Watches } from '@millrace/controller';
import { wholeObjects } from '@millrace/controller';
import { isOlder, type KubeClient, type KubeObject, keyOf, type ObjectRef } from '@millrace/kube';
import { type Observe, observeByName } from '@millrace/releases';

/** The label that every object of a release carries. */
export const ownerLabel = 'helm.toolkit.fluxcd.io/name';

/** What was written, so that nothing older is taken for it. */
export type Written = Map<string, string>;

export function noteWritten(written: Written, object: KubeObject): void {
  written.set(`${object.kind} ${keyOf(object.metadata)}`, object.metadata.resourceVersion ?? '');
}

/**
 * Shows objects by the one watch of their kind that all releases share. Objects without the label, and kinds that may
 * not be listed everywhere, are watched by their names.
 */
export function observeShared(client: KubeClient, watches: Watches, written: Written): Observe {
  const byName = observeByName(client);
  return (resource, saw) => {
    const { ref, object } = resource;
    const since = written.get(`${ref.kind} ${keyOf(ref)}`) ?? '';
    if (object.metadata.labels?.[ownerLabel] === undefined) return byName(resource, saw);
    const { apiVersion, kind } = ref;
    const shared = watches.use({ apiVersion, kind, labelSelector: ownerLabel }, wholeObjects);
    return follow(shared, ref, since, saw, () => byName(resource, saw));
  };
}

function follow(
  shared: Shared<KubeObject>,
  ref: ObjectRef,
  since: string,
  saw: (object: KubeObject | undefined) => void,
  otherwise: () => () => void,
): () => void {
  const { cache, release } = shared;
  const key = keyOf(ref);
  let stopOther = () => {};
  let stopped = false;
  let isShown = false;
  const show = () => {
    if (stopped || !cache.hasSynced || isOlder(cache.resourceVersion, since)) return;
    isShown = true;
    saw(cache.get(key));
  };
  // Those of others matter until the watch has come to where this one was written.
  const stop = cache.subscribe(change => {
    if (change.key === key || !isShown) show();
  });
  cache.settled().then(() => {
    if (stopped) return;
    if (cache.hasSynced) show();
    else stopOther = otherwise();
  });
  return () => {
    stopped = true;
    stop();
    stopOther();
    release();
  };
}
