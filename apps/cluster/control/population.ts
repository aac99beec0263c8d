import type { JsonObject } from '@millrace/json';
import { forbidden } from '../api/status.ts';
import { objectsAt, textAt } from '../api/tree.ts';
import type { Store } from '../store/store.ts';

const pods = '/pods';

/** How many Pods controllers make, at most. */
export interface PodLimits {
  /** Of one workload, those that have ended and are still there among them (default 1,000). */
  readonly perWorkload?: number;
  /** In the whole cluster (default 10,000). */
  readonly inAll?: number;
}

/** A number in a manifest must not fill the memory: what a real cluster has no nodes for, this one has no room for. */
export class Population {
  readonly #store: Store;
  readonly #perWorkload: number;
  readonly #inAll: number;

  constructor(store: Store, { perWorkload = 1000, inAll = 10_000 }: PodLimits = {}) {
    this.#store = store;
    this.#perWorkload = perWorkload;
    this.#inAll = inAll;
  }

  /** Throws 403, as a quota does that is used up. */
  requireRoom(pod: JsonObject): void {
    const [owner] = objectsAt(pod, 'metadata', 'ownerReferences');
    const ofOwner = owner ? this.#store.countOwnedBy(textAt(owner, 'uid'), pods) : 0;
    const refuse = (why: string) =>
      forbidden(
        { group: '', resource: 'pods', kind: 'Pod' },
        textAt(pod, 'metadata', 'name') || textAt(pod, 'metadata', 'generateName'),
        why,
      );
    if (ofOwner >= this.#perWorkload)
      throw refuse(`this cluster simulates at most ${this.#perWorkload} pods of one workload`);
    if (this.#store.count(pods) >= this.#inAll)
      throw refuse(`this cluster simulates at most ${this.#inAll} pods`);
  }
}
