import { useMemo } from 'preact/hooks';
import { type Grown, withBranches } from '../../model/branches.ts';
import type { Graph } from '../../model/graph.ts';
import { asKnown } from '../object/known.ts';
import { go, place } from '../place.ts';
import { rows } from '../store.ts';
import { most } from './picture.tsx';
import { useTrees } from './use-trees.ts';

interface Branches {
  graph: Grown;
  below: ReadonlyMap<string, boolean>;
  toggle(key: string): void;
}

/** As many objects can be looked below at once; opening another closes the one that was opened first. */
const atOnce = 8;

/**
 * A graph whose nodes can be opened to what is below them, as the address says.
 * @param canOpen what may have something below it
 * @param first what is open at first
 */
export function useBranches(
  graph: Graph,
  canOpen: readonly string[],
  first: readonly string[] = [],
): Branches {
  const { open = first, singly } = place.value;
  const opened = useMemo(() => new Set(singly), [singly]);
  const there = new Set(graph.nodes.map(({ key }) => key));
  const trees = useTrees(open.filter(key => there.has(key)));
  const fleet = rows.value;
  const grown = useMemo(() => {
    const live = [...trees].map(
      ([key, { nodes, left }]) => [key, { nodes: nodes.map(asKnown), left }] as const,
    );
    return withBranches(graph, new Map(live), opened, most);
  }, [graph, trees, opened, fleet]);
  const below = new Map(canOpen.map(key => [key, open.includes(key)]));
  for (const key of opened)
    if (grown.nodes.some(node => node.key === key) && !below.get(key)) below.set(key, true);
  const toggle = (key: string) => {
    const group = grown.nodes.find(node => node.several !== undefined && node.key === key);
    if (group) {
      const above = grown.edges.find(({ to }) => to === key)!.from;
      return go({ singly: [...singly, above] }, { replace: true });
    }
    const others = open.filter(one => one !== key);
    const isOpened = canOpen.includes(key) && !open.includes(key);
    const change = canOpen.includes(key) ? { open: isOpened ? [...others, key].slice(-atOnce) : others } : {};
    go({ ...change, singly: singly.filter(one => one !== key) }, { replace: true });
  };
  return { graph: grown, below, toggle };
}
