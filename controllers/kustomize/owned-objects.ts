import type { Shared, Watches } from '@millrace/controller';
import { apiVersionOf, groupOf, isOlder, type KubeClient, keyOf, type ObjectRef } from '@millrace/kube';
import { type Owned, ownedSelector, ownedView } from './owned.ts';

/** What all Kustomizations have applied, as a watch for each kind shows it. */
export interface OwnedObjects {
  /** The object as the watch of its kind shows it; undefined until that has seen what happened up to `since`. */
  look(ref: ObjectRef, since: string): Sight | undefined;
  /** As known once the kind is watched. Throws NoMatchError where the cluster does not serve it. */
  find(ref: ObjectRef): Promise<Owned | undefined>;
  /** Watch these kinds for as long as the owner needs them; kinds that it no longer names are let go. */
  follow(owner: string, refs: ObjectRef[]): Promise<void>;
  release(owner: string): void;
}

/** What a watch shows where an object is: `object` is absent where there is none. */
export interface Sight {
  object?: Owned | undefined;
}

/** Hears of every change to an applied object, with the owners before and after. */
export type OwnedListener = (ref: ObjectRef, before: Owned | undefined, after: Owned | undefined) => void;

/**
 * One watch a kind and cluster, by the label that every applied object carries. Versions of a group share it: the
 * one that was asked for first.
 */
export function ownedObjects(client: KubeClient, watches: Watches, listen: OwnedListener): OwnedObjects {
  const open = new Map<string, { shared: Shared<Owned>; users: Set<string>; stop: () => void }>();

  const watchKind = async (ref: ObjectRef, user?: string) => {
    const groupKind = groupKindOf(ref);
    const entry = open.get(groupKind) ?? (await openKind(groupKind, ref));
    if (user) entry.users.add(user);
    await entry.shared.cache.synced();
    return entry;
  };

  const openKind = async (groupKind: string, ref: ObjectRef) => {
    const mapping = await client.discovery.mapping(ref.apiVersion, ref.kind);
    const already = open.get(groupKind);
    if (already) return already;
    const apiVersion = apiVersionOf(mapping.group, mapping.version);
    const shared = watches.use({ apiVersion, kind: ref.kind, labelSelector: ownedSelector }, ownedView);
    const stop = shared.cache.subscribe(({ key, before, after }) =>
      listen(refFrom(apiVersion, ref.kind, key), before, after),
    );
    const entry = { shared, users: new Set<string>(), stop };
    open.set(groupKind, entry);
    return entry;
  };

  const letGo = (owner: string, keep: Set<string>) => {
    for (const [groupKind, entry] of open) {
      if (keep.has(groupKind) || !entry.users.delete(owner) || entry.users.size > 0) continue;
      entry.stop();
      entry.shared.release();
      open.delete(groupKind);
    }
  };

  return {
    look(ref, since) {
      const cache = open.get(groupKindOf(ref))?.shared.cache;
      if (!cache?.hasSynced || isOlder(cache.resourceVersion, since)) return undefined;
      return { object: cache.get(keyOf(ref)) };
    },
    find: async ref => (await watchKind(ref)).shared.cache.get(keyOf(ref)),
    async follow(owner, refs) {
      const kinds = new Map(refs.map(ref => [groupKindOf(ref), ref]));
      letGo(owner, new Set(kinds.keys()));
      await Promise.all([...kinds.values()].map(ref => watchKind(ref, owner)));
    },
    release: owner => letGo(owner, new Set()),
  };
}

function groupKindOf({ apiVersion, kind }: ObjectRef): string {
  return `${groupOf(apiVersion)}/${kind}`;
}

function refFrom(apiVersion: string, kind: string, key: string): ObjectRef {
  const [first = '', name] = key.split('/');
  return name === undefined
    ? { apiVersion, kind, name: first }
    : { apiVersion, kind, namespace: first, name };
}
