import { SubstitutionError } from './error.ts';
import { Glob } from './glob.ts';
import type { Budget } from './limits.ts';

/** What `#`, `##`, `%` and `%%` leave of a value. A pattern that is none, or matches nothing, takes nothing away. */
export function trim(value: string, operator: string, pattern: string, budget: Budget): string {
  budget.pattern(pattern);
  const fromEnd = operator.startsWith('%');
  const characters = inOrder(value, fromEnd);
  // Flux turns the pattern round too, so that a class in it is none any more.
  const glob = Glob.of(inOrder(pattern, fromEnd));
  const matched = glob?.matchStart(characters, operator.length === 2, budget) ?? 0;
  if (matched === 0) return value;
  const rest = characters.slice(matched);
  return (fromEnd ? rest.reverse() : rest).join('');
}

function inOrder(text: string, backwards: boolean): string[] {
  return backwards ? [...text].reverse() : [...text];
}

/** `/` replaces the first, `//` all, `/#` the start and `/%` the end; without a replacement the last two do nothing. */
export function replace(
  value: string,
  operator: string,
  pattern: string,
  replacement: string | undefined,
  budget: Budget,
): string {
  budget.pattern(pattern);
  const by = replacement ?? '';
  if (operator === '//') return replaceAll(value, pattern, by, budget);
  if (operator === '/') return value.replace(pattern, () => by);
  if (replacement === undefined) return value;
  if (operator === '/#') return value.startsWith(pattern) ? by + value.slice(pattern.length) : value;
  return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) + by : value;
}

function replaceAll(value: string, pattern: string, by: string, budget: Budget): string {
  // An empty pattern stands before, between and behind all characters.
  const parts = pattern === '' ? ['', ...value, ''] : value.split(pattern);
  budget.characters(parts.length * by.length);
  return parts.join(by);
}

/** `:offset` and `:offset:length`, in bytes; a negative one counts from the end. What is no number cuts nothing. */
export function slice(value: string, offset: string, length: string | undefined): string {
  const bytes = Buffer.from(value);
  const start = wholeNumber(offset);
  const count = length === undefined ? bytes.length : wholeNumber(length);
  if (start === undefined || count === undefined) return value;
  const from = Math.min(start < 0 ? Math.max(bytes.length + start, 0) : start, bytes.length);
  const to = count < 0 ? Math.max(bytes.length + count, from) : Math.min(from + count, bytes.length);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(from, to));
  } catch {
    throw new SubstitutionError('the offset or length, which count bytes, cut a character in two');
  }
}

/** As Go's strconv.Atoi. */
function wholeNumber(text: string): number | undefined {
  return /^[-+]?[0-9]{1,19}$/.test(text) ? Number(text) : undefined;
}

/** `^`, `^^`, `,` and `,,`: of a mixture of the two nothing comes. */
export function changeCase(value: string, operator: string): string {
  const change = operator[0] === '^' ? upper : lower;
  if (operator === '^^' || operator === ',,') return Array.from(value, change).join('');
  if (operator.length > 1) return value;
  const [first = ''] = value;
  return change(first) + value.slice(first.length);
}

/** Go maps one character to one: ß has no upper case. */
function upper(character: string): string {
  const mapped = character.toUpperCase();
  return isOne(mapped) ? mapped : character;
}

function lower(character: string): string {
  const mapped = character.toLowerCase();
  return isOne(mapped) ? mapped : character === 'İ' ? 'i' : character;
}

function isOne(text: string): boolean {
  return [...text].length <= 1;
}
