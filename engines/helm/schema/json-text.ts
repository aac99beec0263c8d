import type { Json } from '@millrace/json';
import { SchemaError } from './schema-error.ts';

/** Numbers that are not written as JavaScript writes them, by the list or object that they are in. */
const spellings = new WeakMap<object, Map<string, string>>();

/** What JSON.parse tells its reviver (ECMAScript 2026). */
type Reviver = (this: object, key: string, value: Json, context: { source?: string }) => Json;

const maxDepth = 500;

/** The JSON of a schema. Throws SchemaError. */
export function parseSchema(text: string): Json {
  requireDepth(text);
  try {
    // A reviver takes time, so only where there may be something to remember.
    if (!/\d[.eE]|\d{16}/.test(text)) return JSON.parse(text) as Json;
    const remember: Reviver = function (key, value, { source }) {
      if (typeof value === 'number' && source !== undefined && source !== String(value)) {
        spellings.set(this, (spellings.get(this) ?? new Map<string, string>()).set(key, source));
      }
      return value;
    };
    return JSON.parse(text, remember as Parameters<typeof JSON.parse>[1]) as Json;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new SchemaError(`values.schema.json is no JSON: ${problem}`, { cause });
  }
}

/** Brackets in texts do not count. */
function requireDepth(text: string): void {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (inText && sign === '\\') at++;
    else if (sign === '"') inText = !inText;
    else if (inText) continue;
    else if (sign === '{' || sign === '[') depth++;
    else if (sign === '}' || sign === ']') depth--;
    if (depth > maxDepth)
      throw new SchemaError(`values.schema.json is nested more than ${maxDepth} levels deep`);
  }
}

/** How the number under a key was written. */
export function spelling(holder: object, key: string | number): string | undefined {
  return spellings.get(holder)?.get(String(key));
}
