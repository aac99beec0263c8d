import { countKeys, type Json } from '@millrace/json';

const [tab, quote, backslash, colon, minus, zero, nine] = [0x09, 0x22, 0x5c, 0x3a, 0x2d, 0x30, 0x39];
const [brace, bracket, endBrace, endBracket] = [0x7b, 0x5b, 0x7d, 0x5d];
/** The escapes that are the same in JSON and in YAML, whatever comes after them. */
const escapes = new Set(Array.from('"\\bfnrt', letter => letter.charCodeAt(0)));

/**
 * The value of a text that is JSON and nothing else, which is read many times faster than YAML; undefined for a text
 * that has to be read as YAML: because it is none, because YAML may take something in it in another way (exponents, control
 * characters), or because it has a key twice.
 */
export function readJson(text: string, depth: number): Json | undefined {
  const keys = writtenKeys(text, depth);
  if (keys === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return keys === countKeys(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How many keys are written; undefined where something is that may mean another thing in YAML. */
function writtenKeys(text: string, depth: number): number | undefined {
  const first = text.charCodeAt(0);
  if (first !== brace && first !== bracket) return undefined;
  let keys = 0;
  let level = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === quote) inString = !inString;
    else if (inString) {
      if (!isPlain(character)) return undefined;
      if (character === backslash && !escapes.has(text.charCodeAt(++i))) return undefined;
    } else if (character === colon) keys++;
    else if (character === brace || character === bracket) {
      if (++level > depth) return undefined;
    } else if (character === endBrace || character === endBracket) level--;
    else if (character === tab || isOddNumber(text, i)) return undefined;
  }
  return keys;
}

function isPlain(character: number): boolean {
  return (character >= 0x20 && character < 0x7f) || (character >= 0xa0 && character < 0xd800);
}

/** An exponent without a sign makes no number of YAML, and it knows no negative zero. */
function isOddNumber(text: string, at: number): boolean {
  const character = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  if (character === minus) return next === zero;
  return character >= zero && character <= nine && (next | 0x20) === 0x65;
}
