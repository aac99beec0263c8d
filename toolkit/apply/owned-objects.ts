import type { Shared, WaitFor, Watches } from '@millrace/controller';
import { apiVersionOf, groupOf, isOlder, type KubeClient, keyOf, type ObjectRef } from '@millrace/kube';
import { type Manager, ownerNameLabel } from './manager.ts';
import { type Owned, type OwnerRules, ownedView } from './owned.ts';

/** What all owners of one manager have applied, as a watch for each kind shows it. */
export interface OwnedObjects {
  /** The object as the watch of its kind shows it; undefined until that has seen what happened up to `since`. */
  look(ref: ObjectRef, since: string): Sight | undefined;
  /**
   * Watch these kinds for as long as the owner needs them; kinds that it no longer names are let go. Throws Parked
   * while a kind's first list is under way, Failed where the kind cannot be listed.
   */
  follow(owner: string, refs: ObjectRef[]): Promise<void>;
  /** From now on what the owner has is looked at by these rules, as objects pass their watch. */
  heed(owner: string, rules: OwnerRules): void;
  release(owner: string): void;
}

/** What a watch shows where an object is: `object` is absent where there is none. */
export interface Sight {
  object?: Owned | undefined;
}

/** Hears of every change to an applied object, with the owners before and after. */
export type OwnedListener = (ref: ObjectRef, before: Owned | undefined, after: Owned | undefined) => void;

interface Followed {
  shared: Shared<Owned>;
  users: Set<string>;
  stop: () => void;
}

/**
 * One watch a kind and cluster, by the label that every applied object carries. Versions of a group share it: the
 * one that was asked for first.
 */
export function ownedObjects(
  manager: Manager,
  on: { client: KubeClient; watches: Watches; waitFor: WaitFor },
  listen: OwnedListener,
): OwnedObjects {
  const open = new Map<string, Followed>();
  const rules = new Map<string, OwnerRules>();
  const view = ownedView(manager, owner => rules.get(owner));

  const followKind = async (ref: ObjectRef, owner: string): Promise<Followed> => {
    const groupKind = groupKindOf(ref);
    const entry = open.get(groupKind) ?? (await openKind(groupKind, ref));
    entry.users.add(owner);
    return entry;
  };

  const openKind = async (groupKind: string, ref: ObjectRef): Promise<Followed> => {
    const mapping = await on.client.discovery.mapping(ref.apiVersion, ref.kind);
    const already = open.get(groupKind);
    if (already) return already;
    const apiVersion = apiVersionOf(mapping.group, mapping.version);
    const selection = { apiVersion, kind: ref.kind, labelSelector: ownerNameLabel(manager) };
    const shared = on.watches.use(selection, view);
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
    async follow(owner, refs) {
      const kinds = new Map(refs.map(ref => [groupKindOf(ref), ref]));
      letGo(owner, new Set(kinds.keys()));
      const following = [...kinds].map(async ([name, ref]) => ({
        name,
        entry: await followKind(ref, owner),
      }));
      for (const { name, entry } of await Promise.all(following))
        on.waitFor(owner, entry.shared.cache, `the list of ${name}`);
    },
    heed(owner, asked) {
      if (asked.health || asked.ignore) rules.set(owner, asked);
      else rules.delete(owner);
    },
    release(owner) {
      rules.delete(owner);
      letGo(owner, new Set());
    },
  };
}

function groupKindOf({ apiVersion, kind }: ObjectRef): string {
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
}

function refFrom(apiVersion: string, kind: string, key: string): ObjectRef {
  const [first = '', name] = key.split('/');
  return name === undefined
    ? { apiVersion, kind, name: first }
    : { apiVersion, kind, namespace: first, name };
}
