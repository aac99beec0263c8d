import type { JsonObject } from '@millrace/json';
import { type Entry, read } from '../../store/entry.ts';

/** A controller looks at all its Pods at every visit, and few of them have changed since the last one. */
const most = 2000;
const trees = new Map<Entry, JsonObject>();

/** The tree of an entry, which others see too: it must not be changed. */
export function seen(entry: Entry): JsonObject {
  const tree = trees.get(entry) ?? read(entry);
  trees.delete(entry);
  trees.set(entry, tree);
  if (trees.size > most) {
    const [oldest] = trees.keys();
    trees.delete(oldest!);
  }
  return tree;
}
