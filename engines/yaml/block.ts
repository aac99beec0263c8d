import type { Json, JsonObject } from '@millrace/json';
import { readBlockScalar } from './block-scalar.ts';
import type { Cursor } from './cursor.ts';
import { readFlow } from './flow.ts';
import { keyText } from './key.ts';
import { ObjectBuilder } from './object-builder.ts';
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

/** Reads the content of one document; the cursor stands somewhere before it. */
export function readDocument(cursor: Cursor, sameLine: boolean): Json {
  const anchors: Anchors = new Map();
  const value = readNode(cursor, anchors, { parent: -1, compact: !sameLine, ofKey: false });
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

function readNode(cursor: Cursor, anchors: Anchors, context: Context): Json {
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
      return readContent(cursor, anchors, { ...context, compact: mayOpen }, properties, start);
    if (start < 0) start = cursor.pos;
    readProperty(cursor, properties);
  }
  const value = properties.tag === '!!str' || properties.tag === '!' ? '' : null;
  if (value === null) cursor.plainText = '';
  setAnchor(anchors, properties, value);
  return value;
}

function atDash(cursor: Cursor): boolean {
  return cursor.peek() === DASH && cursor.blankAt(1);
}

/** `start`: where the node's properties start, if they stand on its own line, else -1. */
function readContent(
  cursor: Cursor,
  anchors: Anchors,
  context: Context,
  properties: Properties,
  start: number,
): Json {
  const code = cursor.peek();
  if (code === DASH && cursor.blankAt(1)) {
    if (!context.compact || start >= 0) cursor.fail('a list cannot start on the line of its key');
    return anchored(anchors, properties, readList(cursor, anchors, cursor.column));
  }
  if (code === QUESTION && cursor.blankAt(1) && context.compact) {
    return anchored(anchors, properties, readMap(cursor, anchors, cursor.column, undefined));
  }
  if (code === 0x7c || code === 0x3e) {
    const at = cursor.pos;
    const value = scalarValue(cursor, readBlockScalar(cursor, context.parent), properties.tag, false, at);
    return anchored(anchors, properties, value);
  }
  return readInline(cursor, anchors, context, properties, start);
}

function anchored<T extends Json>(anchors: Anchors, properties: Properties, value: T): T {
  setAnchor(anchors, properties, value);
  return value;
}

interface Key {
  value: Json;
  at: number;
  merge: boolean;
}

/** A scalar, an alias or a flow collection; or, where `: ` follows it, the first key of a mapping. */
function readInline(
  cursor: Cursor,
  anchors: Anchors,
  context: Context,
  properties: Properties,
  start: number,
): Json {
  const at = start >= 0 ? start : cursor.pos;
  const column = at - cursor.lineStart;
  const line = cursor.lineStart;
  const first = readToken(cursor, anchors);
  if (line === cursor.lineStart && atKeyEnd(cursor)) {
    if (!context.compact) unexpected(cursor, false);
    // Properties on the line of a key are the key's; those on a line of their own are the mapping's.
    const own = start >= 0 ? properties : {};
    const key = toKey(cursor, first, own, at);
    setAnchor(anchors, own, key.value);
    const map = readMap(cursor, anchors, column, key);
    return start >= 0 ? map : anchored(anchors, properties, map);
  }
  if (first.kind !== 'plain') {
    const value =
      first.kind === 'quoted' ? scalarValue(cursor, first.text, properties.tag, false, at) : first.value;
    return anchored(anchors, properties, value);
  }
  const text = continuePlain(cursor, first.text, context.parent, false);
  const value = scalarValue(cursor, text, properties.tag, true, at);
  if (atKeyEnd(cursor)) unexpected(cursor, false);
  return anchored(anchors, properties, value);
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
function readMap(cursor: Cursor, anchors: Anchors, column: number, first: Key | undefined): JsonObject {
  cursor.enter();
  const map = new ObjectBuilder(cursor);
  let key = first;
  for (;;) {
    if (key === undefined) key = readKey(cursor, anchors, column);
    cursor.plainText = undefined;
    const value = readValue(cursor, anchors, column);
    if (key.merge) map.merge(value, key.at);
    else {
      const name = keyText(cursor, key.value, key.at);
      if (map.add(name, value, key.at)) cursor.tellOfPlainValue(map.object, name, value);
    }
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

function readKey(cursor: Cursor, anchors: Anchors, column: number): Key {
  const at = cursor.pos;
  if (cursor.peek() === QUESTION && cursor.blankAt(1)) {
    cursor.pos++;
    const value = readNode(cursor, anchors, { parent: column, compact: true, ofKey: false });
    cursor.skip(false);
    return { value, at, merge: false };
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

function readValue(cursor: Cursor, anchors: Anchors, column: number): Json {
  // An explicit key ("? a") may go without a value.
  if (cursor.peek() !== COLON || !cursor.blankAt(1)) return null;
  const compact = cursor.column === column;
  cursor.pos++;
  return readNode(cursor, anchors, { parent: column, compact, ofKey: true });
}

function readList(cursor: Cursor, anchors: Anchors, column: number): Json[] {
  cursor.enter();
  const list: Json[] = [];
  do {
    cursor.pos++;
    list.push(readNode(cursor, anchors, { parent: column, compact: true, ofKey: false }));
  } while (another(cursor, column) && atDash(cursor));
  cursor.leave();
  return list;
}
