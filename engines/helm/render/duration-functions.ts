import {
  durationObject,
  GoInt,
  GoObject,
  goFunction,
  integerOf,
  inUnits,
  isUnsigned,
  kindOf,
  parseDuration,
  printed,
  quote,
  roundDuration,
  type TemplateFunction,
  typeName,
  type Value,
} from '@millrace/go-template';

/** What is no duration. */
class DurationError extends Error {}

const second = 1_000_000_000n;
const maxInt64 = 2n ** 63n - 1n;

/**
 * Helm's functions of durations. All take a duration, a text such as `1h30m`, or a number of seconds, also as a text.
 * What is none of these is 0; only mustToDuration refuses it.
 */
export const durationFunctions: Record<string, TemplateFunction> = {
  mustToDuration: goFunction(['interface {}'], value => durationObject(nanosecondsOf(value))),
  durationSeconds: inFloat(second),
  durationMilliseconds: inInteger(1_000_000n),
  durationMicroseconds: inInteger(1_000n),
  durationNanoseconds: inInteger(1n),
  durationMinutes: inFloat(60n * second),
  durationHours: inFloat(3600n * second),
  durationDays: inFloat(3600n * second, hours => hours / 24),
  durationWeeks: inFloat(3600n * second, hours => hours / 24 / 7),
  durationRoundTo: toMultiple(roundDuration),
  durationTruncateTo: toMultiple((nanoseconds, multiple) => nanoseconds - (nanoseconds % multiple)),
};

function inFloat(unit: bigint, scaled: (value: number) => number = value => value): TemplateFunction {
  return goFunction(['interface {}'], value => scaled(inUnits(orZero(value), unit)));
}

function inInteger(unit: bigint): TemplateFunction {
  return goFunction(['interface {}'], value => orZero(value) / unit);
}

function toMultiple(reduce: (nanoseconds: bigint, multiple: bigint) => bigint): TemplateFunction {
  return goFunction(['interface {}', 'interface {}'], (value, of) => {
    const nanoseconds = attempt(value);
    if (nanoseconds === undefined) return durationObject(0n);
    const multiple = attempt(of) ?? 0n;
    return durationObject(multiple <= 0n ? nanoseconds : reduce(nanoseconds, multiple));
  });
}

function orZero(value: Value): bigint {
  return attempt(value) ?? 0n;
}

function attempt(value: Value): bigint | undefined {
  try {
    return nanosecondsOf(value);
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}

function nanosecondsOf(value: Value): bigint {
  if (typeof value === 'string') return ofText(value);
  if (value === null || value === undefined) throw new DurationError('invalid duration');
  if (value instanceof GoObject && value.shape.type === 'time.Duration') return integerOf(value)!;
  const integer = integerOf(value);
  if (integer !== undefined) return ofInteger(integer, value instanceof GoInt && isUnsigned(kindOf(value)));
  if (typeof value === 'number') return ofFloat(value);
  throw new DurationError(`unsupported duration type ${typeName(value)}`);
}

function ofText(given: string): bigint {
  const text = given.trim();
  if (text === '') throw new DurationError('empty duration');
  const parsed = parseDuration(text);
  if (parsed !== undefined) return parsed;
  if (/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(text)) return ofFloat(Number(text));
  if (/^[-+]?(inf|infinity|nan)$/i.test(text))
    return ofFloat(/nan/i.test(text) ? Number.NaN : signedInfinity(text));
  throw new DurationError(`could not parse duration ${quote(given)}`);
}

function signedInfinity(text: string): number {
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function ofInteger(seconds: bigint, unsigned: boolean): bigint {
  const most = maxInt64 / second;
  if (seconds > most || (!unsigned && seconds < -most))
    throw new DurationError(`duration seconds overflow: ${seconds}`);
  return seconds * second;
}

function ofFloat(seconds: number): bigint {
  if (!Number.isFinite(seconds)) throw new DurationError(`invalid duration seconds: ${printed(seconds)}`);
  if (Math.abs(seconds) > Number(maxInt64) / 1e9)
    throw new DurationError(`duration seconds overflow: ${printed(seconds)}`);
  return BigInt.asIntN(64, BigInt(Math.trunc(seconds * 1e9)));
}
