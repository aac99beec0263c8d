import type { Value } from '@millrace/go-template';
import { equalValues, valueKey } from './equal.ts';
import type { Failure } from './failure.ts';
import { count } from './number-text.ts';
import { fail, note, type Run } from './run.ts';
import type { ArrayRules } from './schema.ts';

/** The keywords for arrays. */
export function validateArray(run: Run, items: Value[]): void {
  const { array } = run.schema;
  const { minItems: min, maxItems: max } = array;
  const size = items.length;
  if (min !== undefined && size < min) fail(run, () => `minItems: got ${count(size)}, want ${count(min)}`);
  if (max !== undefined && size > max) fail(run, () => `maxItems: got ${count(size)}, want ${count(max)}`);
  if (array.uniqueItems) {
    const equal = firstEqual(items);
    if (equal) fail(run, () => `items at ${count(equal[0])} and ${count(equal[1])} are equal`);
  }
  validateItems(run, items, array);
  validateContains(run, items, array);
}

function validateItems(run: Run, items: Value[], { prefix, rest }: ArrayRules): void {
  const first = Math.min(prefix.length, items.length);
  for (let at = 0; at < first; at++) note(run, run.below(prefix[at]!, items[at] as Value, String(at)));
  if (rest === false && first < items.length) {
    fail(run, () => `last ${count(items.length - first)} additionalItem(s) not allowed`);
  }
  if (rest === undefined || typeof rest === 'boolean') return;
  for (let at = first; at < items.length; at++) note(run, run.below(rest, items[at] as Value, String(at)));
}

function validateContains(run: Run, items: Value[], array: ArrayRules): void {
  const { contains, minContains: min, maxContains: max } = array;
  if (contains === undefined) return;
  const failures: Failure[] = [];
  const matched: number[] = [];
  for (const [at, item] of items.entries()) {
    const failure = run.below(contains, item, String(at));
    if (failure !== undefined) failures.push(failure);
    else {
      matched.push(at);
      if (run.schema.draft >= 2020) run.unevaluated.items.delete(at);
    }
  }
  const found = () => `matched ${count(matched.length)} items at ${matched.join(' ')}`;
  if (min === undefined) {
    if (matched.length === 0) fail(run, () => 'no items match contains schema', failures);
  } else if (matched.length < min) {
    const but = () => (matched.length === 0 ? 'none matched' : found());
    fail(run, () => `min ${count(min)} items required to match contains schema, but ${but()}`, failures);
  }
  if (max !== undefined && matched.length > max) {
    fail(run, () => `max ${count(max)} items required to match contains schema, but ${found()}`);
  }
}

/** Where the first item is that equals an earlier one, with that one before it. */
function firstEqual(items: Value[]): [number, number] | undefined {
  const seen = new Map<string, number[]>();
  for (const [at, item] of items.entries()) {
    const key = valueKey(item);
    const earlier = seen.get(key) ?? [];
    const equal = earlier.find(other => equalValues(items[other] as Value, item));
    if (equal !== undefined) return [equal, at];
    seen.set(key, [...earlier, at]);
  }
  return undefined;
}
