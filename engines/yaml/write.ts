import type { Json, JsonObject } from '@millrace/json';
import { compareKeys } from './key-order.ts';
import { needsQuotes, printFloat, printNumber } from './scalar.ts';
import { type Place, writeString } from './write-string.ts';

const longestSimpleKey = 128;

export interface WriteOptions {
  /** The order of an object's keys: go-yaml's (the default), that of their bytes, or as they stand in the object. */
  keys?: 'sorted' | 'bytes' | 'kept';
  /**
   * Who writes: sigs.k8s.io/yaml (the default), or go-yaml v3 with an indentation of two, which puts lists below the
   * level of their key, folds no lines and has whole numbers from a million on as floats (1e+06) unless they are
   * bigints.
   */
  style?: 'kubernetes' | 'go-yaml-3';
}

/** Where a node is written: the text so far and how to go on. */
interface Sink {
  out: string[];
  order: ((a: string, b: string) => number) | undefined;
  /** By how much a list stands to the right of its key. */
  listIndent: number;
  width: number;
  tabs: boolean;
  number: (value: number) => string;
}

const longLine = Number.POSITIVE_INFINITY;

const orders = {
  sorted: compareKeys,
  bytes: (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
  kept: undefined,
};

/**
 * One YAML document as sigs.k8s.io/yaml prints it: keys in go-yaml's natural order, block style, lists at
 * the level of their key, long lines folded at 80 columns, strings quoted only where they need it. Ends
 * with a newline.
 */
export function stringify(value: Json, options: WriteOptions = {}): string {
  const order = orders[options.keys ?? 'sorted'];
  const sink: Sink =
    options.style === 'go-yaml-3'
      ? { out: [], order, listIndent: 2, width: longLine, tabs: true, number: printFloat }
      : { out: [], order, listIndent: 0, width: 80, tabs: false, number: printNumber };
  writeNode(sink, value, { column: 0, indent: -1, key: false, width: sink.width }, false);
  sink.out.push('\n');
  return sink.out.join('');
}

/** Several documents joined by `---`, as `kustomize build` prints them. */
export function stringifyAll(values: readonly Json[], options: WriteOptions = {}): string {
  return values.map(value => stringify(value, options)).join('---\n');
}

/** `compact`: the node starts on the line of its parent's indicator ("- " or "? "). */
function writeNode(sink: Sink, value: Json, place: Place, compact: boolean): void {
  if (Array.isArray(value)) {
    if (value.length === 0) sink.out.push('[]');
    else writeList(sink, value, place.indent < 0 ? 0 : place.indent + 2, compact);
  } else if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    if (keys.length === 0) sink.out.push('{}');
    else writeObject(sink, value, keys, place.indent < 0 ? 0 : place.indent + 2, compact);
  } else sink.out.push(scalar(sink, value, place));
}

function scalar(sink: Sink, value: string | number | boolean | null, place: Place): string {
  if (typeof value === 'string') return writeString(value, { ...place, tabs: sink.tabs }, needsQuotes(value));
  return typeof value === 'number' ? sink.number(value) : String(value);
}

function writeList(sink: Sink, list: Json[], indent: number, compact: boolean): void {
  const pad = ' '.repeat(indent);
  list.forEach((item, i) => {
    if (i > 0) sink.out.push('\n');
    sink.out.push(i === 0 && compact ? '- ' : `${pad}- `);
    writeNode(sink, item, { column: indent + 2, indent, key: false, width: sink.width }, true);
  });
}

function writeObject(sink: Sink, object: JsonObject, keys: string[], indent: number, compact: boolean): void {
  const pad = ' '.repeat(indent);
  if (sink.order && keys.length > 1) keys.sort(sink.order);
  keys.forEach((key, i) => {
    if (i > 0) sink.out.push('\n');
    if (i > 0 || !compact) sink.out.push(pad);
    const value = object[key] as Json;
    if (Buffer.byteLength(key) > longestSimpleKey || /[\n\r]/.test(key))
      writeLongKey(sink, key, value, indent);
    else writeEntry(sink, key, value, indent);
  });
}

function writeEntry(sink: Sink, key: string, value: Json, indent: number): void {
  const name = writeString(
    key,
    { column: indent, indent, key: true, width: sink.width },
    key === '<<' || needsQuotes(key),
  );
  sink.out.push(name, ':');
  if (Array.isArray(value) && value.length > 0) {
    sink.out.push('\n');
    // go-yaml v2 keeps a list at the level of the key that holds it.
    writeList(sink, value, indent + sink.listIndent, false);
  } else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    sink.out.push('\n');
    writeObject(sink, value as JsonObject, Object.keys(value), indent + 2, false);
  } else {
    sink.out.push(' ');
    writeNode(sink, value, { column: indent + name.length + 2, indent, key: false, width: sink.width }, true);
  }
}

function writeLongKey(sink: Sink, key: string, value: Json, indent: number): void {
  const place = { column: indent + 2, indent, key: false, width: sink.width };
  sink.out.push('? ', writeString(key, place, needsQuotes(key)), '\n', ' '.repeat(indent), ': ');
  writeNode(sink, value, place, true);
}
