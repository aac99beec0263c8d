import type { Awaitable, WaitFor, Watches } from '@millrace/controller';
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
import { readOneByOne } from './one-by-one.ts';
import { type Owned, type OwnerRules, ownedView, type Sight } from './owned.ts';
import { refusedLists } from './refused-lists.ts';

/** What all owners of one manager have applied, as a watch for each kind shows it. */
export interface OwnedObjects {
  /** The object as the watch of its kind shows it; undefined until that has seen what happened up to `since`. */
  look(ref: ObjectRef, since: string): Sight | undefined;
  /**
   * Watch the kinds of these, in their namespaces, for as long as the owner needs them; what it no longer names is let
   * go. Objects of a kind that cannot be listed are read one by one. Throws Parked while a kind's first list is under
   * way, Failed where its objects cannot be read either.
   */
  follow(owner: string, refs: ObjectRef[]): Promise<void>;
  /** From now on what the owner has is looked at by these rules, as objects pass their watch. */
  heed(owner: string, rules: OwnerRules): void;
  release(owner: string): void;
}

/** Hears of every change to an applied object, with the owners before and after. */
export type OwnedListener = (ref: ObjectRef, before: Owned | undefined, after: Owned | undefined) => void;

/** What shows the objects of a scope: a watch, or where that is refused, reading them. */
interface Followed {
  state: Awaitable;
  look(ref: ObjectRef, since: string): Sight | undefined;
  want(owner: string, refs: readonly ObjectRef[]): void;
  users: Set<string>;
  stop(): void;
}

/**
 * One watch a kind and cluster, by the label that every applied object carries. Versions of a group share it: the
 * one that was asked for first. Where a kind may not be listed in all namespaces, it is one in each that has such
 * objects; where it may not be listed there, or has no namespaces, its objects are read one by one.
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
  const narrow = refusedLists();
  /** Scopes that may not be listed at all. */
  const unlisted = refusedLists();

  const isNarrow = (ref: ObjectRef) => ref.namespace !== undefined && narrow.has(groupKindOf(ref));
  const listScope = (ref: ObjectRef) =>
    isNarrow(ref) ? `${groupKindOf(ref)} in ${ref.namespace}` : groupKindOf(ref);
  const scopeOf = (ref: ObjectRef) => {
    const scope = listScope(ref);
    return unlisted.has(scope) ? `${scope}, one by one` : scope;
  };

  const followScope = async (scope: string, refs: ObjectRef[], owner: string): Promise<Followed> => {
    const ref = refs[0]!;
    const entry = open.get(scope) ?? (await openScope(scope, ref));
    entry.users.add(owner);
    entry.want(owner, refs);
    return entry;
  };

  const openScope = async (scope: string, ref: ObjectRef): Promise<Followed> => {
    const mapping = await on.client.discovery.mapping(ref.apiVersion, ref.kind);
    const already = open.get(scope);
    if (already) return already;
    const apiVersion = apiVersionOf(mapping.group, mapping.version);
    const entry = unlisted.has(listScope(ref)) ? read(apiVersion) : watch(ref, apiVersion);
    open.set(scope, entry);
    return entry;
  };

  const read = (apiVersion: string): Followed => {
    const reader = readOneByOne({
      client: on.client,
      // A watch would not show what lacks the label.
      project: object =>
        object.metadata.labels?.[ownerNameLabel(manager)] ? view.project(object) : undefined,
      listen: (ref, before, after) => listen({ ...ref, apiVersion }, before, after),
    });
    return { ...reader, users: new Set() };
  };

  const watch = (ref: ObjectRef, apiVersion: string): Followed => {
    const namespace = isNarrow(ref) ? ref.namespace : undefined;
    const selection = { apiVersion, kind: ref.kind, namespace, labelSelector: ownerNameLabel(manager) };
    const shared = on.watches.use(selection, view);
    const stop = shared.cache.subscribe(({ key, before, after }) =>
      listen(refFrom(apiVersion, ref.kind, key), before, after),
    );
    const { cache } = shared;
    return {
      state: cache,
      look: (wanted, since) =>
        !cache.hasSynced || isOlder(cache.resourceVersion, since)
          ? undefined
          : { object: cache.get(keyOf(wanted)) },
      want() {},
      users: new Set(),
      stop() {
        stop();
        shared.release();
      },
    };
  };

  const letGo = (owner: string, keep: Set<string>) => {
    for (const [scope, entry] of open) {
      if (keep.has(scope) || !entry.users.delete(owner)) continue;
      entry.want(owner, []);
      if (entry.users.size > 0) continue;
      entry.stop();
      open.delete(scope);
    }
  };

  const tryAgain = (ref: ObjectRef) => {
    const { apiVersion, kind, namespace } = ref;
    const list = (within?: string) => () =>
      on.client.list(apiVersion, kind, { namespace: within, limit: 1, metadataOnly: true, as: 'own' });
    unlisted.tryAgain(listScope(ref), list(isNarrow(ref) ? namespace : undefined));
    narrow.tryAgain(groupKindOf(ref), list());
  };

  const follow = async (owner: string, refs: ObjectRef[]): Promise<void> => {
    for (const ref of refs) tryAgain(ref);
    const scopes = Map.groupBy(refs, scopeOf);
    letGo(owner, new Set(scopes.keys()));
    const following = [...scopes].map(async ([scope, inScope]) => ({
      scope,
      ref: inScope[0]!,
      entry: await followScope(scope, inScope, owner),
    }));
    const followed = await Promise.all(following);
    const refused = followed.filter(
      ({ ref, entry }) => !unlisted.has(listScope(ref)) && isForbidden(entry.state.failure),
    );
    if (refused.length > 0) {
      for (const { ref } of refused) followCloser(ref);
      return follow(owner, refs);
    }
    for (const { scope, entry } of followed) on.waitFor(owner, entry.state, `the list of ${scope}`);
  };

  const followCloser = (ref: ObjectRef) => {
    if (ref.namespace !== undefined && !isNarrow(ref)) narrow.add(groupKindOf(ref));
    else unlisted.add(listScope(ref));
  };

  return {
    look(ref, since) {
      return open.get(scopeOf(ref))?.look(ref, since);
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
