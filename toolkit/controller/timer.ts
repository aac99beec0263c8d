/** What setTimeout takes: 31 bits of milliseconds, some 24 days; anything longer it takes for one. */
const longest = 2 ** 31 - 1;

/**
 * Call back once, after any number of milliseconds. The timer keeps no process alive. Returns what cancels it. Every
 * time that comes from an object goes through here.
 */
export function after(milliseconds: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number) => {
    const now = Math.min(left, longest);
    timer = setTimeout(() => (left > now ? wait(left - now) : callback()), now);
    timer.unref();
  };
  wait(milliseconds);
  return () => clearTimeout(timer);
}

/** A signal that is aborted with a TimeoutError after any number of milliseconds. */
export function timeoutSignal(milliseconds: number): AbortSignal {
  // No reconcile lives for 24 days: its own end comes first.
  return AbortSignal.timeout(Math.min(Math.max(milliseconds, 0), longest));
}
