import { isPrint, quote } from '../quote.ts';
import { type Flags, pad, padWithSpaces } from './flags.ts';

const bases: Record<string, number> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

const maxRune = 0x10ffffn;

/** An integer by one of fmt's verbs for integers, or undefined if the verb is none of them. */
export function formatInteger(
  flags: Flags,
  value: bigint,
  verb: string,
  unsigned: boolean,
): string | undefined {
  if (verb === 'v' && flags.sharpV && unsigned)
    return formatDigits({ ...flags, sharp: true }, value, 16, 'x');
  const base = bases[verb];
  if (base !== undefined) return formatDigits(flags, value, base, verb);
  const code = BigInt.asUintN(64, value);
  if (verb === 'c') return pad(flags, runeText(code));
  if (verb === 'q') return pad(flags, quote(runeText(code), "'", flags.plus));
  return verb === 'U' ? formatUnicode(flags, code) : undefined;
}

/** The character of a code; what is none becomes U+FFFD. */
function runeText(code: bigint): string {
  const valid = code <= maxRune && (code < 0xd800n || code > 0xdfffn);
  return valid ? String.fromCodePoint(Number(code)) : '\ufffd';
}

function formatDigits(flags: Flags, value: bigint, base: number, verb: string): string {
  const negative = value < 0n;
  const signed = negative || flags.plus || flags.space;
  if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0);
  let least = flags.precision ?? 0;
  if (flags.precision === undefined && flags.zero && !flags.minus && flags.width !== undefined)
    least = flags.width - (signed ? 1 : 0);
  let digits = (negative ? -value : value).toString(base).padStart(least, '0');
  if (verb === 'X') digits = digits.toUpperCase();
  if (flags.sharp && base === 2) digits = `0b${digits}`;
  if (flags.sharp && base === 8 && digits[0] !== '0') digits = `0${digits}`;
  if (flags.sharp && base === 16) digits = (verb === 'X' ? '0X' : '0x') + digits;
  if (verb === 'O') digits = `0o${digits}`;
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  return padWithSpaces(flags, sign + digits);
}

function formatUnicode(flags: Flags, code: bigint): string {
  const digits = code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 0), '0');
  const shown = flags.sharp && code <= maxRune && isPrint(runeText(code)) ? ` '${runeText(code)}'` : '';
  return padWithSpaces(flags, `U+${digits}${shown}`);
}
