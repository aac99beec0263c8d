import type { Json } from '@millrace/json';
import { isTimestamp, toRfc3339 } from './timestamp.ts';

/**
 * Who reads. `kubernetes` is sigs.k8s.io/yaml (kubectl, the API server, Helm; go-yaml v2): yes, no, on, off,
 * y and n are booleans, a timestamp stays as it is written. `kustomize` (kyaml; go-yaml v3): those words are
 * strings, a timestamp is written anew in RFC 3339, keys must be strings, and folded scalars gain the line
 * breaks that kyaml adds when it writes them anew. `go-yaml-3` is that reader without kyaml: nothing is as if written
 * anew. All else that they resolve is the same.
 */
export type ScalarRules = 'kubernetes' | 'kustomize' | 'go-yaml-3';

type Words = Map<string, null | boolean | number>;

const both: [string[], null | boolean | number][] = [
  [['', '~', 'null', 'Null', 'NULL'], null],
  [['true', 'True', 'TRUE'], true],
  [['false', 'False', 'FALSE'], false],
  [['.nan', '.NaN', '.NAN'], Number.NaN],
  [['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'], Number.POSITIVE_INFINITY],
  [['-.inf', '-.Inf', '-.INF'], Number.NEGATIVE_INFINITY],
];
const version11: [string[], boolean][] = [
  [['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'], true],
  [['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'], false],
];

function table(rows: [string[], null | boolean | number][]): Words {
  return new Map(rows.flatMap(([words, value]) => words.map(word => [word, value] as const)));
}

const words: Record<ScalarRules, Words> = {
  kubernetes: table([...both, ...version11]),
  kustomize: table(both),
  'go-yaml-3': table(both),
};

const mayResolve = /^[-+.0-9yYnNtTfFoO~]/;
const decimalFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const dottedFloat = /^\.(?:[0-9]+(?:_[0-9]+)*)(?:[eE][-+]?[0-9]+)?$/;
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;

/**
 * The value of a plain scalar. Octal is read in both spellings (0777 and 0o777). Infinities and NaN come back
 * as numbers: the caller refuses them, because JSON has none.
 */
export function resolvePlain(text: string, rules: ScalarRules): Exclude<Json, object> | null {
  const value = resolveExactly(text, rules);
  return typeof value === 'bigint' ? Number(value) : value;
}

/** As resolvePlain; whole numbers that a double cannot hold come as bigint. */
export function resolveExactly(text: string, rules: ScalarRules): Exclude<Json, object> | bigint | null {
  if (text !== '' && !mayResolve.test(text)) return text;
  const word = words[rules].get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  if (first === 0x2e) return dottedFloat.test(text) ? Number(text) : text;
  if (first === 0x2b || first === 0x2d || (first >= 0x30 && first <= 0x39)) {
    if (isTimestamp(text)) return rules === 'kubernetes' ? text : toRfc3339(text);
    return resolveNumber(text);
  }
  return text;
}

function resolveNumber(text: string): number | bigint | string {
  // Go drops every underscore before it tries a number.
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  if (integer.test(digits)) {
    const value = parseInteger(digits);
    if (value !== undefined) return value;
  }
  if (decimalFloat.test(digits)) {
    const value = Number(digits);
    if (Number.isFinite(value)) return value;
  }
  return text;
}

const uint64 = 2 ** 64;
const int64 = 2 ** 63;
/** So many digits, whatever the base, are in the range in which a double is exact. */
const surelyExact = 13;

/** An integer in the range of int64 or uint64; beyond it Go goes on to try a float. */
function parseInteger(digits: string): number | bigint | undefined {
  const negative = digits.startsWith('-');
  const signed = negative || digits.startsWith('+');
  const body = (signed ? digits.slice(1) : digits).replace(/^0(?=[0-7]+$)/, '0o');
  if (body.length <= surelyExact) return negative ? 0 - Number(body) : Number(body);
  const value = negative ? -BigInt(body) : BigInt(body);
  const fits = value === (signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value));
  if (!fits) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** True when a string written plain would be read back as another type, or by an old reader as one. */
export function needsQuotes(text: string): boolean {
  if (text !== '' && !mayResolve.test(text)) return false;
  return (
    words.kubernetes.has(text) ||
    typeof resolvePlain(text, 'kubernetes') !== 'string' ||
    base60.test(text) ||
    isTimestamp(text)
  );
}

/** A number as Go's encoder prints it: integers in full, others in the shortest form of %g. */
export function printNumber(value: number): string {
  if (Number.isInteger(value) && value < uint64 && value >= -int64) return String(value === 0 ? 0 : value);
  return printFloat(value);
}

/** A number as Go's encoder prints a float64: in the shortest form of %g. */
export function printFloat(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  // strconv's shortest %g turns to an exponent below 1e-4 and from 1e6 on.
  if (power >= -4 && power < 6) return plainDecimal(value);
  const magnitude = Math.abs(power);
  return `${mantissa}e${power < 0 ? '-' : '+'}${magnitude < 10 ? `0${magnitude}` : magnitude}`;
}

function plainDecimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/(?<!0)0+$/, '') : text;
}
