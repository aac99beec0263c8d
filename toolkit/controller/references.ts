import { display, type KubeObject, keyOf, NoMatchError, type ObjectRef } from '@millrace/kube';
import type { Environment } from './reconciler.ts';
import type { WaitFor } from './wait-for.ts';
import { type Shared, wholeObjects } from './watches.ts';

/** Single objects that an object of ours refers to: Secrets and ConfigMaps, or others whose health it waits for. */
export interface References {
  /**
   * The objects as they are, in the order of the refs. From now on a change of one of them wakes the owner; those
   * that it named before, under the same purpose, and names no more are let go. Throws Parked while one of them is
   * being looked for, and Failed where that is refused. A kind that the cluster does not serve has no objects.
   */
  read(owner: string, purpose: string, refs: ObjectRef[]): Promise<(KubeObject | undefined)[]>;
  release(owner: string): void;
}

interface Held {
  shared: Shared<KubeObject>;
  stop: () => void;
}

/** A kind that is not served yet, and is asked for again. */
interface Unserved {
  shared?: undefined;
  stop: () => void;
}

/** How long until it is asked for again. */
const recheck = 5000;

export function referencesOf(
  { client, watches }: Environment,
  waitFor: WaitFor,
  wake: (owner: string) => void,
): References {
  /** By owner, purpose and reference. */
  const held = new Map<string, Map<string, Map<string, Held | Unserved>>>();

  /** Undefined where the cluster does not serve the kind. */
  const mappingOf = ({ apiVersion, kind }: ObjectRef) =>
    client.discovery.mapping(apiVersion, kind).catch(error => {
      if (!(error instanceof NoMatchError)) throw error;
      return undefined;
    });

  /** The owner is woken once the kind is served, and not before: there is nothing new to see. */
  const holdUnserved = (owner: string, ref: ObjectRef, mine: Map<string, Held | Unserved>): Unserved => {
    const look = async () => {
      const isServed = await mappingOf(ref).catch(() => undefined);
      if (mine.get(keyFor(ref)) !== entry) return;
      if (!isServed) timer = setTimeout(look, recheck).unref();
      else {
        mine.delete(keyFor(ref));
        wake(owner);
      }
    };
    let timer = setTimeout(look, recheck).unref();
    const entry: Unserved = { stop: () => clearTimeout(timer) };
    return entry;
  };

  const hold = async (
    owner: string,
    ref: ObjectRef,
    mine: Map<string, Held | Unserved>,
  ): Promise<Held | Unserved | undefined> => {
    const { apiVersion, kind, namespace, name } = ref;
    const mapping = await mappingOf(ref);
    if (!mapping) return holdUnserved(owner, ref, mine);
    if (mapping.namespaced && !namespace) return undefined; // nothing is in no namespace; all of them are not meant
    const selection = { apiVersion, kind, namespace, fieldSelector: `metadata.name=${escaped(name)}` };
    const shared = watches.use(selection, wholeObjects);
    return { shared, stop: shared.cache.subscribe(() => wake(owner)) };
  };

  const heldFor = (owner: string, purpose: string): Map<string, Held | Unserved> => {
    const purposes = held.get(owner) ?? new Map<string, Map<string, Held | Unserved>>();
    held.set(owner, purposes);
    const mine = purposes.get(purpose) ?? new Map<string, Held | Unserved>();
    purposes.set(purpose, mine);
    return mine;
  };

  return {
    async read(owner, purpose, refs) {
      if (refs.length === 0 && !held.get(owner)?.has(purpose)) return [];
      const mine = heldFor(owner, purpose);
      letGo(mine, new Set(refs.map(keyFor)));
      const named = refs.filter(isNamed);
      for (const ref of named) {
        const found = mine.get(keyFor(ref)) ?? (await hold(owner, ref, mine));
        if (found) mine.set(keyFor(ref), found);
      }
      for (const ref of named) {
        const found = mine.get(keyFor(ref));
        if (found?.shared) waitFor(owner, found.shared.cache, `${ref.kind} ${keyOf(ref)}`);
      }
      return refs.map(ref => mine.get(keyFor(ref))?.shared?.cache.get(keyOf(ref)));
    },
    release(owner) {
      for (const mine of held.get(owner)?.values() ?? []) letGo(mine, new Set());
      held.delete(owner);
    },
  };
}

function letGo(mine: Map<string, Held | Unserved>, keep: Set<string>): void {
  for (const [key, { shared, stop }] of mine) {
    if (keep.has(key)) continue;
    stop();
    shared?.release();
    mine.delete(key);
  }
}

const keyFor = (ref: ObjectRef) => `${ref.apiVersion}/${display(ref)}`;

/**
 * A name that no object can have is that of none. Names are segments of a path
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#path-segment-names), up to 253 long.
 */
function isNamed({ name, namespace }: ObjectRef): boolean {
  return [name, namespace ?? 'default'].every(
    part => part !== '' && part.length <= 253 && part !== '.' && part !== '..' && !/[/%\s]/.test(part),
  );
}

/** The value of a field selector, in which these have a meaning of their own (apimachinery, fields.EscapeValue). */
function escaped(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}
