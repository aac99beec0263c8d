import dagre from '@dagrejs/dagre';
import { computed } from '@preact/signals';
import { type Edge, type Graph, graphOf } from '../model/graph.ts';
import type { Row } from '../model/row.ts';
import { Link, Who } from './link.tsx';
import { StateIcon } from './state-icon.tsx';
import { go, place, rows, shown } from './store.ts';
import { stateWords } from './words.ts';

/** Pixels. */
const box = { width: 220, height: 52, between: 18, ranks: 70, margin: 20 };
/** More nodes than that are no picture, and take a browser long to lay out. */
const most = 400;

const graph = computed(() => graphOf(shown.value, rows.value, place.value.troubled));

/** Where everything is. It is laid out anew when something comes or goes, not when something becomes ready. */
let last: { shape: string; layout: Layout } | undefined;
const layout = computed(() => {
  const { nodes, edges } = graph.value;
  const shape = JSON.stringify([nodes.map(({ key }) => key).sort(), edges]);
  if (last?.shape !== shape) last = { shape, layout: layOut(graph.value) };
  return last.layout;
});

interface Point {
  x: number;
  y: number;
}

interface Layout {
  width: number;
  height: number;
  at: Map<string, Point>;
  lines: (Edge & { path: string })[];
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
  return {
    width,
    height,
    at: new Map(nodes.map(({ key }) => [key, drawn.node(key) as Point])),
    lines: edges.map(edge => ({
      ...edge,
      path: curve(drawn.edge(edge.from, edge.to).points),
    })),
  };
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

/** What is made from what, and waits for what. */
export function GraphView() {
  const { troubled } = place.value;
  const { nodes } = graph.value;
  return (
    <>
      <label class="only">
        <input
          type="checkbox"
          checked={troubled}
          onChange={event => go({ troubled: event.currentTarget.checked }, { replace: true })}
        />{' '}
        Only what is not ready, and what that hangs on
      </label>
      {nodes.length === 0 && (
        <p class="nothing">{troubled ? 'Everything is ready.' : 'Nothing fits these filters.'}</p>
      )}
      {nodes.length > most && (
        <p class="nothing">
          {nodes.length} objects are too many for a picture: search, filter, or leave out what is ready.
        </p>
      )}
      {nodes.length > 0 && nodes.length <= most && <Picture />}
    </>
  );
}

function Picture() {
  const { width, height, at, lines } = layout.value;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section class="picture" tabIndex={0} aria-label="Graph">
      <div style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {lines.map(({ from, to, as, path }) => (
            <path key={`${from} ${to}`} class={as} d={path} />
          ))}
        </svg>
        {graph.value.nodes.map(row => (
          <Node key={row.key} row={row} at={at.get(row.key)} />
        ))}
      </div>
    </section>
  );
}

function Node({ row, at }: { row: Row; at: Point | undefined }) {
  if (!at) return null;
  const { state, message } = row;
  const place = `translate(${at.x - box.width / 2}px, ${at.y - box.height / 2}px)`;
  return (
    <Link
      class={`node ${state}`}
      to={row}
      title={message || stateWords[state]}
      style={{ transform: place, width: `${box.width}px`, height: `${box.height}px` }}
    >
      <StateIcon state={state} />
      <Who row={row} />
    </Link>
  );
}
