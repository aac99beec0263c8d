/** Milliseconds after which it is tried whether a list is refused still. */
const patience = 5 * 60_000;

/** What may not be listed, as far as is known: a role that is given later is found out without a restart. */
export interface RefusedLists {
  has(scope: string): boolean;
  add(scope: string): void;
  /** Try it once more, unless that was done lately. Nobody waits for it: until it succeeds all stays as it is. */
  tryAgain(scope: string, list: () => Promise<unknown>): void;
}

/** @param now milliseconds on a clock that only goes forward */
export function refusedLists(now: () => number = () => performance.now()): RefusedLists {
  /** When each was tried last. */
  const refused = new Map<string, number>();
  return {
    has: scope => refused.has(scope),
    add(scope) {
      refused.set(scope, now());
    },
    tryAgain(scope, list) {
      const last = refused.get(scope);
      if (last === undefined || now() - last < patience) return;
      refused.set(scope, now());
      list().then(
        () => refused.delete(scope),
        () => {},
      );
    },
  };
}
