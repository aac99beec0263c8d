import { useEffect, useState } from 'preact/hooks';
import { listen } from './listen.ts';

/** Entries that a page keeps. */
const most = 5000;

/** The entries of a journal, the newest first, as they come; undefined before the first answer. */
export function useJournal<T>(path: string): readonly T[] | undefined {
  const [entries, setEntries] = useState<readonly T[]>();
  useEffect(() => {
    return listen(() => path, {
      on: {
        entries: (found: T[]) => setEntries(found.reverse()),
        entry: (one: T) => setEntries((before = []) => [one, ...before].slice(0, most)),
      },
    });
  }, [path]);
  return entries;
}
