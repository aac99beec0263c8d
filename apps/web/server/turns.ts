import { ActionError } from './actions.ts';

export interface TurnLimits {
  /** How many are worked on at once, for all. */
  atOnce: number;
  /** How many somebody may have under way and waiting; one is worked on at a time. */
  each: number;
}

/** Does heavy work in turns, so that nobody keeps others from theirs. Throws ActionError for who asks for too much. */
export function turns({ atOnce, each }: TurnLimits) {
  const lines = new Map<string, { tail: Promise<unknown>; length: number }>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  const inPlace = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    if (busy >= atOnce) await new Promise<void>(resolve => waiting.push(resolve));
    else busy++;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      // The place goes to the next one, where somebody waits.
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
  return async <T>(who: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const line = lines.get(who) ?? { tail: Promise.resolve(), length: 0 };
    if (line.length >= each)
      throw new ActionError('other previews of yours are under way: wait for them, or close their pages');
    lines.set(who, line);
    line.length++;
    const turn = line.tail.then(() => inPlace(signal, work));
    line.tail = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      line.length--;
      if (line.length === 0) lines.delete(who);
    }
  };
}
