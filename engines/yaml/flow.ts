import type { Json } from '@millrace/json';
import type { Cursor } from './cursor.ts';
import { keyText } from './key.ts';
import { ObjectBuilder } from './object-builder.ts';
import { continuePlain, isFlowPunctuation, readPlainLine } from './plain.ts';
import {
  type Anchors,
  type Properties,
  readAlias,
  readProperty,
  scalarValue,
  setAnchor,
} from './properties.ts';
import { readQuoted } from './quoted.ts';

interface FlowNode {
  value: Json;
  /** Where the node starts, its tag and its text, if it can be a key. */
  at: number;
  text?: string;
  plain: boolean;
  tag?: string | undefined;
  /** Where the text starts and ends, behind tag and anchor. */
  from: number;
  end: number;
}

/** Reads `[...]` or `{...}`; the cursor stands at the bracket. */
export function readFlow(cursor: Cursor, anchors: Anchors): Json {
  cursor.enter();
  const value = cursor.peek() === 0x5b ? readList(cursor, anchors) : readMap(cursor, anchors);
  cursor.leave();
  return value;
}

function readList(cursor: Cursor, anchors: Anchors): Json[] {
  const start = cursor.pos++;
  const list: Json[] = [];
  for (;;) {
    if (closes(cursor, 0x5d, start)) return list;
    const explicit = skipQuestionMark(cursor);
    const node = readNode(cursor, anchors);
    if (atColon(cursor, node)) {
      const pair = new ObjectBuilder(cursor);
      addEntry(cursor, anchors, pair, node);
      list.push(pair.build());
    } else if (explicit) {
      const pair = new ObjectBuilder(cursor);
      pair.add(flowKey(cursor, node), nothing(cursor), node.at);
      list.push(pair.build());
    } else {
      tellOf(cursor, node);
      list.push(node.value);
    }
    separator(cursor, 0x5d, start);
  }
}

function readMap(cursor: Cursor, anchors: Anchors): Json {
  const start = cursor.pos++;
  const map = new ObjectBuilder(cursor);
  for (;;) {
    if (closes(cursor, 0x7d, start)) return map.build();
    skipQuestionMark(cursor);
    const node = readNode(cursor, anchors);
    if (atColon(cursor, node)) addEntry(cursor, anchors, map, node);
    else map.add(flowKey(cursor, node), nothing(cursor), node.at);
    separator(cursor, 0x7d, start);
  }
}

function flowKey(cursor: Cursor, node: FlowNode): string {
  if (node.text === undefined) cursor.fail('a key must be a string', node.at);
  const isText = typeof node.value === 'string';
  return isText && node.plain && node.text !== '*' ? node.text : keyText(cursor, node.value, node.at);
}

/** The value of a key with nothing behind it; kyaml writes it as '' when it writes it anew. */
function nothing(cursor: Cursor): Json {
  return cursor.rules === 'kustomize' ? '' : null;
}

function addEntry(cursor: Cursor, anchors: Anchors, map: ObjectBuilder, node: FlowNode): void {
  const merge = node.plain && node.text === '<<' && node.tag === undefined;
  const key = merge ? '' : flowKey(cursor, node);
  cursor.pos++;
  cursor.skip(true);
  cursor.plainText = undefined;
  const value = isEnd(cursor.peek()) ? nothing(cursor) : readValue(cursor, anchors);
  if (merge) map.merge(value, node.at);
  else {
    if (map.add(key, value, node.at)) cursor.tellOfPlainValue(map.object, key, value);
  }
}

function readValue(cursor: Cursor, anchors: Anchors): Json {
  const node = readNode(cursor, anchors);
  tellOf(cursor, node);
  return node.value;
}

/** A value, and no key, is what the node has turned out to be. */
function tellOf(cursor: Cursor, { text, plain, from, end }: FlowNode): void {
  if (text !== undefined && !(plain && text === '*')) cursor.tellOfScalar(from, end, text, true);
}

function isEnd(code: number): boolean {
  return code === 0x2c || code === 0x5d || code === 0x7d;
}

function skipQuestionMark(cursor: Cursor): boolean {
  if (cursor.peek() !== 0x3f || !cursor.blankAt(1)) return false;
  cursor.pos++;
  cursor.skip(true);
  return true;
}

/** After a node: at the colon of a pair? Quoted text and collections may have it right behind them. */
function atColon(cursor: Cursor, node: FlowNode): boolean {
  cursor.skip(true);
  if (cursor.peek() !== 0x3a) return false;
  return !node.plain || cursor.blankAt(1) || isFlowPunctuation(cursor.peek(1));
}

function closes(cursor: Cursor, bracket: number, start: number): boolean {
  cursor.skip(true);
  if (cursor.pos >= cursor.end || cursor.atDocumentMarker()) unclosed(cursor, bracket, start);
  if (cursor.peek() !== bracket) return false;
  cursor.pos++;
  return true;
}

function separator(cursor: Cursor, bracket: number, start: number): void {
  cursor.skip(true);
  const code = cursor.peek();
  if (code === 0x2c) cursor.pos++;
  else if (code === -1) unclosed(cursor, bracket, start);
  else if (code !== bracket) cursor.fail(`"," or "${String.fromCharCode(bracket)}" is missing here`);
}

function unclosed(cursor: Cursor, bracket: number, start: number): never {
  cursor.fail(`${cursor.text[start]} is not closed by ${String.fromCharCode(bracket)}`, start);
}

function readNode(cursor: Cursor, anchors: Anchors): FlowNode {
  const properties: Properties = {};
  const at = cursor.pos;
  while (cursor.peek() === 0x26 || cursor.peek() === 0x21) {
    readProperty(cursor, properties);
    cursor.skip(true);
  }
  const from = cursor.pos;
  const node = readContent(cursor, anchors, properties);
  setAnchor(anchors, properties, node.value);
  return { ...node, at, tag: properties.tag, from, end: cursor.pos };
}

function readContent(
  cursor: Cursor,
  anchors: Anchors,
  { tag }: Properties,
): Omit<FlowNode, 'at' | 'from' | 'end'> {
  const code = cursor.peek();
  const at = cursor.pos;
  if (code === 0x5b || code === 0x7b) return { value: readFlow(cursor, anchors), plain: false };
  if (code === 0x2a) return { value: readAlias(cursor, anchors), plain: true, text: '*' };
  if (code === 0x22 || code === 0x27) {
    const text = readQuoted(cursor);
    return { value: scalarValue(cursor, text, tag, false, at), plain: false, text };
  }
  if (isEnd(code) || (code === 0x3a && (cursor.blankAt(1) || isFlowPunctuation(cursor.peek(1))))) {
    if (code === 0x2c && tag === undefined) cursor.fail('a value is missing before ","');
    return { value: scalarValue(cursor, '', tag, true, at), plain: true, text: '' };
  }
  refuseIndicator(cursor, code);
  const text = continuePlain(cursor, readPlainLine(cursor, true), -1, true);
  return { value: scalarValue(cursor, text, tag, true, at), plain: true, text };
}

function refuseIndicator(cursor: Cursor, code: number): void {
  const char = String.fromCharCode(code);
  if ('@`%|>#'.includes(char)) cursor.fail(`a value cannot start with ${char}: quote it`);
  if (char === '-' && cursor.blankAt(1)) {
    cursor.fail('a block list cannot stand inside [] or {}');
  }
}
