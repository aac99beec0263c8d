import type { Json } from '@millrace/json';
import { readBlockScalar } from './block-scalar.ts';
import type { Cursor } from './cursor.ts';
import { readFlow } from './flow.ts';
import { keyText } from './key.ts';
import type { Maker } from './maker.ts';
import { continuePlain, readPlainLine } from './plain.ts';
import {
  type Anchors,
  type Properties,
  readAlias,
  readProperty,
  scalarValue,
  setAnchor,
} from './properties.ts';
import { readQuoted } from './quoted.ts';

const DASH = 0x2d;
const QUESTION = 0x3f;
const COLON = 0x3a;

/** Where a node may stand. */
interface Context {
  /** The column of the collection that holds the node, -1 at the top of a document. */
  parent: number;
  /** A collection may start on the line of the parent's indicator ("- a: b"). */
  compact: boolean;
  /** The value of a key: a list may stand at the column of the key. */
  ofKey: boolean;
}

/** A document that is being read, and what is made of it. */
interface Reading<T> {
  cursor: Cursor;
  anchors: Anchors;
  make: Maker<T>;
}

/** Reads the content of one document; the cursor stands somewhere before it. */
export function readDocument<T>(cursor: Cursor, sameLine: boolean, make: Maker<T>): T {
  const value = readNode(
    { cursor, anchors: new Map(), make },
    { parent: -1, compact: !sameLine, ofKey: false },
  );
  const crossed = cursor.skip(false);
  if (cursor.pos < cursor.end && !(crossed && cursor.atDocumentMarker())) unexpected(cursor, crossed);
  return value;
}

function unexpected(cursor: Cursor, crossed: boolean): never {
  if (cursor.peek() === COLON && cursor.blankAt(1))
    cursor.fail('a mapping cannot start here: "key: value" is not allowed in this place');
  if (crossed) cursor.fail('the indentation of this line fits no mapping or list above it');
  cursor.fail('the line goes on after the end of a value');
}

function readNode<T>(reading: Reading<T>, context: Context): T {
  const { cursor, make } = reading;
  const properties: Properties = {};
  let mayOpen = context.compact;
  let start = -1;
  for (;;) {
    if (cursor.skip(false)) {
      mayOpen = true;
      start = -1;
      if (cursor.atDocumentMarker()) break;
      const column = cursor.column;
      if (column <= context.parent && !(context.ofKey && column === context.parent && atDash(cursor))) break;
    }
    const code = cursor.peek();
    if (code === -1) break;
    if (code !== 0x26 && code !== 0x21)
      return readContent(reading, { ...context, compact: mayOpen }, properties, start);
    if (start < 0) start = cursor.pos;
    readProperty(cursor, properties);
  }
  const text = properties.tag === '!!str' || properties.tag === '!' ? '' : null;
  if (text === null) cursor.plainText = '';
  return anchored(reading, properties, make.value(text));
}

function atDash(cursor: Cursor): boolean {
  return cursor.peek() === DASH && cursor.blankAt(1);
}

/** `start`: where the node's properties start, if they stand on its own line, else -1. */
function readContent<T>(reading: Reading<T>, context: Context, properties: Properties, start: number): T {
  const { cursor, make } = reading;
  const code = cursor.peek();
  if (code === DASH && cursor.blankAt(1)) {
    if (!context.compact || start >= 0) cursor.fail('a list cannot start on the line of its key');
    return anchored(reading, properties, readList(reading, cursor.column));
  }
  if (code === QUESTION && cursor.blankAt(1) && context.compact) {
    return anchored(reading, properties, readMap(reading, cursor.column, undefined));
  }
  if (code === 0x7c || code === 0x3e) {
    const at = cursor.pos;
    const text = readBlockScalar(cursor, context.parent);
    cursor.tellOfScalar(at, cursor.pos, text, false);
    return anchored(reading, properties, make.scalar(cursor, text, properties.tag, false, at));
  }
  return readInline(reading, context, properties, start);
}

function anchored<T>({ anchors, make }: Reading<T>, properties: Properties, value: T): T {
  if (properties.anchor !== undefined) setAnchor(anchors, properties, make.toJson(value));
  return value;
}

interface Key {
  value: Json;
  at: number;
  merge: boolean;
}

/** A scalar, an alias or a flow collection; or, where `: ` follows it, the first key of a mapping. */
function readInline<T>(reading: Reading<T>, context: Context, properties: Properties, start: number): T {
  const { cursor, anchors, make } = reading;
  const at = start >= 0 ? start : cursor.pos;
  const column = at - cursor.lineStart;
  const line = cursor.lineStart;
  const from = cursor.pos;
  const first = readToken(cursor, anchors);
  if (line === cursor.lineStart && atKeyEnd(cursor)) {
    if (!context.compact) unexpected(cursor, false);
    // Properties on the line of a key are the key's; those on a line of their own are the mapping's.
    const own = start >= 0 ? properties : {};
    const key = toKey(cursor, first, own, at);
    setAnchor(anchors, own, key.value);
    const map = readMap(reading, column, key);
    return start >= 0 ? map : anchored(reading, properties, map);
  }
  if (first.kind === 'quoted') {
    cursor.tellOfScalar(from, cursor.pos, first.text, false);
    return anchored(reading, properties, make.scalar(cursor, first.text, properties.tag, false, at));
  }
  if (first.kind !== 'plain') return anchored(reading, properties, make.value(first.value));
  const text = continuePlain(cursor, first.text, context.parent, false);
  cursor.tellOfScalar(from, cursor.pos, text, false);
  const value = make.scalar(cursor, text, properties.tag, true, at);
  if (atKeyEnd(cursor)) unexpected(cursor, false);
  return anchored(reading, properties, value);
}

type Token =
  | { kind: 'plain'; text: string }
  | { kind: 'quoted'; text: string }
  | { kind: 'value'; value: Json }
  | { kind: 'collection'; value: Json };

function readToken(cursor: Cursor, anchors: Anchors): Token {
  const code = cursor.peek();
  if (code === 0x22 || code === 0x27) return { kind: 'quoted', text: readQuoted(cursor) };
  if (code === 0x2a) return { kind: 'value', value: readAlias(cursor, anchors) };
  if (code === 0x5b || code === 0x7b) return { kind: 'collection', value: readFlow(cursor, anchors) };
  const char = String.fromCharCode(code);
  if ('@`%,]}'.includes(char) || (code === QUESTION && cursor.blankAt(1))) {
    cursor.fail(`a value cannot start with ${char}: quote it`);
  }
  return { kind: 'plain', text: readPlainLine(cursor, false) };
}

/** Behind the text of a key: steps over white space to the colon if there is one. */
function atKeyEnd(cursor: Cursor): boolean {
  let ahead = 0;
  while (cursor.peek(ahead) === 0x20 || cursor.peek(ahead) === 0x09) ahead++;
  if (cursor.peek(ahead) !== COLON || !cursor.blankAt(ahead + 1)) return false;
  cursor.pos += ahead;
  return true;
}

function toKey(cursor: Cursor, token: Token, properties: Properties, at: number): Key {
  if (token.kind === 'value') return { value: token.value, at, merge: false };
  if (token.kind === 'collection') cursor.fail('a key must be a string', at);
  const plain = token.kind === 'plain';
  if (plain && token.text === '<<' && properties.tag === undefined) return { value: '<<', at, merge: true };
  const value = scalarValue(cursor, token.text, properties.tag, plain, at);
  // A date is a key as it is written.
  return { value: typeof value === 'string' && plain ? token.text : value, at, merge: false };
}

/** Reads a mapping at `column`; `first` is its first key if that has been read already, colon ahead. */
function readMap<T>(reading: Reading<T>, column: number, first: Key | undefined): T {
  const { cursor, make } = reading;
  cursor.enter();
  const map = make.map(cursor, column);
  let key = first;
  for (;;) {
    if (key === undefined) key = readKey(reading, column);
    cursor.plainText = undefined;
    const value = readValue(reading, column);
    if (key.merge) map.merge(value, key.at);
    else map.add(keyText(cursor, key.value, key.at), value, key.at);
    if (!another(cursor, column)) break;
    key = undefined;
  }
  cursor.leave();
  return map.build();
}

/** True when the collection at `column` goes on; fails on a line that fits nowhere. */
function another(cursor: Cursor, column: number): boolean {
  const crossed = cursor.skip(false);
  if (cursor.pos >= cursor.end || (crossed && cursor.atDocumentMarker())) return false;
  if (!crossed || cursor.column > column) unexpected(cursor, crossed);
  return cursor.column === column;
}

function readKey<T>(reading: Reading<T>, column: number): Key {
  const { cursor, anchors, make } = reading;
  const at = cursor.pos;
  if (cursor.peek() === QUESTION && cursor.blankAt(1)) {
    cursor.pos++;
    cursor.keys++;
    const value = readNode(reading, { parent: column, compact: true, ofKey: false });
    cursor.keys--;
    cursor.skip(false);
    return { value: make.toJson(value), at, merge: false };
  }
  const properties: Properties = {};
  while (cursor.peek() === 0x26 || cursor.peek() === 0x21) {
    readProperty(cursor, properties);
    cursor.skipSpaces();
  }
  const line = cursor.lineStart;
  if (atDash(cursor)) cursor.fail('a list item stands among the keys of a mapping');
  const token = readToken(cursor, anchors);
  if (line !== cursor.lineStart || !atKeyEnd(cursor)) cursor.fail('a key is not followed by ": "', at);
  const key = toKey(cursor, token, properties, at);
  setAnchor(anchors, properties, key.value);
  return key;
}

function readValue<T>(reading: Reading<T>, column: number): T {
  const { cursor, make } = reading;
  // An explicit key ("? a") may go without a value.
  if (cursor.peek() !== COLON || !cursor.blankAt(1)) return make.value(null);
  const compact = cursor.column === column;
  cursor.pos++;
  return readNode(reading, { parent: column, compact, ofKey: true });
}

function readList<T>(reading: Reading<T>, column: number): T {
  const { cursor, make } = reading;
  cursor.enter();
  const list = make.list(cursor, column);
  do {
    const at = cursor.pos++;
    list.add(readNode(reading, { parent: column, compact: true, ofKey: false }), at);
  } while (another(cursor, column) && atDash(cursor));
  cursor.leave();
  return list.build();
}
