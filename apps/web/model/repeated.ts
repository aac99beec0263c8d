/** What is done again and again, one at a time. */
export interface Repeated {
  /** Do it now, or where it is under way, once more after that. */
  again(): void;
  /** Break off what is under way, and do it no more. */
  stop(): void;
}

/**
 * Something that takes its time and is out of date whenever something changes. A change does not break it off: where changes
 * come faster than answers, there would never be one. Between two it rests for as long as the one before has taken.
 */
export function repeated(work: (signal: AbortSignal) => Promise<unknown>): Repeated {
  const stopping = new AbortController();
  const { signal } = stopping;
  let isUnderWay = false;
  let isStale = false;
  const again = () => {
    isStale = true;
    if (isUnderWay || signal.aborted) return;
    isUnderWay = true;
    isStale = false;
    const began = performance.now();
    const ended = () => {
      if (signal.aborted) return;
      setTimeout(
        () => {
          isUnderWay = false;
          if (isStale) again();
        },
        isStale ? performance.now() - began : 0,
      );
    };
    work(signal).then(ended, ended);
  };
  return { again, stop: () => stopping.abort() };
}
