import type { Entry } from './entry.ts';

/** Where an entry stands among those of its resource. */
export type Place = Pick<Entry, 'namespace' | 'name'>;

/** What comes to stand in a place; undefined leaves it empty. */
export interface Change extends Place {
  readonly entry: Entry | undefined;
}

/** As in etcd, where a slash follows a namespace: `a-b` comes before `a`. */
export function compareNamespaces(a: string, b: string): number {
  return a === b ? 0 : `${a}/` < `${b}/` ? -1 : 1;
}

/** By namespace, then name, as etcd's keys are. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.namespace !== b.namespace) return compareNamespaces(a.namespace, b.namespace);
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
}

/**
 * Entries in order after some changes, each of another place. A list is long and changes are few: what did not change is
 * copied and not compared.
 */
export function withChanges(entries: readonly Entry[], changes: readonly Change[]): Entry[] {
  const result: Entry[] = [];
  let at = 0;
  const copyUpTo = (end: number) => {
    for (; at < end; at++) result.push(entries[at]!);
  };
  for (const change of [...changes].sort(comparePlaces)) {
    copyUpTo(firstFrom(entries, change, at));
    if (change.entry) result.push(change.entry);
    const replaced = entries[at];
    if (replaced && comparePlaces(replaced, change) === 0) at++;
  }
  copyUpTo(entries.length);
  return result;
}

/** The index of the first entry that does not stand before a place. */
function firstFrom(entries: readonly Entry[], place: Place, from: number): number {
  let low = from;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaces(entries[middle]!, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
