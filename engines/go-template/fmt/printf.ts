import { integerOf, typeName, type Value } from '../value.ts';
import { type Flags, noFlags } from './flags.ts';
import { printArgument } from './print-value.ts';

/** Widths and precisions above this are errors in Go. */
const largest = 1_000_000;

interface Cursor {
  format: string;
  at: number;
  /** The next argument. */
  argument: number;
  args: readonly Value[];
  /** An explicit [n] was used somewhere: unused arguments are then no error. */
  reordered: boolean;
  /** Whether the indexes of this verb make sense. */
  good: boolean;
  /** An index was read just now: width and precision may not follow it. */
  afterIndex: boolean;
}

/** fmt.Sprintf. Mistakes show in the text as Go's `%!` notes; nothing is thrown. */
export function sprintf(format: string, args: readonly Value[]): string {
  const cursor: Cursor = {
    format,
    at: 0,
    argument: 0,
    args,
    reordered: false,
    good: true,
    afterIndex: false,
  };
  let out = '';
  while (cursor.at < format.length) {
    const percent = format.indexOf('%', cursor.at);
    if (percent < 0) {
      out += format.slice(cursor.at);
      break;
    }
    out += format.slice(cursor.at, percent);
    cursor.at = percent + 1;
    out += printDirective(cursor);
  }
  if (!cursor.reordered && cursor.argument < args.length) out += extraArguments(args.slice(cursor.argument));
  return out;
}

function extraArguments(args: readonly Value[]): string {
  const shown = args.map(arg =>
    arg === undefined || arg === null ? '<nil>' : `${typeName(arg)}=${printArgument(noFlags(), arg, 'v')}`,
  );
  return `%!(EXTRA ${shown.join(', ')})`;
}

/** Everything after one %, notes about mistakes in it included. */
function printDirective(cursor: Cursor): string {
  const flags = noFlags();
  cursor.good = true;
  cursor.afterIndex = false;
  readFlags(cursor, flags);
  readIndex(cursor);
  let notes = readWidth(cursor, flags);
  notes += readPrecision(cursor, flags);
  if (!cursor.afterIndex) readIndex(cursor);
  if (cursor.at >= cursor.format.length) return `${notes}%!(NOVERB)`;
  const verb = String.fromCodePoint(cursor.format.codePointAt(cursor.at)!);
  cursor.at += verb.length;
  if (verb === '%') return `${notes}%`;
  if (!cursor.good) return `${notes}%!${verb}(BADINDEX)`;
  if (cursor.argument >= cursor.args.length) return `${notes}%!${verb}(MISSING)`;
  return notes + printVerb(flags, cursor.args[cursor.argument++], verb);
}

function printVerb(flags: Flags, value: Value, verb: string): string {
  // %w is a %v that only Errorf knows: it takes the same flags.
  if (verb === 'v' || verb === 'w') {
    flags.sharpV = flags.sharp;
    flags.plusV = flags.plus;
    flags.sharp = false;
    flags.plus = false;
  }
  return printArgument(flags, value, verb);
}

function readFlags(cursor: Cursor, flags: Flags): void {
  for (; ; cursor.at++) {
    const flag = cursor.format[cursor.at];
    if (flag === '#') flags.sharp = true;
    else if (flag === '0') flags.zero = true;
    else if (flag === '+') flags.plus = true;
    else if (flag === '-') flags.minus = true;
    else if (flag === ' ') flags.space = true;
    else return;
  }
}

/** `[n]` makes the nth argument the next one. */
function readIndex(cursor: Cursor): void {
  cursor.afterIndex = false;
  if (cursor.format[cursor.at] !== '[') return;
  cursor.reordered = true;
  const close = cursor.format.indexOf(']', cursor.at);
  if (close < 0) {
    cursor.at++;
    cursor.good = false;
    return;
  }
  const inside = cursor.format.slice(cursor.at + 1, close);
  cursor.at = close + 1;
  const isNumber = /^\d+$/.test(inside) && Number(inside) <= largest;
  const index = Number(inside) - 1;
  cursor.afterIndex = isNumber;
  if (isNumber && index >= 0 && index < cursor.args.length) cursor.argument = index;
  else cursor.good = false;
}

/** Digits as a number; undefined if there are none or they are too many (which loses them, as in Go). */
function readNumber(cursor: Cursor): number | undefined {
  const digits = /^\d*/.exec(cursor.format.slice(cursor.at, cursor.at + 16))![0];
  if (Number(digits) > largest) {
    cursor.at = cursor.format.length;
    return undefined;
  }
  cursor.at += digits.length;
  return digits === '' ? undefined : Number(digits);
}

/** The argument that a `*` takes: undefined if it is no integer of a sensible size. */
function readStar(cursor: Cursor): number | undefined {
  cursor.at++;
  cursor.afterIndex = false;
  if (cursor.argument >= cursor.args.length) return undefined;
  const value = integerOf(cursor.args[cursor.argument++]);
  return value === undefined || value > largest || value < -largest ? undefined : Number(value);
}

function readWidth(cursor: Cursor, flags: Flags): string {
  if (cursor.format[cursor.at] !== '*') {
    const wasIndexed = cursor.afterIndex;
    flags.width = readNumber(cursor);
    if (wasIndexed && flags.width !== undefined) cursor.good = false;
    return '';
  }
  flags.width = readStar(cursor);
  if (flags.width === undefined) return '%!(BADWIDTH)';
  if (flags.width < 0) {
    flags.width = -flags.width;
    flags.minus = true;
    flags.zero = false;
  }
  return '';
}

function readPrecision(cursor: Cursor, flags: Flags): string {
  if (cursor.format[cursor.at] !== '.' || cursor.at + 1 >= cursor.format.length) return '';
  cursor.at++;
  if (cursor.afterIndex) cursor.good = false;
  readIndex(cursor);
  if (cursor.format[cursor.at] !== '*') {
    flags.precision = readNumber(cursor) ?? 0;
    return '';
  }
  const precision = readStar(cursor);
  if (precision !== undefined && precision >= 0) flags.precision = precision;
  return flags.precision === undefined ? '%!(BADPREC)' : '';
}
