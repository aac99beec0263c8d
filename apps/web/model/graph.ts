import type { ObjectName } from './object-name.ts';
import { inOrder, type Row, type State } from './row.ts';

export interface Edge {
  from: string;
  to: string;
  /** What the one is to the other: made from it, applied by it, after it, or a part of it. */
  as: 'source' | 'owner' | 'dependency' | 'part';
}

export interface Node extends ObjectName {
  key: string;
  state: State;
  message: string;
  /** Stands for as many that are well. */
  several?: number;
}

export interface Graph<N extends Node = Node> {
  nodes: N[];
  edges: Edge[];
}

/**
 * Rows as what hangs together, with what they hang on, however far up.
 * @param only leave out what is ready and nothing troubled hangs on
 */
export function graphOf(rows: Iterable<Row>, all: ReadonlyMap<string, Row>, only = false): Graph<Row> {
  const shown = new Map<string, Row>();
  const add = (row: Row) => {
    const left = [row];
    for (let next = left.pop(); next; next = left.pop()) {
      if (shown.has(next.key)) continue;
      shown.set(next.key, next);
      for (const { from } of edgesInto(next)) {
        const above = all.get(from);
        if (above) left.push(above);
      }
    }
  };
  for (const row of rows) if (!only || row.state !== 'ready') add(row);
  const nodes = [...shown.values()].sort(inOrder);
  const edges = nodes.flatMap(node => {
    // Whoever is applied from the same source says so already.
    const isImplied = node.owner !== undefined && shown.get(node.owner)?.source === node.source;
    return edgesInto(node).filter(({ from, as }) => shown.has(from) && !(isImplied && as === 'source'));
  });
  return { nodes, edges };
}

/** One edge from each other object, for the first reason that there is. */
function edgesInto({ key, source, owner, dependsOn = [] }: Row): Edge[] {
  const found = new Map<string, Edge>();
  const add = (from: string | undefined, as: Edge['as']) => {
    if (from !== undefined && from !== key && !found.has(from)) found.set(from, { from, to: key, as });
  };
  add(source, 'source');
  for (const one of dependsOn) add(one, 'dependency');
  add(owner, 'owner');
  return [...found.values()];
}
