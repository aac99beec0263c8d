/** Work for one request gives way to the others after this many milliseconds. */
const share = 4;

/**
 * For work that goes on piece by piece: to be awaited after each, lets others have their turn once the share of time is
 * used up.
 */
export function pauses(): () => Promise<void> | undefined {
  let until = performance.now() + share;
  return () => {
    if (performance.now() < until) return undefined;
    return new Promise(resolve => {
      setImmediate(() => {
        until = performance.now() + share;
        resolve();
      });
    });
  };
}
