import { display, type KubeObject, keyOf, type ObjectRef } from '@millrace/kube';
import type { Environment } from './reconciler.ts';
import { type Shared, wholeObjects } from './watches.ts';

/** Single objects that an object of ours refers to: Secrets and ConfigMaps, or others whose health it waits for. */
export interface References {
  /**
   * The objects as they are, in the order of the refs. From now on a change of one of them wakes the owner; those
   * that it named before, under the same purpose, and names no more are let go.
   */
  read(owner: string, purpose: string, refs: ObjectRef[]): Promise<(KubeObject | undefined)[]>;
  release(owner: string): void;
}

export function referencesOf({ client, watches }: Environment, wake: (owner: string) => void): References {
  const held = new Map<string, Map<string, { shared: Shared<KubeObject>; stop: () => void }>>();

  const hold = async (owner: string, ref: ObjectRef) => {
    await client.discovery.mapping(ref.apiVersion, ref.kind);
    const { apiVersion, kind, namespace, name } = ref;
    const shared = watches.use(
      { apiVersion, kind, namespace, fieldSelector: `metadata.name=${name}` },
      wholeObjects,
    );
    await shared.cache.synced();
    return { shared, stop: shared.cache.subscribe(() => wake(owner)) };
  };

  const letGo = (group: string, keep: Set<string>) => {
    for (const [key, { shared, stop }] of held.get(group) ?? []) {
      if (keep.has(key)) continue;
      stop();
      shared.release();
      held.get(group)!.delete(key);
    }
  };

  return {
    async read(owner, purpose, refs) {
      const group = `${owner}\0${purpose}`;
      const mine = held.get(group) ?? new Map();
      held.set(group, mine);
      letGo(group, new Set(refs.map(keyFor)));
      const found: (KubeObject | undefined)[] = [];
      for (const ref of refs) {
        if (!mine.has(keyFor(ref))) mine.set(keyFor(ref), await hold(owner, ref));
        found.push(mine.get(keyFor(ref))!.shared.cache.get(keyOf(ref)));
      }
      return found;
    },
    release(owner) {
      for (const group of [...held.keys()].filter(key => key.startsWith(`${owner}\0`))) {
        letGo(group, new Set());
        held.delete(group);
      }
    },
  };
}

const keyFor = (ref: ObjectRef) => `${ref.apiVersion}/${display(ref)}`;
