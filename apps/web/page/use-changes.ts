import { useEffect, useState } from 'preact/hooks';
import { listen } from './listen.ts';

interface Changes {
  /** By the key of an object: another number after each change. */
  versions: ReadonlyMap<string, number>;
  /** Why changes are not told; empty where they are. */
  still: string;
}

/** Follow some objects (`Kind/namespace/name`) and what belongs to them. */
export function useChanges(keys: readonly string[]): Changes {
  const [versions, setVersions] = useState<Changes['versions']>(new Map());
  const [still, setStill] = useState('');
  const query = `${new URLSearchParams(keys.map(key => ['of', key]))}`;
  useEffect(() => {
    setStill('');
    if (query === '') return;
    const changed = (those: readonly string[]) =>
      setVersions(
        before => new Map([...before, ...those.map(key => [key, (before.get(key) ?? 0) + 1] as const)]),
      );
    const tellWhy = ({ why }: { why: string }) => setStill(why);
    return listen(() => `/api/watch?${query}`, {
      on: {
        changed: (indexes: number[]) => changed(indexes.flatMap(index => keys[index] ?? [])),
        still: tellWhy,
        refused: tellWhy,
      },
    });
  }, [query]);
  return { versions, still };
}
