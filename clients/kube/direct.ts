import type { WholeAnswer } from './whole-answer.ts';

export interface DirectRequest {
  method: string;
  /** Absolute path on the API server, query included. */
  path: string;
  /** Their names in lower case. */
  headers: Record<string, string | string[]>;
  body?: string;
}

/** An API server that lives in this process, and is asked as by HTTP, but without it. */
export interface Direct {
  /** Fails only where there is nobody to answer. */
  ask(request: DirectRequest): Promise<WholeAnswer>;
}

/**
 * So many requests at a time as over HTTP, each in its turn: what this process wants all at once must not keep others,
 * who come by HTTP, waiting behind it.
 * @param patience milliseconds after which an answer is not waited for any more
 */
export function inTurn({ ask }: Direct, concurrency: number, patience: number) {
  let free = concurrency;
  const waiting = new Set<() => void>();
  const leave = () => {
    const [next] = waiting;
    if (!next) free++;
    else {
      waiting.delete(next);
      next();
    }
  };

  /** Ends with the signal, by its reason. */
  return (request: DirectRequest, signal: AbortSignal | undefined): Promise<WholeAnswer> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      let timer: NodeJS.Timeout | undefined;
      const end = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        settle();
      };
      const giveUp = () => {
        waiting.delete(begin);
        end(() => reject(signal?.reason));
      };
      const begin = () => {
        timer = setTimeout(
          () => end(() => reject(new Error(`there is no answer after ${patience / 1000} s`))),
          patience,
        ).unref();
        ask(request)
          .finally(leave)
          .then(
            answer => end(() => resolve(answer)),
            error => end(() => reject(error)),
          );
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      if (free === 0) return void waiting.add(begin);
      free--;
      begin();
    });
}
