import type { Edge, Graph, Node } from './graph.ts';
import { plainKind } from './object-name.ts';
import { states } from './row.ts';
import type { Tree, TreeNode } from './tree.ts';

/** As many that are well stand for themselves; more of them are one node, until it is opened. */
const few = 3;

/** What stands in the graph for several, by what it is below. */
export const groupKey = (above: string) => `${above} and what is well below it`;

export interface Grown extends Graph {
  /** How many nodes there is no room for. */
  left: number;
}

/**
 * A graph with what is below some of its nodes: what is not well, and what that hangs on, one by one; what is well as
 * one node for each place, unless that was opened.
 * @param opened keys of places where what is well is shown one by one
 */
export function withBranches(
  graph: Graph,
  trees: ReadonlyMap<string, Tree>,
  opened: ReadonlySet<string>,
  most: number,
): Grown {
  const nodes = new Map<string, Node>(graph.nodes.map(node => [node.key, node]));
  const edges = new Map<string, Edge>(graph.edges.map(edge => [`${edge.from} ${edge.to}`, edge]));
  let left = 0;
  const put = (node: Node, above: string) => {
    const isNew = !nodes.has(node.key);
    if (isNew && nodes.size >= most) {
      left += node.several ?? 1;
      return false;
    }
    // Who is in the graph already is drawn as it is known there.
    if (isNew) nodes.set(node.key, node);
    const line = `${above} ${node.key}`;
    if (above !== node.key && !edges.has(line)) edges.set(line, { from: above, to: node.key, as: 'part' });
    return isNew;
  };
  for (const [root, tree] of trees) {
    if (!nodes.has(root)) continue;
    left += tree.left;
    const below = Map.groupBy(tree.nodes, ({ above }) => above);
    const troubled = troubledIn(tree.nodes);
    const places = [root];
    for (let above = places.pop(); above !== undefined; above = places.pop()) {
      const all = (below.get(above) ?? []).toSorted(worstFirst);
      const well = all.filter(({ key }) => !troubled.has(key) && !nodes.has(key));
      const isGroup = well.length > few && !opened.has(above);
      const single = isGroup ? all.filter(one => !well.includes(one)) : all;
      for (const one of single) if (put(one, above)) places.push(one.key);
      if (isGroup) put(groupNode(well, above), above);
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], left };
}

function worstFirst(a: TreeNode, b: TreeNode): number {
  return states.indexOf(a.state) - states.indexOf(b.state) || (a.key < b.key ? -1 : 1);
}

/** Keys of what is not well, and of what has such below it. */
function troubledIn(nodes: TreeNode[]): Set<string> {
  const above = new Map(nodes.map(one => [one.key, one.above]));
  const troubled = new Set<string>();
  for (const { key, state } of nodes) {
    if (state === 'ready' || state === 'suspended') continue;
    for (
      let next: string | undefined = key;
      next !== undefined && !troubled.has(next);
      next = above.get(next)
    )
      troubled.add(next);
  }
  return troubled;
}

/** One node for many that are well. */
export function groupNode(well: readonly Node[], above: string): Node {
  const kinds = new Set(well.map(({ kind }) => kind));
  const [first] = kinds;
  const what = kinds.size === 1 ? `${plainKind(first!)}s` : 'objects';
  return {
    key: groupKey(above),
    kind: '',
    namespace: '',
    name: `${well.length} ready ${what}`,
    state: 'ready',
    message: well
      .map(({ kind, name }) => `${plainKind(kind)} ${name}`)
      .slice(0, 12)
      .join(', '),
    several: well.length,
  };
}
