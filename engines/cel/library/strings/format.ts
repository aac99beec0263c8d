import { EvaluationError } from '../../error.ts';
import { doubleText } from '../../value/text.ts';
import { durationText, timestampText } from '../../value/time.ts';
import { typeOf } from '../../value/type-of.ts';
import { Duration, ListValue, MapValue, Timestamp, TypeValue, Uint, type Value } from '../../value/value.ts';
import { type Clause, clausesOf } from './clause.ts';

/** Numbers without a precision have so many digits behind the point. */
const usualPrecision = 6;

/** What each clause takes, said where it is given something else. */
const complaints: Readonly<Record<Clause['verb'], string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
};

/** The error of a clause that is given a type it does not take. */
export function complaint(verb: Clause['verb'], type: string): string {
  return `error during formatting: ${complaints[verb]}, was given ${type}`;
}

/** `"%d items".format([n])`. Throws EvaluationError. https://pkg.go.dev/github.com/google/cel-go/ext#Strings */
export function format(text: string, args: readonly Value[]): string {
  let at = 0;
  return clausesOf(text)
    .map(part => {
      if (typeof part === 'string') return part;
      if (at >= args.length) throw new EvaluationError(`index ${at} out of range`);
      const arg = args[at++]!;
      if ('problem' in part) throw new EvaluationError(part.problem);
      return formatted(arg, part);
    })
    .join('');
}

function formatted(value: Value, { verb, precision = usualPrecision }: Clause): string {
  const text = attempt(value, verb, precision);
  if (text === undefined) throw new EvaluationError(complaint(verb, typeOf(value).name));
  return text;
}

function attempt(value: Value, verb: Clause['verb'], precision: number): string | undefined {
  switch (verb) {
    case 's':
      return plain(value);
    case 'd':
      return integer(value)?.toString();
    case 'f':
    case 'e':
      return real(value, verb, precision);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : integer(value)?.toString(2);
    case 'o':
      return integer(value)?.toString(8);
    case 'x':
      return hexadecimal(value);
    case 'X':
      return hexadecimal(value)?.toUpperCase();
  }
}

function integer(value: Value): bigint | undefined {
  if (value instanceof Uint) return value.value;
  return typeof value === 'bigint' ? value : undefined;
}

function hexadecimal(value: Value): string | undefined {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return integer(value)?.toString(16);
}

const spelled: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };

/** In English as Go's message printer has it: thousands apart, powers of ten written out. */
function real(value: Value, verb: 'f' | 'e', precision: number): string | undefined {
  const number = typeof value === 'string' && Object.hasOwn(spelled, value) ? spelled[value]! : value;
  if (typeof number !== 'number') return undefined;
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? '∞' : '-∞';
  if (verb === 'f') {
    const [whole = '', fraction] = fixed(number, precision).split('.');
    return `${thousands(whole)}${fraction === undefined ? '' : `.${fraction}`}`;
  }
  const [mantissa, power] = number.toExponential(Math.min(precision, 100)).split('e') as [string, string];
  const digits = power.replace(/^[+-]/, '').padStart(2, '0');
  const raised = Array.from(digits, digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('');
  return `${mantissa}×10${power.startsWith('-') ? '⁻' : ''}${raised}`;
}

/** A comma between thousands. */
function thousands(whole: string): string {
  const [sign, digits] = whole.startsWith('-') ? ['-', whole.slice(1)] : ['', whole];
  const first = digits.length % 3 || 3;
  const groups = digits.slice(first).match(/.{3}/g) ?? [];
  return `${sign}${[digits.slice(0, first), ...groups].join(',')}`;
}

function fixed(number: number, precision: number): string {
  if (Math.abs(number) < 1e21) return number.toFixed(Math.min(precision, 100));
  const fraction = precision > 0 ? `.${'0'.repeat(precision)}` : '';
  return BigInt(number) + fraction;
}

function plain(value: Value): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return doubleText(value, 'g');
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.type.name;
  if (value instanceof ListValue) return `[${[...value].map(nested).join(', ')}]`;
  if (value instanceof MapValue) return entries(value);
  if (typeof value === 'boolean') return String(value);
  return integer(value)?.toString();
}

function entries(value: MapValue): string {
  const shown = [...value.keys()].map(key => [nested(key), nested(value.find(key)!)] as const);
  shown.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${shown.map(([key, held]) => `${key}:${held}`).join(', ')}}`;
}

/** Inside of lists and maps, values are written as literals. */
function nested(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `b${JSON.stringify(new TextDecoder().decode(value))}`;
  if (typeof value === 'number')
    return Number.isFinite(value) ? fixed(value, usualPrecision) : JSON.stringify(doubleText(value));
  if (value instanceof Timestamp) return `timestamp(${JSON.stringify(timestampText(value))})`;
  if (value instanceof Duration) return `duration(${JSON.stringify(durationText(value))})`;
  const text = plain(value);
  if (text === undefined)
    throw new EvaluationError(`error during formatting: no formatting function for ${typeOf(value).name}`);
  return text;
}
