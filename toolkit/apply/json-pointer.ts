import { isObject, type Json, type JsonObject } from '@millrace/json';

/** The steps of a JSON pointer (RFC 6901), unescaped. */
export type Pointer = readonly string[];

/** Undefined for what is no pointer, or the one to the whole. */
export function parsePointer(text: string): Pointer | undefined {
  if (!text.startsWith('/')) return undefined;
  return text
    .slice(1)
    .split('/')
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What is there; undefined where nothing is. */
export function valueAt(json: Json, pointer: Pointer): Json | undefined {
  let value: Json | undefined = json;
  for (const step of pointer) value = value === undefined ? undefined : child(value, step);
  return value;
}

/** One step down: a field, or an item by its index. */
export function child(value: Json, step: string): Json | undefined {
  if (Array.isArray(value)) return /^\d+$/.test(step) ? value[Number(step)] : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

/** The same without what is there. Nothing is changed, and what is on the way is copied. */
export function without<T extends Json>(json: T, pointer: Pointer): T {
  return replaced(json, pointer, undefined) as T;
}

/** The same with another value there; fields on the way are made, items of lists are not. */
export function withValue<T extends Json>(json: T, pointer: Pointer, value: Json): T {
  return replaced(json, pointer, value) as T;
}

function replaced(json: Json, [step, ...rest]: Pointer, value: Json | undefined): Json {
  if (step === undefined) return json;
  const before = child(json, step);
  if (before === undefined && (value === undefined || !isObject(json))) return json;
  const after = rest.length === 0 ? value : replaced(before ?? {}, rest, value);
  if (Array.isArray(json)) return json.toSpliced(Number(step), 1, ...(after === undefined ? [] : [after]));
  const { [step]: _, ...others } = json as JsonObject;
  return after === undefined ? others : { ...(json as JsonObject), [step]: after };
}
