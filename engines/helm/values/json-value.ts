import type { Value } from '@millrace/go-template';
import { isTable } from './table.ts';
import { ValuesError } from './values-error.ts';

const maxDepth = 500;

/**
 * The JSON value at the start of a text, and its length; what comes after it is not looked at. Blanks before it are
 * part of it. Numbers are float64, as encoding/json has them.
 * @throws ValuesError for what is no JSON.
 */
export function readJsonValue(text: string): { value: Value; length: number } {
  const length = endOfValue(text);
  let value: Value;
  try {
    value = JSON.parse(text.slice(0, length)) as Value;
  } catch (cause) {
    throw new ValuesError(`invalid JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  requireFinite(value);
  return { value, length };
}

function endOfValue(text: string): number {
  const start = /^[ \t\r\n]*/.exec(text)![0].length;
  const first = text.charAt(start);
  if (first === '"') return endOfString(text, start);
  if (first === '{' || first === '[') return endOfCollection(text, start);
  // A number ends where no digit, point or exponent can follow; `1.x` is none.
  const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d*)?|[a-z]+)?/y;
  scalar.lastIndex = start;
  return start + literal(scalar.exec(text)![0]).length;
}

/** A literal ends with its last letter, whatever follows it. */
function literal(text: string): string {
  return /^(?:true|false|null)/.exec(text)?.[0] ?? text;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function endOfCollection(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') {
      if (++depth > maxDepth) throw new ValuesError(`invalid JSON: nested more than ${maxDepth} levels deep`);
    } else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}

function requireFinite(value: Value): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ValuesError('invalid JSON: a number is too large for float64');
  }
  const items = Array.isArray(value) ? value : isTable(value) ? Object.values(value) : [];
  for (const item of items) requireFinite(item as Value);
}
