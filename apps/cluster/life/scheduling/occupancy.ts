import type { JsonObject } from '@millrace/json';
import { podAmounts } from '../../admission/builtin/pod-resources.ts';
import type { Labels } from '../../api/label-selector.ts';
import { objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { type Entry, read } from '../../store/entry.ts';
import type { Store } from '../../store/store.ts';

/** What a Pod takes up on its node. */
export interface Occupant {
  readonly node: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** In billionths, by resource. */
  readonly requests: ReadonlyMap<string, bigint>;
  /** Ports of the node, as `TCP/80`. */
  readonly ports: readonly string[];
  /** The terms by which it wants no other Pod near it. */
  readonly avoids: readonly JsonObject[];
}

export function occupantOf(pod: JsonObject, node: string): Occupant {
  const spec = objectAt(pod, 'spec');
  const requests = new Map<string, bigint>([['pods', 1_000_000_000n]]);
  for (const [name, { nano }] of podAmounts(spec, 'requests')) requests.set(name, nano);
  return {
    node,
    namespace: textAt(pod, 'metadata', 'namespace'),
    labels: objectAt(pod, 'metadata', 'labels') as Labels,
    requests,
    ports: portsOf(spec),
    avoids: objectsAt(spec, 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'),
  };
}

function portsOf(spec: JsonObject): string[] {
  return [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')]
    .flatMap(container => objectsAt(container, 'ports'))
    .filter(({ hostPort }) => Number(hostPort ?? 0) > 0)
    .map(({ protocol, hostPort }) => `${protocol ?? 'TCP'}/${hostPort}`);
}

const known = new WeakMap<Entry, { readonly occupant: Occupant | undefined }>();

function occupantIn(entry: Entry): Occupant | undefined {
  const before = known.get(entry);
  if (before) return before.occupant;
  const pod = read(entry);
  const node = textAt(pod, 'spec', 'nodeName');
  const hasEnded = ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase'));
  const occupant = node && !hasEnded ? occupantOf(pod, node) : undefined;
  known.set(entry, { occupant });
  return occupant;
}

/** Who is where, kept up to date with every Pod that comes, changes or goes. */
export class Occupancy {
  readonly #byPod = new Map<string, Occupant>();
  readonly #byNode = new Map<string, Map<string, bigint>>();
  readonly #avoiders = new Set<Occupant>();

  constructor(store: Store) {
    for (const entry of store.list('/pods')) this.place(entry.uid, occupantIn(entry));
    store.subscribe(({ type, entry }) => {
      if (entry.resource !== '/pods') return;
      const current = type === 'DELETED' ? undefined : store.get('/pods', entry.namespace, entry.name);
      this.place(entry.uid, current?.uid === entry.uid ? occupantIn(current) : undefined);
    });
  }

  /** A Pod is on a node, or on none any more. */
  place(uid: string, occupant: Occupant | undefined): void {
    const before = this.#byPod.get(uid);
    if (before === occupant) return;
    if (before) {
      this.#byPod.delete(uid);
      this.#avoiders.delete(before);
      this.#add(before, -1n);
    }
    if (!occupant) return;
    this.#byPod.set(uid, occupant);
    if (occupant.avoids.length > 0) this.#avoiders.add(occupant);
    this.#add(occupant, 1n);
  }

  #add({ node, requests }: Occupant, sign: bigint): void {
    let used = this.#byNode.get(node);
    if (!used) this.#byNode.set(node, (used = new Map()));
    for (const [name, amount] of requests) used.set(name, (used.get(name) ?? 0n) + sign * amount);
  }

  /** How much of a resource the Pods of a node ask for, in billionths. */
  used(node: string, resource: string): bigint {
    return this.#byNode.get(node)?.get(resource) ?? 0n;
  }

  all(): Iterable<Occupant> {
    return this.#byPod.values();
  }

  /** Those that want nobody of some kind near them. */
  avoiders(): Iterable<Occupant> {
    return this.#avoiders;
  }
}
