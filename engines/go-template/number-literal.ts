import { quote, unquote } from './quote.ts';

/** What a number constant can be; see NumberNode. */
export interface NumberLiteral {
  float: number | undefined;
  int: bigint | undefined;
  unsigned: bigint | undefined;
}

const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);
const maxUnsigned = 2n ** 64n - 1n;

/** Read a number constant as strconv with base 0 does. Returns what is wrong as a string if it is none. */
export function readNumber(text: string): NumberLiteral | string {
  if (text.endsWith('i')) return `complex constants are not supported: ${quote(text)}`;
  const integer = readInteger(text);
  if (integer !== undefined) {
    const int = integer >= minInt && integer <= maxInt ? integer : undefined;
    const unsigned = integer >= 0n && integer <= maxUnsigned && !/^[+-]/.test(text) ? integer : undefined;
    if (int !== undefined || unsigned !== undefined)
      return { float: Number(integer), int, unsigned: integer === 0n ? 0n : unsigned };
  }
  const float = readFloat(text);
  if (float === undefined) return `illegal number syntax: ${quote(text)}`;
  // What looks like an integer but fits in none is refused rather than taken as a float.
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quote(text)}`;
  const whole = Number.isInteger(float) && Math.abs(float) < 2 ** 63 ? BigInt(float) : undefined;
  return { float, int: whole, unsigned: whole !== undefined && whole >= 0n ? whole : undefined };
}

/** Read a character constant: an integer of the character's code. */
export function readCharacter(literal: string): NumberLiteral | string {
  const text = unquote(literal);
  if (text === undefined || text === '') return 'invalid syntax';
  if ([...text].length !== 1) return `malformed character constant: ${literal}`;
  const code = text.codePointAt(0)!;
  return { float: code, int: BigInt(code), unsigned: BigInt(code) };
}

const integerShapes =
  /^[+-]?(?:0[xX]_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)|0[bB]_?([01]+(?:_[01]+)*)|0[oO]_?([0-7]+(?:_[0-7]+)*)|0_?([0-7]+(?:_[0-7]+)*)|(0|[1-9][0-9]*(?:_[0-9]+)*))$/;

/** An integer of any size as a Go literal; undefined for anything else. */
export function readInteger(text: string): bigint | undefined {
  const match = integerShapes.exec(text);
  if (!match) return undefined;
  const [, hexadecimal, binary, octal, oldOctal, decimal] = match.map(part => part?.replaceAll('_', ''));
  const eight = octal ?? oldOctal;
  const digits =
    hexadecimal !== undefined
      ? `0x${hexadecimal}`
      : binary !== undefined
        ? `0b${binary}`
        : eight !== undefined
          ? `0o${eight}`
          : decimal!;
  return text[0] === '-' ? -BigInt(digits) : BigInt(digits);
}

const decimalFloat = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const hexadecimalFloat = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;

/** A finite float as strconv.ParseFloat reads it; undefined for anything else. */
export function readFloat(text: string): number | undefined {
  if (misplacedUnderscore(text)) return undefined;
  const plain = text.replaceAll('_', '');
  if (decimalFloat.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) ? value : undefined;
  }
  const match = hexadecimalFloat.exec(plain);
  const [, sign, whole = '', fraction = '', exponent] = match ?? [];
  if (whole + fraction === '') return undefined;
  const value = Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length);
  return Number.isFinite(value) ? (sign === '-' ? -value : value) : undefined;
}

/** Underscores stand between digits, or after the prefix of a base. */
function misplacedUnderscore(text: string): boolean {
  const isHexadecimal = /^[+-]?0[xX]/.test(text);
  return (isHexadecimal ? /(?:^|[^0-9a-fA-FxX])_|_(?![0-9a-fA-F])/ : /(?:^|[^0-9])_|_(?![0-9])/).test(text);
}
