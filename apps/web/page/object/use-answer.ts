import { useState } from 'preact/hooks';
import { ask } from '../ask.ts';
import { returns } from '../store.ts';
import { useRepeated } from '../use-repeated.ts';

/** What the server has answered so far. */
export interface Answered<T> {
  /** The last answer; it stays while the next is waited for. */
  value: T | undefined;
  problem: string;
  waiting: boolean;
}

/**
 * Ask for something when the part is opened, and anew when the path, or what it depends on, is another, and when the connection
 * has come back. Nothing is asked without a path.
 */
export function useAnswer<T>(path: string | undefined, on: unknown = undefined): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({ value: undefined, problem: '', waiting: true });
  const read = async (signal: AbortSignal) => {
    if (path === undefined) return setAnswered({ value: undefined, problem: '', waiting: false });
    setAnswered(({ value }) => ({ value, problem: '', waiting: true }));
    await ask<T>(path, { signal })
      .then(value => signal.aborted || setAnswered({ value, problem: '', waiting: false }))
      .catch((error: Error) => {
        if (!signal.aborted) setAnswered({ value: undefined, problem: error.message, waiting: false });
      });
  };
  useRepeated(read, path, [on, returns.value]);
  return answered;
}
