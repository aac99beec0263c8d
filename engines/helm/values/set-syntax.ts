import type { Value } from '@millrace/go-template';
import { readJsonValue } from './json-value.ts';
import type { Syntax } from './set.ts';
import type { SetText } from './set-text.ts';
import { ValuesError } from './values-error.ts';

/** `--set`: booleans, null and whole numbers are such, all else is text. */
export const typedSyntax: Syntax = { escapes: true, value: text => listOrOne(text, typed) };

/** `--set-string`: all is text. */
export const stringSyntax: Syntax = { escapes: true, value: text => listOrOne(text, value => value) };

/** `--set-file`: the value is a path, for the caller to read. */
export function fileSyntax(readFile: (path: string) => string): Syntax {
  return { escapes: true, value: text => listOrOne(text, readFile) };
}

/** `--set-literal`: one value to the end, nothing escaped. */
export const literalSyntax: Syntax = {
  escapes: false,
  value: text => ({ value: text.until('', false).text, ended: false }),
};

/** `--set-json`: the value is JSON; none at all is null. */
export const jsonSyntax: Syntax = {
  escapes: true,
  value: text => {
    if (skipBlanks(text)) return { value: null, ended: false };
    const { value, length } = readJsonValue(text.rest());
    text.skip(length);
    skipBlanks(text);
    return { value, ended: false };
  },
};

function listOrOne(text: SetText, convert: (text: string) => Value): { value: Value; ended: boolean } {
  if (text.peek() === '') return { value: '', ended: true };
  if (text.peek() !== '{') return { value: convert(text.until(',', true).text), ended: false };
  text.skip(1);
  const list: Value[] = [];
  for (;;) {
    const { text: item, stop } = text.until(',}', true);
    if (stop === '') throw new ValuesError("list must terminate with '}'");
    list.push(convert(item));
    if (stop === ',') continue;
    if (text.peek() === ',') text.skip(1);
    return { value: list, ended: false };
  }
}

/** Blanks, and a comma behind them; true where no value is left before the next key. */
function skipBlanks(text: SetText): boolean {
  const blanks = /^[\s\u0085]*/.exec(text.rest())![0];
  text.skip(blanks.length);
  if (text.peek() === '') return true;
  if (text.peek() !== ',') return false;
  text.skip(1);
  return true;
}

/** Go compares these words without regard to case; a number with a zero in front is text. */
function typed(text: string): Value {
  if (/^true$/iu.test(text)) return true;
  if (/^false$/iu.test(text)) return false;
  if (/^null$/iu.test(text)) return null;
  if (text === '0') return 0n;
  if (!/^[-+]?[0-9]+$/.test(text) || text.startsWith('0')) return text;
  const value = BigInt(text.replace('+', ''));
  return value === BigInt.asIntN(64, value) ? value : text;
}
