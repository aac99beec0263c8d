import { limits } from './limits.ts';
import { Problem } from './sops-error.ts';
import { Branch, type Entry, List, type Value } from './tree.ts';

/**
 * The metadata of formats that have no maps in maps: `age__list_0__map_recipient` is what is `age[0].recipient`
 * elsewhere.
 * @throws Problem for keys that contradict each other.
 */
export function unflatten(branch: Branch): Branch {
  const root = new Node();
  for (const entry of branch.pairs) place(root, entry);
  const value = root.value(0);
  if (value instanceof Branch) return value;
  throw new Problem('metadata', 'the metadata of sops is no map');
}

class Node {
  own: Value | undefined;
  readonly keys = new Map<string, Node>();
  readonly items = new Map<number, Node>();

  value(depth: number): Value {
    if (depth > limits.depth)
      throw new Problem('limit', `sops metadata is nested more than ${limits.depth} levels deep`);
    const kinds = [this.own !== undefined, this.keys.size > 0, this.items.size > 0].filter(Boolean).length;
    if (kinds > 1)
      throw new Problem('metadata', 'keys of the sops metadata contradict each other (__map_, __list_)');
    if (this.own !== undefined) return this.own;
    if (this.items.size > 0) return this.#list(depth);
    const entries = [...this.keys].map(([key, node]) => ({ key, value: node.value(depth + 1) }));
    return new Branch(entries);
  }

  #list(depth: number): List {
    const items: Value[] = [];
    for (let i = 0; i < this.items.size; i++) {
      const node = this.items.get(i);
      if (node === undefined)
        throw new Problem('metadata', `a list of the sops metadata lacks its entry __list_${i}`);
      items.push(node.value(depth + 1));
    }
    return new List(items);
  }
}

function place(root: Node, { key, value }: Entry): void {
  let node = root;
  for (const step of steps(key)) {
    const nodes: Map<string | number, Node> = typeof step === 'number' ? node.items : node.keys;
    let next = nodes.get(step);
    if (next === undefined) nodes.set(step, (next = new Node()));
    node = next;
  }
  if (node.own !== undefined) throw new Problem('metadata', `sops metadata has ${JSON.stringify(key)} twice`);
  node.own = value;
}

/** A number is a place in a list; what is no number is the first place, as in SOPS. */
function steps(key: string): (string | number)[] {
  const parts = key.split(/(__map_|__list_)/);
  const found: (string | number)[] = [parts[0]!];
  for (let i = 1; i < parts.length; i += 2) {
    const part = parts[i + 1]!;
    found.push(parts[i] === '__map_' ? part : /^\d{1,9}$/.test(part) ? Number(part) : 0);
  }
  return found;
}
