import { useEffect, useRef } from 'preact/hooks';
import { type Repeated, repeated } from '../model/repeated.ts';

/**
 * Ask about something, and again after each change of what the answer depends on.
 *
 * @param subject what is asked about: what was asked of another is broken off
 * @param on what the answer depends on
 */
export function useRepeated(
  work: (signal: AbortSignal) => Promise<unknown>,
  subject: string | undefined,
  on: readonly unknown[],
): void {
  const asking = useRef<Repeated>(undefined);
  const newest = useRef(work);
  newest.current = work;
  useEffect(() => {
    const begun = repeated(signal => newest.current(signal));
    asking.current = begun;
    return begun.stop;
  }, [subject]);
  useEffect(() => asking.current?.again(), [subject, ...on]);
}
