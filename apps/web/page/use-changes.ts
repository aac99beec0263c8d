import { useEffect, useState } from 'preact/hooks';
import { listen } from './listen.ts';

interface Changes {
  /** By the key of an object: another number after each change. */
  versions: ReadonlyMap<string, number>;
  /** Why changes are not told; empty where they are. */
  still: string;
}

/**
 * Follow some objects (`Kind/namespace/name`) and what belongs to them while the page is in sight: browsers allow six
 * connections to a server, over all their tabs.
 */
export function useChanges(keys: readonly string[]): Changes {
  const [versions, setVersions] = useState<Changes['versions']>(new Map());
  const [still, setStill] = useState('');
  const query = `${new URLSearchParams(keys.map(key => ['of', key]))}`;
  useEffect(() => {
    if (query === '') return;
    const changed = (those: readonly string[]) =>
      setVersions(
        before => new Map([...before, ...those.map(key => [key, (before.get(key) ?? 0) + 1] as const)]),
      );
    const tellWhy = ({ why }: { why: string }) => setStill(why);
    const on = {
      changed: (indexes: number[]) => changed(indexes.flatMap(index => keys[index] ?? [])),
      still: tellWhy,
      refused: tellWhy,
    };
    const follow = () => listen(() => `/api/watch?${query}`, { on });
    let end = document.hidden ? undefined : follow();
    const turn = () => {
      end?.();
      end = document.hidden ? undefined : follow();
    };
    setStill('');
    document.addEventListener('visibilitychange', turn);
    return () => {
      document.removeEventListener('visibilitychange', turn);
      end?.();
    };
  }, [query]);
  return { versions, still };
}
