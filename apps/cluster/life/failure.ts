import type { JsonObject } from '@millrace/json';
import { textAt } from '../api/tree.ts';

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

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** How long a Pod takes to become what it will be, in milliseconds; written as a Go duration such as `1m30s`. */
export function delayOf(pod: JsonObject): number {
  const asked = textAt(pod, 'metadata', 'annotations', delayAnnotation);
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(asked)) return 0;
  return [...asked.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * units[unit!]!,
    0,
  );
}
