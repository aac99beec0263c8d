import type { JsonObject } from '@millrace/json';
import { textAt } from '../../api/tree.ts';
import { BadDuration, parseDuration } from '../../cron/duration.ts';

const failures = ['image-pull', 'crash-loop', 'fail', 'never-ready', 'slow-ready'] as const;

/** Ways in which a Pod can fail on demand. `fail` is the word for Jobs: their containers end with an error. */
export type Failure = (typeof failures)[number];

/** What a Pod is to do, by its own annotations or by rules. Times are in milliseconds. */
export interface Behaviour {
  readonly failure?: Failure;
  /** Until it starts; of one that is slow to get ready, until it is. */
  readonly delay?: number;
  /** How long the containers of a Job run. */
  readonly duration?: number;
  readonly exitCode?: number;
}

const prefix = 'simulate.millrace.dev/';

export function isFailure(word: unknown): word is Failure {
  return failures.includes(word as Failure);
}

export const failureWords: readonly string[] = failures;

/** What the annotations of a Pod ask for; words and times that nobody knows ask for nothing. */
export function askedOf(pod: JsonObject): Behaviour {
  const annotation = (name: string) => textAt(pod, 'metadata', 'annotations', `${prefix}${name}`);
  const failure = annotation('failure');
  const delay = milliseconds(annotation('delay'));
  const duration = milliseconds(annotation('duration'));
  const exitCode = Number(annotation('exit-code') || Number.NaN);
  return {
    ...(isFailure(failure) && { failure }),
    ...(delay !== undefined && { delay }),
    ...(duration !== undefined && { duration }),
    ...(Number.isInteger(exitCode) && { exitCode }),
  };
}

/** Written as a Go duration such as `1m30s`. */
function milliseconds(text: string): number | undefined {
  if (text === '') return undefined;
  try {
    return Math.max(0, parseDuration(text));
  } catch (error) {
    if (error instanceof BadDuration) return undefined;
    throw error;
  }
}
