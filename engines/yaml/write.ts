import type { Json, JsonObject } from '@millrace/json';
import { compareKeys } from './key-order.ts';
import { needsQuotes, printNumber } from './scalar.ts';
import { type Place, writeString } from './write-string.ts';

const longestSimpleKey = 128;

/**
 * One YAML document as sigs.k8s.io/yaml prints it: keys in go-yaml's natural order, block style, lists at
 * the level of their key, long lines folded at 80 columns, strings quoted only where they need it. Ends
 * with a newline.
 */
export function stringify(value: Json): string {
  const out: string[] = [];
  const start: Place = { column: 0, indent: -1, key: false };
  writeNode(out, value, start, false);
  out.push('\n');
  return out.join('');
}

/** Several documents joined by `---`, as `kustomize build` prints them. */
export function stringifyAll(values: readonly Json[]): string {
  return values.map(stringify).join('---\n');
}

/** `compact`: the node starts on the line of its parent's indicator ("- " or "? "). */
function writeNode(out: string[], value: Json, place: Place, compact: boolean): void {
  if (Array.isArray(value)) {
    if (value.length === 0) out.push('[]');
    else writeList(out, value, place.indent < 0 ? 0 : place.indent + 2, compact);
  } else if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    if (keys.length === 0) out.push('{}');
    else writeObject(out, value, keys, place.indent < 0 ? 0 : place.indent + 2, compact);
  } else out.push(scalar(value, place));
}

function scalar(value: string | number | boolean | null, place: Place): string {
  if (typeof value === 'string') return writeString(value, place, needsQuotes(value));
  return typeof value === 'number' ? printNumber(value) : String(value);
}

function writeList(out: string[], list: Json[], indent: number, compact: boolean): void {
  const pad = ' '.repeat(indent);
  list.forEach((item, i) => {
    if (i > 0) out.push('\n');
    out.push(i === 0 && compact ? '- ' : `${pad}- `);
    writeNode(out, item, { column: indent + 2, indent, key: false }, true);
  });
}

function writeObject(
  out: string[],
  object: JsonObject,
  keys: string[],
  indent: number,
  compact: boolean,
): void {
  const pad = ' '.repeat(indent);
  if (keys.length > 1) keys.sort(compareKeys);
  keys.forEach((key, i) => {
    if (i > 0) out.push('\n');
    if (i > 0 || !compact) out.push(pad);
    const value = object[key] as Json;
    if (Buffer.byteLength(key) > longestSimpleKey || /[\n\r]/.test(key))
      writeLongKey(out, key, value, indent);
    else writeEntry(out, key, value, indent);
  });
}

function writeEntry(out: string[], key: string, value: Json, indent: number): void {
  const name = writeString(key, { column: indent, indent, key: true }, key === '<<' || needsQuotes(key));
  out.push(name, ':');
  if (Array.isArray(value) && value.length > 0) {
    out.push('\n');
    // go-yaml v2 keeps a list at the level of the key that holds it.
    writeList(out, value, indent, false);
  } else if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    out.push('\n');
    writeObject(out, value as JsonObject, Object.keys(value), indent + 2, false);
  } else {
    out.push(' ');
    writeNode(out, value, { column: indent + name.length + 2, indent, key: false }, true);
  }
}

function writeLongKey(out: string[], key: string, value: Json, indent: number): void {
  const place = { column: indent + 2, indent, key: false };
  out.push('? ', writeString(key, place, needsQuotes(key)), '\n', ' '.repeat(indent), ': ');
  writeNode(out, value, place, true);
}
