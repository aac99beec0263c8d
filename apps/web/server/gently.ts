import { setImmediate } from 'node:timers/promises';
import { masked } from '@millrace/masking';

/** Characters that are compared without a break: others are served in between. */
const portion = 10_000_000;

/** The text without what Secrets hold, however much there is of both. */
export async function maskedGently(text: string, secrets: readonly string[]): Promise<string> {
  const atOnce = Math.max(1, Math.floor(portion / Math.max(1, text.length)));
  let shown = text;
  for (let i = 0; i < secrets.length; i += atOnce) {
    if (i > 0) await setImmediate();
    shown = masked(shown, secrets.slice(i, i + atOnce));
  }
  return shown;
}

/** Do something with each, with a break after each amount of work. @param weight of the work that each is, in characters */
export async function eachGently<T, R>(
  all: Iterable<T>,
  weight: (one: T) => number,
  work: (one: T) => R | Promise<R>,
): Promise<R[]> {
  const done: R[] = [];
  let since = 0;
  for (const one of all) {
    done.push(await work(one));
    since += weight(one);
    if (since < portion) continue;
    since = 0;
    await setImmediate();
  }
  return done;
}
