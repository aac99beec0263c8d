import { useMemo, useState } from 'preact/hooks';
import { type Grown, withBranches } from '../../model/branches.ts';
import type { Graph } from '../../model/graph.ts';
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
 * A graph whose nodes can be opened to what is below them.
 * @param canOpen what may have something below it
 * @param first what is open at first
 */
export function useBranches(
  graph: Graph,
  canOpen: readonly string[],
  first: readonly string[] = [],
): Branches {
  const [open, setOpen] = useState<readonly string[]>(first);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const there = new Set(graph.nodes.map(({ key }) => key));
  const trees = useTrees(open.filter(key => there.has(key)));
  const grown = useMemo(() => withBranches(graph, trees, opened, most), [graph, trees, opened]);
  const below = new Map(canOpen.map(key => [key, open.includes(key)]));
  for (const key of opened)
    if (grown.nodes.some(node => node.key === key) && !below.get(key)) below.set(key, true);
  const toggle = (key: string) => {
    const group = grown.nodes.find(node => node.several !== undefined && node.key === key);
    if (group) {
      const place = grown.edges.find(({ to }) => to === key)!.from;
      return setOpened(before => new Set([...before, place]));
    }
    setOpened(before => new Set([...before].filter(one => one !== key)));
    if (canOpen.includes(key))
      setOpen(before =>
        before.includes(key) ? before.filter(one => one !== key) : [...before, key].slice(-atOnce),
      );
  };
  return { graph: grown, below, toggle };
}
