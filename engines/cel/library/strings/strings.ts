import type { Library } from '../../check/environment.ts';
import { type CelFunction, celFunction, global, member } from '../../check/function.ts';
import { dyn, int, list, string } from '../../check/type.ts';
import { reading } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { List } from '../../value/collection.ts';
import type { ListValue } from '../../value/value.ts';
import { format } from './format.ts';
import { validateFormats } from './validate-format.ts';

/** White space as Go's unicode.IsSpace has it. */
const blanks = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const trailingBlanks =
  /(?<![\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000])[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

function outOfRange(index: bigint): EvaluationError {
  return new EvaluationError(`index out of range: ${index}`);
}

/** The code points of a text, with an index that lies within or right behind them. */
function pointsTo(text: string, index: bigint): string[] {
  const points = Array.from(text);
  if (index < 0n || index > BigInt(points.length)) throw outOfRange(index);
  return points;
}

function charAt(text: string, index: bigint): string {
  return pointsTo(text, index)[Number(index)] ?? '';
}

function substring(text: string, start: bigint, end?: bigint): string {
  if (end !== undefined && start > end)
    throw new EvaluationError(`invalid substring range. start: ${start}, end: ${end}`);
  const points = pointsTo(text, start);
  if (end !== undefined) pointsTo(text, end);
  return points.slice(Number(start), end === undefined ? undefined : Number(end)).join('');
}

function indexOf(text: string, part: string, from = 0n): bigint {
  if (part === '') return from;
  if (from < 0n) throw outOfRange(from);
  const [points, wanted] = [Array.from(text), Array.from(part)];
  for (let i = Number(from); i <= points.length - wanted.length; i++)
    if (isAt(points, wanted, i)) return BigInt(i);
  return -1n;
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const [points, wanted] = [Array.from(text), Array.from(part)];
  if (part === '') return from ?? BigInt(points.length);
  if (from === undefined && Buffer.byteLength(text) < Buffer.byteLength(part)) return -1n;
  const offset = from ?? BigInt(points.length - 1);
  if (offset < 0n) throw outOfRange(offset);
  if (offset >= points.length) return -1n;
  for (let i = Math.min(Number(offset), points.length - wanted.length); i >= 0; i--)
    if (isAt(points, wanted, i)) return BigInt(i);
  return -1n;
}

function isAt(points: readonly string[], wanted: readonly string[], at: number): boolean {
  return wanted.every((point, i) => points[at + i] === point);
}

/** As Go's strings.Replace: an empty text stands before every character and at the end. */
function replace(text: string, from: string, to: string, count = -1n): string {
  if (count === 0n || from === to) return text;
  const limit = count < 0n ? Number.POSITIVE_INFINITY : Number(count);
  const parts = from === '' ? ['', ...Array.from(text), ''] : text.split(from);
  if (from === '' && text === '') parts.pop();
  const kept = parts.slice(0, limit + 1);
  return (
    kept.join(to) +
    parts
      .slice(limit + 1)
      .map(part => from + part)
      .join('')
  );
}

/** As Go's strings.SplitN. */
function split(text: string, separator: string, count = -1n): ListValue {
  if (count === 0n) return new List([]);
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (count < 0n || BigInt(parts.length) <= count) return new List(parts);
  const kept = parts.slice(0, Number(count) - 1);
  return new List([...kept, parts.slice(kept.length).join(separator)]);
}

function join(values: ListValue, separator = ''): string {
  const texts: string[] = [];
  for (const value of values) {
    if (typeof value !== 'string') throw new EvaluationError(`join: invalid input: ${String(value)}`);
    texts.push(value);
  }
  return texts.join(separator);
}

const quotedSigns: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quote(text: string): string {
  return `"${text.toWellFormed().replace(/[\x07\b\f\n\r\t\v\\"]/g, sign => quotedSigns[sign]!)}"`;
}

function ofText(name: string, change: (text: string) => string): CelFunction {
  return celFunction(name, [member([string], string, change)]);
}

const texts = list(string);

/** Up to version 2 of the extension, which Kubernetes has. https://pkg.go.dev/github.com/google/cel-go/ext#Strings */
export const stringsLibrary: Library = {
  functions: [
    celFunction('charAt', [member([string, int], string, charAt)]),
    celFunction('indexOf', [
      member([string, string], int, indexOf),
      member([string, string, int], int, indexOf),
    ]),
    celFunction('lastIndexOf', [
      member([string, string], int, lastIndexOf),
      member([string, string, int], int, lastIndexOf),
    ]),
    ofText('lowerAscii', text => text.replace(/[A-Z]/g, letter => letter.toLowerCase())),
    ofText('upperAscii', text => text.replace(/[a-z]/g, letter => letter.toUpperCase())),
    ofText('trim', text => text.replace(blanks, '').replace(trailingBlanks, '')),
    celFunction('replace', [
      member([string, string, string], string, replace),
      member([string, string, string, int], string, replace),
    ]),
    celFunction('split', [
      member([string, string], texts, split),
      member([string, string, int], texts, split),
    ]),
    celFunction('substring', [
      member([string, int], string, substring),
      member([string, int, int], string, substring),
    ]),
    celFunction('join', [member([texts], string, join), member([texts, string], string, join)]),
    celFunction('strings.quote', [global([string], string, quote, reading())]),
    celFunction('format', [
      member(
        [string, list(dyn)],
        string,
        (text: string, args: ListValue) => format(text, [...args]),
        reading(),
      ),
    ]),
  ],
  validate: validateFormats,
};

/** What version 3 adds. */
export const reverseLibrary: Library = {
  functions: [ofText('reverse', text => Array.from(text).reverse().join(''))],
};
