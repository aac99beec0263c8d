import type { Entry } from './entry.ts';

const nobody: ReadonlySet<Entry> = new Set();

/** The entries of one resource by what they hold: addresses, ports. Kept up to date by the store. */
export class KeyIndex {
  readonly #keysOf: (entry: Entry) => readonly string[];
  readonly #holders = new Map<string, Set<Entry>>();

  /** @param keysOf the same keys whenever it is asked about one entry */
  constructor(keysOf: (entry: Entry) => readonly string[]) {
    this.#keysOf = keysOf;
  }

  add(entry: Entry): void {
    for (const key of this.#keysOf(entry)) {
      const holders = this.#holders.get(key);
      if (holders) holders.add(entry);
      else this.#holders.set(key, new Set([entry]));
    }
  }

  remove(entry: Entry): void {
    for (const key of this.#keysOf(entry)) {
      const holders = this.#holders.get(key);
      holders?.delete(entry);
      if (holders?.size === 0) this.#holders.delete(key);
    }
  }

  /** Who holds the key, in no order. Must not be changed. */
  holders(key: string): ReadonlySet<Entry> {
    return this.#holders.get(key) ?? nobody;
  }

  /** Whether somebody else than the object of this uid holds the key. */
  isHeld(key: string, uid = ''): boolean {
    for (const holder of this.#holders.get(key) ?? []) if (holder.uid !== uid || uid === '') return true;
    return false;
  }
}
