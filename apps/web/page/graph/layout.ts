import dagre from '@dagrejs/dagre';
import type { Edge, Graph } from '../../model/graph.ts';

/** Pixels. */
export const box = { width: 236, height: 52, between: 18, ranks: 70, margin: 20 };

interface Point {
  x: number;
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  /** Of the middle of a node, by its key. */
  at: Map<string, Point>;
  /** From where most begins: the key of the node at which one looks first. */
  first: string | undefined;
  lines: (Edge & { path: string })[];
}

/** Where everything is. It is laid out anew when something comes or goes, not when something becomes ready. */
export function layouts(): (graph: Graph) => Layout {
  let last: { shape: string; layout: Layout } | undefined;
  return graph => {
    const shape = JSON.stringify([graph.nodes.map(({ key }) => key).sort(), graph.edges]);
    if (last?.shape !== shape) last = { shape, layout: layOut(graph) };
    return last.layout;
  };
}

function layOut({ nodes, edges }: Graph): Layout {
  const drawn = new dagre.graphlib.Graph();
  drawn.setGraph({
    rankdir: 'LR',
    nodesep: box.between,
    ranksep: box.ranks,
    marginx: box.margin,
    marginy: box.margin,
  });
  drawn.setDefaultEdgeLabel(() => ({}));
  for (const { key } of nodes) drawn.setNode(key, { width: box.width, height: box.height });
  for (const { from, to } of edges) drawn.setEdge(from, to);
  dagre.layout(drawn);
  const { width = 0, height = 0 } = drawn.graph();
  const at = new Map(nodes.map(({ key }) => [key, drawn.node(key) as Point]));
  const left = Math.min(...[...at.values()].map(({ x }) => x));
  const begins = nodes.map(({ key }) => key).filter(key => at.get(key)!.x === left);
  const outOf = (key: string) => edges.filter(({ from }) => from === key).length;
  return {
    width,
    height,
    at,
    first: begins.toSorted((a, b) => outOf(b) - outOf(a))[0],
    lines: edges.map(edge => ({
      ...edge,
      path: curve(besides(drawn.edge(edge.from, edge.to).points, at.get(edge.from)!, at.get(edge.to)!)),
    })),
  };
}

/** The way of a line from the right of a node to the left of another, where it lies there. */
function besides(points: Point[], from: Point, to: Point): Point[] {
  const [begin, end] = [from.x + box.width / 2, to.x - box.width / 2];
  if (begin >= end) return points;
  return [{ x: begin, y: from.y }, ...points.slice(1, -1), { x: end, y: to.y }];
}

/** A line through points, with their corners rounded off. */
function curve(points: Point[]): string {
  const words = points.slice(1, -1).map((corner, i) => {
    const next = points[i + 2]!;
    return `Q${corner.x} ${corner.y} ${(corner.x + next.x) / 2} ${(corner.y + next.y) / 2}`;
  });
  const [first, last] = [points[0]!, points.at(-1)!];
  return [`M${first.x} ${first.y}`, ...words, `L${last.x} ${last.y}`].join(' ');
}
