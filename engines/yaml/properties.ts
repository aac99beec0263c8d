import { clone, type Json } from '@millrace/json';
import { type Cursor, isBlank } from './cursor.ts';
import { isFlowPunctuation } from './plain.ts';
import { resolveExactly, resolvePlain } from './scalar.ts';

/** What stands before a node: `&anchor` and `!tag`. */
export interface Properties {
  anchor?: string;
  tag?: string;
}

export type Anchors = Map<string, { value: Json; size: number | undefined }>;

/** Reads one property; the cursor stands at `&` or `!`. */
export function readProperty(cursor: Cursor, into: Properties): void {
  const start = cursor.pos;
  if (cursor.peek() === 0x26) {
    if (into.anchor !== undefined) cursor.fail('a value has two anchors');
    cursor.pos++;
    into.anchor = readName(cursor, 'anchor', start);
    return;
  }
  if (into.tag !== undefined) cursor.fail('a value has two tags');
  if (cursor.peek(1) === 0x3c) {
    const close = cursor.text.indexOf('>', cursor.pos);
    if (close < 0) cursor.fail('a tag is not closed by >');
    into.tag = shortTag(cursor.text.slice(cursor.pos + 2, close));
    cursor.pos = close + 1;
    return;
  }
  while (!isBlank(cursor.peek()) && !isFlowPunctuation(cursor.peek())) cursor.pos++;
  into.tag = shortTag(cursor.text.slice(start, cursor.pos));
}

function shortTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, '!!');
}

function readName(cursor: Cursor, what: string, start: number): string {
  const from = cursor.pos;
  while (/[\w-]/.test(cursor.text[cursor.pos] ?? '')) cursor.pos++;
  if (cursor.pos === from) cursor.fail(`an ${what} has no name`, start);
  return cursor.text.slice(from, cursor.pos);
}

/** Reads `*name` and gives a copy of what it points at, within the limit on copies. */
export function readAlias(cursor: Cursor, anchors: Anchors): Json {
  const start = cursor.pos;
  cursor.pos++;
  const name = readName(cursor, 'alias', start);
  const anchor = anchors.get(name);
  if (anchor === undefined)
    cursor.fail('the anchor of an alias is not defined before it: quote a text that begins with *', start);
  cursor.copies += anchor.size ??= sizeOf(anchor.value);
  if (cursor.copies > cursor.limits.copies) {
    cursor.fail(`aliases copy more than the ${cursor.limits.copies} values allowed`, start);
  }
  return clone(anchor.value);
}

/** The size of an anchor is counted when an alias first asks for it. */
export function setAnchor(anchors: Anchors, properties: Properties, value: Json): void {
  if (properties.anchor !== undefined) anchors.set(properties.anchor, { value, size: undefined });
}

/** Texts count by their length: a copy costs no memory here, but whoever writes it down pays. */
const charactersPerValue = 64;

function sizeOf(value: Json): number {
  if (typeof value === 'string') return 1 + Math.floor(value.length / charactersPerValue);
  if (typeof value !== 'object' || value === null) return 1;
  let size = 1;
  for (const item of Array.isArray(value) ? value : Object.values(value)) size += sizeOf(item);
  return size;
}

/** The value of a scalar, by its tag if it has one. `plain`: it was written without quotes. */
export function scalarValue(
  cursor: Cursor,
  text: string,
  tag: string | undefined,
  plain: boolean,
  at: number,
): Json {
  switch (tag) {
    case undefined:
      return plain ? plainValue(cursor, text, at) : text;
    case '!!binary':
      return decodeBinary(cursor, text, at);
    case '!!null':
    case '!!bool':
    case '!!int':
    case '!!float': {
      const value = resolvePlain(text, cursor.rules);
      if (!matches(value, tag)) cursor.fail(`the value cannot be read as ${tag}`, at);
      return plainValue(cursor, text, at);
    }
    default:
      return text;
  }
}

function plainValue(cursor: Cursor, text: string, at: number): Json {
  const value = cursor.exactIntegers
    ? // To its type a number: see ReadOptions.integers.
      (resolveExactly(text, cursor.rules) as ReturnType<typeof resolvePlain>)
    : resolvePlain(text, cursor.rules);
  if (value !== text) cursor.plainText = text;
  if (typeof value === 'string') return value;
  return finite(cursor, value, at);
}

export function matches(value: Json, tag: string): boolean {
  if (tag === '!!null') return value === null;
  if (tag === '!!bool') return typeof value === 'boolean';
  return typeof value === 'number' && (tag === '!!float' || Number.isInteger(value));
}

function finite(cursor: Cursor, value: null | boolean | number, at: number): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    cursor.fail('infinity and not-a-number have no JSON form: quote the value', at);
  }
  return value;
}

function decodeBinary(cursor: Cursor, text: string, at: number): string {
  const compact = text.replace(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    cursor.fail('a !!binary value is not base64', at);
  }
  return Buffer.from(compact, 'base64').toString('utf8');
}
