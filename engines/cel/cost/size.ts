import type { CallCost } from '../check/function.ts';
import { textLength } from '../value/text.ts';
import { ListValue, MapValue, OpaqueValue, Optional, type Value } from '../value/value.ts';

/** What looking at one character costs, and what a character of a regular expression does. */
export const perCharacter = 0.1;
export const perPatternCharacter = 0.25;

/** The size from which costs are reckoned: characters, bytes, items or entries; 1 for everything else. */
export function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return textLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof Optional && value.value !== undefined) return sizeOf(value.value);
  if (value instanceof OpaqueValue) return value.size ?? 1;
  return 1;
}

/** Reading the first argument once, or some other number of times. */
export function reading(times = 1): CallCost {
  return ([value]) => Math.ceil(sizeOf(value) * times * perCharacter);
}

/** Matching the first argument against the second as a pattern. */
export const matching: CallCost = ([text, pattern]) =>
  Math.ceil((1 + sizeOf(text)) * perCharacter) * Math.ceil(sizeOf(pattern) * perPatternCharacter);

/** Comparing two values up to the length of the shorter. */
export const comparing: CallCost = ([a, b]) => Math.ceil(Math.min(sizeOf(a), sizeOf(b)) * perCharacter);

/** Copying both. */
export const joining: CallCost = ([a, b]) => Math.ceil((sizeOf(a) + sizeOf(b)) * perCharacter);

/** Reading every value within a value. */
export function traversal(value: Value | undefined): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * perCharacter);
  if (value instanceof Uint8Array) return Math.floor(value.length * perCharacter);
  if (value instanceof ListValue) {
    let cost = 0;
    for (const item of value) cost += traversal(item);
    return cost;
  }
  if (value instanceof MapValue) {
    let cost = 0;
    for (const key of value.keys()) cost += traversal(key) + traversal(value.find(key));
    return cost;
  }
  return 1;
}
