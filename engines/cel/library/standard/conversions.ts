import { type CelFunction, celFunction, global, type Overload } from '../../check/function.ts';
import {
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  parameter,
  string,
  type Type,
  timestamp,
  typeOf as typeOfType,
  uint,
} from '../../check/type.ts';
import { reading } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { checkedInt, checkedUint } from '../../value/integer.ts';
import { doubleText } from '../../value/text.ts';
import {
  durationText,
  fitsTimestamp,
  floorDiv,
  parseDuration,
  parseTimestamp,
  timestampText,
} from '../../value/time.ts';
import { typeOf } from '../../value/type-of.ts';
import { Duration, Timestamp, TypeValue, Uint, type Value } from '../../value/value.ts';

const second = 1_000_000_000n;
const a = parameter('A');

function convert(to: Type, ...overloads: Overload[]): CelFunction {
  const same = global([to], to, (value: Value) => value);
  return celFunction(to.name.replace('google.protobuf.', '').toLowerCase(), [same, ...overloads], {
    isConversion: true,
  });
}

/** Conversions of texts that do not say such a value are errors of one form. */
function fromText<T extends Value>(to: Type, name: string, parse: (text: string) => T | undefined): Overload {
  return global([string], to, (text: string) => {
    const value = parse(text);
    if (value === undefined) throw new EvaluationError(`type conversion error from 'string' to '${name}'`);
    return value;
  });
}

function parseInteger(text: string, isSigned: boolean): bigint | undefined {
  if (!(isSigned ? /^[+-]?\d+$/ : /^\d+$/).test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  const limit = isSigned ? 1n << 63n : 1n << 64n;
  return value < limit && value >= (isSigned ? -limit : 0n) ? value : undefined;
}

/** A number as Go parses it: hexadecimal floats are not written in expressions. */
function parseDouble(text: string): number | undefined {
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  // Go lets an underscore stand between two digits.
  const digits = text.replace(/([0-9])_(?=[0-9])/g, '$1');
  if (!/^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) ? value : undefined;
}

function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'false', 'FALSE', 'False'].includes(text)) return false;
  return undefined;
}

/** The whole part of a double that lies within the open range. */
function wholeOf(value: number, low: number, high: number, what: string): bigint {
  if (Number.isFinite(value) && value > low && value < high) return BigInt(Math.trunc(value));
  throw new EvaluationError(`${what} overflow`);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(value: Uint8Array): string {
  try {
    return decoder.decode(value);
  } catch {
    throw new EvaluationError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function instant(seconds: bigint): Timestamp {
  if (!fitsTimestamp(seconds * second)) throw new EvaluationError('timestamp overflow');
  return new Timestamp(seconds * second);
}

function parseInstant(text: string): Timestamp | undefined {
  const value = parseTimestamp(text);
  return value && fitsTimestamp(value.nanos) ? value : undefined;
}

/** https://github.com/google/cel-spec/blob/master/doc/langdef.md#type-conversion-functions */
export const conversions: readonly CelFunction[] = [
  convert(
    int,
    global([double], int, (value: number) => wholeOf(value, -(2 ** 63), 2 ** 63, 'integer')),
    global([duration], int, ({ nanos }: Duration) => nanos),
    fromText(int, 'int', text => parseInteger(text, true)),
    global([timestamp], int, ({ nanos }: Timestamp) => floorDiv(nanos, second)),
    global([uint], int, ({ value }: Uint) => checkedInt(value)),
  ),
  convert(
    uint,
    global([double], uint, (value: number) => new Uint(wholeOf(value, -1, 2 ** 64, 'unsigned integer'))),
    global([int], uint, (value: bigint) => checkedUint(value)),
    fromText(uint, 'uint', text => {
      const value = parseInteger(text, false);
      return value === undefined ? undefined : new Uint(value);
    }),
  ),
  convert(
    double,
    global([int], double, Number),
    fromText(double, 'double', parseDouble),
    global([uint], double, ({ value }: Uint) => Number(value)),
  ),
  convert(bool, fromText(bool, 'bool', parseBool)),
  convert(
    bytes,
    global([string], bytes, (text: string) => Buffer.from(text), reading()),
  ),
  convert(
    string,
    global([bool], string, String),
    global([bytes], string, decode, reading()),
    global([double], string, (value: number) => doubleText(value, 'g')),
    global([duration], string, durationText),
    global([int], string, String),
    global([timestamp], string, timestampText),
    global([uint], string, ({ value }: Uint) => String(value)),
  ),
  convert(
    timestamp,
    global([int], timestamp, instant),
    fromText(timestamp, 'google.protobuf.Timestamp', parseInstant),
  ),
  convert(
    duration,
    global([int], duration, (nanos: bigint) => new Duration(nanos)),
    fromText(duration, 'google.protobuf.Duration', parseDuration),
  ),
  celFunction('dyn', [global([a], dyn, (value: Value) => value)], { isConversion: true }),
  celFunction('type', [global([a], typeOfType(a), (value: Value) => new TypeValue(typeOf(value)))], {
    isConversion: true,
  }),
];
