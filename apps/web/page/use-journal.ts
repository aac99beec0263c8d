import { useEffect, useState } from 'preact/hooks';

/** Entries that a page keeps. */
const most = 5000;

/** The entries of a journal, the newest first, as they come; undefined before the first answer. */
export function useJournal<T>(path: string): readonly T[] | undefined {
  const [entries, setEntries] = useState<readonly T[]>();
  useEffect(() => {
    const source = new EventSource(path);
    source.addEventListener('entries', ({ data }) => setEntries((JSON.parse(data) as T[]).reverse()));
    source.addEventListener('entry', ({ data }) =>
      setEntries((before = []) => [JSON.parse(data) as T, ...before].slice(0, most)),
    );
    return () => source.close();
  }, [path]);
  return entries;
}
