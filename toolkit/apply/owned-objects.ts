import type { Shared, WaitFor, Watches } from '@millrace/controller';
import {
  apiVersionOf,
  groupOf,
  isForbidden,
  isOlder,
  type KubeClient,
  keyOf,
  type ObjectRef,
} from '@millrace/kube';
import { type Manager, ownerNameLabel } from './manager.ts';
import { type Owned, type OwnerRules, ownedView } from './owned.ts';

/** What all owners of one manager have applied, as a watch for each kind shows it. */
export interface OwnedObjects {
  /** The object as the watch of its kind shows it; undefined until that has seen what happened up to `since`. */
  look(ref: ObjectRef, since: string): Sight | undefined;
  /**
   * Watch the kinds of these, in their namespaces, for as long as the owner needs them; what it no longer names is let
   * go. Throws Parked
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
 * one that was asked for first. Where a kind may not be listed in all namespaces, it is one in each that has such
 * objects.
 */
export function ownedObjects(
  manager: Manager,
  on: { client: KubeClient; watches: Watches; waitFor: WaitFor },
  listen: OwnedListener,
): OwnedObjects {
  const open = new Map<string, Followed>();
  const rules = new Map<string, OwnerRules>();
  const view = ownedView(manager, owner => rules.get(owner));

  /** Kinds that may not be listed in all namespaces. */
  const narrow = new Set<string>();

  const isNarrow = (ref: ObjectRef) => ref.namespace !== undefined && narrow.has(groupKindOf(ref));
  const scopeOf = (ref: ObjectRef) =>
    isNarrow(ref) ? `${groupKindOf(ref)} in ${ref.namespace}` : groupKindOf(ref);

  const followScope = async (ref: ObjectRef, owner: string): Promise<Followed> => {
    const scope = scopeOf(ref);
    const entry = open.get(scope) ?? (await openScope(scope, ref));
    entry.users.add(owner);
    return entry;
  };

  const openScope = async (scope: string, ref: ObjectRef): Promise<Followed> => {
    const mapping = await on.client.discovery.mapping(ref.apiVersion, ref.kind);
    const already = open.get(scope);
    if (already) return already;
    const apiVersion = apiVersionOf(mapping.group, mapping.version);
    const namespace = isNarrow(ref) ? ref.namespace : undefined;
    const selection = { apiVersion, kind: ref.kind, namespace, labelSelector: ownerNameLabel(manager) };
    const shared = on.watches.use(selection, view);
    const stop = shared.cache.subscribe(({ key, before, after }) =>
      listen(refFrom(apiVersion, ref.kind, key), before, after),
    );
    const entry = { shared, users: new Set<string>(), stop };
    open.set(scope, entry);
    return entry;
  };

  const letGo = (owner: string, keep: Set<string>) => {
    for (const [scope, entry] of open) {
      if (keep.has(scope) || !entry.users.delete(owner) || entry.users.size > 0) continue;
      entry.stop();
      entry.shared.release();
      open.delete(scope);
    }
  };

  const follow = async (owner: string, refs: ObjectRef[]): Promise<void> => {
    const scopes = new Map(refs.map(ref => [scopeOf(ref), ref]));
    letGo(owner, new Set(scopes.keys()));
    const following = [...scopes].map(async ([scope, ref]) => ({
      scope,
      ref,
      entry: await followScope(ref, owner),
    }));
    const followed = await Promise.all(following);
    const refused = followed.filter(
      ({ ref, entry }) =>
        ref.namespace !== undefined && !isNarrow(ref) && isForbidden(entry.shared.cache.failure),
    );
    if (refused.length > 0) {
      for (const { ref } of refused) narrow.add(groupKindOf(ref));
      return follow(owner, refs);
    }
    for (const { scope, entry } of followed) on.waitFor(owner, entry.shared.cache, `the list of ${scope}`);
  };

  return {
    look(ref, since) {
      const cache = open.get(scopeOf(ref))?.shared.cache;
      if (!cache?.hasSynced || isOlder(cache.resourceVersion, since)) return undefined;
      return { object: cache.get(keyOf(ref)) };
    },
    follow,
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
