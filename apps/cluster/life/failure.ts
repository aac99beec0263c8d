import type { JsonObject } from '@millrace/json';
import { textAt } from '../api/tree.ts';
import { BadDuration, parseDuration } from '../cron/duration.ts';

/** Ways in which a Pod can fail on demand. */
export type Failure = 'image-pull' | 'crash-loop' | 'never-ready';

const failureAnnotation = 'simulate.millrace.dev/failure';
const delayAnnotation = 'simulate.millrace.dev/delay';
const failures: readonly string[] = ['image-pull', 'crash-loop', 'never-ready'];

/** What the annotations of a Pod ask for; unknown words ask for nothing. */
export function failureOf(pod: JsonObject): Failure | undefined {
  const asked = textAt(pod, 'metadata', 'annotations', failureAnnotation);
  return failures.includes(asked) ? (asked as Failure) : undefined;
}

/** How long a Pod takes to become what it will be, in milliseconds; written as a Go duration such as `1m30s`. */
export function delayOf(pod: JsonObject): number {
  const asked = textAt(pod, 'metadata', 'annotations', delayAnnotation);
  try {
    return asked === '' ? 0 : Math.max(0, parseDuration(asked));
  } catch (error) {
    if (error instanceof BadDuration) return 0;
    throw error;
  }
}
