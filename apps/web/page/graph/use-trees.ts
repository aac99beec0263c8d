import { useEffect, useState } from 'preact/hooks';
import type { Tree } from '../../model/tree.ts';
import { ask } from '../ask.ts';
import { tell } from '../store.ts';
import { useChanges } from '../use-changes.ts';

/** What is below some objects (`Kind/namespace/name`), asked for anew when it changes. */
export function useTrees(keys: readonly string[]): ReadonlyMap<string, Tree> {
  const { versions } = useChanges(keys);
  const [trees, setTrees] = useState<ReadonlyMap<string, Tree>>(new Map());
  const wanted = keys.map(key => `${key} ${versions.get(key) ?? 0}`).join('\n');
  useEffect(() => {
    const leaving = new AbortController();
    for (const key of keys)
      treeOf(key, leaving.signal).then(
        tree => setTrees(before => new Map(before).set(key, tree)),
        (error: Error) => leaving.signal.aborted || tell(`${key}: ${error.message}`, true),
      );
    setTrees(before => new Map([...before].filter(([key]) => keys.includes(key))));
    return () => leaving.abort();
  }, [wanted]);
  return trees;
}

function treeOf(key: string, signal: AbortSignal): Promise<Tree> {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return ask<Tree>(`/api/tree?${new URLSearchParams({ kind, namespace, name })}`, { signal });
}
