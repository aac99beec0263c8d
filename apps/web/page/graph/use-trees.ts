import { useEffect, useRef, useState } from 'preact/hooks';
import { type Repeated, repeated } from '../../model/repeated.ts';
import type { Tree } from '../../model/tree.ts';
import { ask } from '../ask.ts';
import { tell } from '../store.ts';
import { useChanges } from '../use-changes.ts';

/** What is asked of one object, and about which of its changes it was asked last. */
interface Asking {
  tree: Repeated;
  version: number;
}

/** What is below some objects (`Kind/namespace/name`), asked for anew when it changes. */
export function useTrees(keys: readonly string[]): ReadonlyMap<string, Tree> {
  const { versions } = useChanges(keys);
  const [trees, setTrees] = useState<ReadonlyMap<string, Tree>>(new Map());
  const askings = useRef(new Map<string, Asking>());
  const wanted = keys.map(key => `${key} ${versions.get(key) ?? 0}`).join('\n');
  const readTree = (key: string) => (signal: AbortSignal) =>
    treeOf(key, signal).then(
      tree => signal.aborted || setTrees(before => new Map(before).set(key, tree)),
      (error: Error) => signal.aborted || tell(`${key}: ${error.message}`, true),
    );
  useEffect(() => {
    for (const [key, { tree }] of askings.current) {
      if (keys.includes(key)) continue;
      tree.stop();
      askings.current.delete(key);
    }
    setTrees(before => new Map([...before].filter(([key]) => keys.includes(key))));
    for (const key of keys) {
      const version = versions.get(key) ?? 0;
      const asking = askings.current.get(key) ?? { tree: repeated(readTree(key)), version: -1 };
      if (asking.version !== version) asking.tree.again();
      askings.current.set(key, { ...asking, version });
    }
  }, [wanted]);
  useEffect(() => () => [...askings.current.values()].forEach(({ tree }) => void tree.stop()), []);
  return trees;
}

function treeOf(key: string, signal: AbortSignal): Promise<Tree> {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return ask<Tree>(`/api/tree?${new URLSearchParams({ kind, namespace, name })}`, { signal });
}
