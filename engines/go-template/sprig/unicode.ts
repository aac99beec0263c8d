import { strayByte } from '../byte-string.ts';

/** Go's case mappings: one rune to one rune, so that ß has no upper case. */

/** Greek letters with iota subscript: JavaScript knows their upper case as two letters only. */
const iotaSubscript = new Map([
  ['ᾳ', 'ᾼ'],
  ['ῃ', 'ῌ'],
  ['ῳ', 'ῼ'],
]);

export function upper(rune: string): string {
  const mapped = rune.toUpperCase();
  if (isOneRune(mapped)) return mapped;
  const code = rune.codePointAt(0)!;
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  return iotaSubscript.get(rune) ?? rune;
}

export function lower(rune: string): string {
  const mapped = rune.toLowerCase();
  // The dot of İ is part of it.
  return isOneRune(mapped) ? mapped : rune === 'İ' ? 'i' : rune;
}

/** Digraphs whose first letter alone is upper case in a title: each of them, and its three forms. */
const digraphs = ['Ǆǅǆ', 'Ǉǈǉ', 'Ǌǋǌ', 'Ǳǲǳ'].map(forms => [...forms]);

export function title(rune: string): string {
  const forms = digraphs.find(digraph => digraph.includes(rune));
  if (forms) return forms[1]!;
  // Georgian has capitals for whole words only.
  return /\p{Script=Georgian}/u.test(rune) && rune >= 'ა' && rune <= 'ჿ' ? rune : upper(rune);
}

function isOneRune(text: string): boolean {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff);
}

/** unicode.IsSpace. */
export function isSpace(rune: string): boolean {
  return /^\p{White_Space}$/u.test(rune);
}

export function isUpper(rune: string): boolean {
  return /^\p{Lu}$/u.test(rune);
}

export function isLower(rune: string): boolean {
  return /^\p{Ll}$/u.test(rune);
}

export function isTitle(rune: string): boolean {
  return /^\p{Lt}$/u.test(rune);
}

export function isLetter(rune: string): boolean {
  return /^\p{L}$/u.test(rune);
}

export function isNumber(rune: string): boolean {
  return /^\p{N}$/u.test(rune);
}

export function isPunctuation(rune: string): boolean {
  return /^\p{P}$/u.test(rune);
}

/** The runes of a text; a byte that is no UTF-8 is the replacement character. */
export function runesOf(text: string): string[] {
  return Array.from(text, rune => (strayByte(rune) === undefined ? rune : '\ufffd'));
}
