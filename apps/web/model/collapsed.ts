import { groupKey, groupNode } from './branches.ts';
import type { Edge, Graph, Node } from './graph.ts';

/** As many that are well, and below the same, stand for themselves. */
const few = 3;

/**
 * A graph in which what is well and has nothing below it is one node for each place that it belongs to.
 * @param opened keys of places where it is shown one by one
 */
export function collapsed(graph: Graph, opened: ReadonlySet<string>): Graph {
  const goesOn = new Set(graph.edges.map(({ from }) => from));
  const above = aboveIn(graph.edges);
  const isLeaf = ({ key, state }: Node) => state === 'ready' && !goesOn.has(key) && above.has(key);
  const places = Map.groupBy(graph.nodes.filter(isLeaf), ({ key }) => above.get(key)!);
  const gone = new Set<string>();
  const groups: Graph = { nodes: [], edges: [] };
  for (const [place, leaves] of places) {
    if (leaves.length <= few || opened.has(place)) continue;
    for (const { key } of leaves) gone.add(key);
    groups.nodes.push(groupNode(leaves, place));
    groups.edges.push({ from: place, to: groupKey(place), as: 'part' });
  }
  return {
    nodes: [...graph.nodes.filter(({ key }) => !gone.has(key)), ...groups.nodes],
    edges: [...graph.edges.filter(({ to }) => !gone.has(to)), ...groups.edges],
  };
}

/** What each belongs to: who has applied it, else the first that it hangs on. */
function aboveIn(edges: readonly Edge[]): Map<string, string> {
  const above = new Map<string, string>();
  for (const { from, to, as } of edges) if (as === 'owner' || !above.has(to)) above.set(to, from);
  return above;
}
