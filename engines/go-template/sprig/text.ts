import { contextFunction, contextVariadicFunction, goFunction, variadicFunction } from '../function.ts';
import { quote } from '../quote.ts';
import { type CallContext, type TemplateFunction, type Value, withType } from '../value.ts';
import { bytesText } from './bytes-text.ts';
import { plainText, stringList, textOf } from './go-value.ts';
import type { RandomBytes } from './options.ts';
import { randomBelow } from './random.ts';
import { reserveList } from './sequence.ts';
import { isSpace } from './unicode.ts';

/** What charts do most with texts. */
export function texts(random: RandomBytes): Record<string, TemplateFunction> {
  return { ...basics, ...parts, ...layout, shuffle: goFunction(['string'], text => shuffled(random, text)) };
}

const trimAll = goFunction(['string', 'string'], (cutset, text) => {
  const unwanted = new Set(cutset);
  return trimmed(text, rune => unwanted.has(rune));
});

const basics: Record<string, TemplateFunction> = {
  hello: goFunction([], () => 'Hello!'),
  trim: goFunction(['string'], text => trimmed(text, isSpace)),
  trimAll,
  trimall: trimAll,
  trimSuffix: goFunction(['string', 'string'], (suffix, text) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  trimPrefix: goFunction(['string', 'string'], (prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  contains: goFunction(['string', 'string'], (part, text) => text.includes(part)),
  hasPrefix: goFunction(['string', 'string'], (prefix, text) => text.startsWith(prefix)),
  hasSuffix: goFunction(['string', 'string'], (suffix, text) => text.endsWith(suffix)),
  repeat: contextFunction(['int', 'string'], repeated),
  replace: contextFunction(['string', 'string', 'string'], replaced),
  plural: goFunction(['string', 'string', 'int'], (one, many, count) => (count === 1 ? one : many)),
  toString: goFunction(['interface {}'], textOf),
};

function trimmed(text: string, isUnwanted: (rune: string) => boolean): string {
  let [start, end] = [0, text.length];
  while (start < end) {
    const rune = String.fromCodePoint(text.codePointAt(start)!);
    if (!isUnwanted(rune)) break;
    start += rune.length;
  }
  while (start < end) {
    const isPair = end - start > 1 && text.codePointAt(end - 2)! > 0xffff;
    const rune = text.slice(end - (isPair ? 2 : 1), end);
    if (!isUnwanted(rune)) break;
    end -= rune.length;
  }
  return text.slice(start, end);
}

function repeated(context: CallContext, count: number, text: string): string {
  if (count < 0) throw new Error('strings: negative Repeat count');
  context.reserve(count * text.length);
  return text.repeat(count);
}

function replaced(context: CallContext, old: string, replacement: string, text: string): string {
  if (old === '') {
    // At the start and after each character.
    const runes = ['', ...text, ''];
    context.reserve(text.length + runes.length * replacement.length);
    return runes.join(replacement);
  }
  const pieces = text.split(old);
  context.reserve(text.length + (pieces.length - 1) * (replacement.length - old.length));
  return pieces.join(replacement);
}

const parts: Record<string, TemplateFunction> = {
  splitList: contextFunction(['string', 'string'], (context, separator, text) =>
    stringList(split(context, separator, text, -1)),
  ),
  split: contextFunction(['string', 'string'], (context, separator, text) =>
    numbered(split(context, separator, text, -1)),
  ),
  splitn: contextFunction(['string', 'int', 'string'], (context, separator, count, text) =>
    numbered(split(context, separator, text, count)),
  ),
  nospace: goFunction(['string'], withoutSpace),
  initials: goFunction(['string'], initials),
};

/** Into at most `count` parts, all of them if it is negative, the last one being what is left. */
function split(context: CallContext, separator: string, text: string, count: number): string[] {
  if (count === 0) return [];
  const pieces = separator === '' ? [...text] : text.split(separator);
  reserveList(context, pieces.length);
  if (count < 0 || pieces.length <= count) return pieces;
  return [...pieces.slice(0, count - 1), pieces.slice(count - 1).join(separator)];
}

/** `_0`, `_1` and so on: names that a field can have. */
function numbered(pieces: string[]): Value {
  return withType(Object.fromEntries(pieces.map((piece, at) => [`_${at}`, piece])), 'map[string]string');
}

/** Sprig's library takes each byte for a character here, and so mangles others than ASCII. */
function withoutSpace(text: string): string {
  const kept = bytesText(text).replace(/[\t-\r \x85\xa0]/g, '');
  return kept.length === bytesText(text).length ? text : kept;
}

/** The first characters of words; of others than ASCII, their first bytes taken for characters. */
function initials(text: string): string {
  return bytesText(text)
    .split(/[\t-\r \x85\xa0]+/)
    .map(word => word.slice(0, 1))
    .join('');
}

const indent = contextFunction(['int', 'string'], indented);

const layout: Record<string, TemplateFunction> = {
  indent,
  nindent: contextFunction(
    ['int', 'string'],
    (context, spaces, text) => `\n${indented(context, spaces, text)}`,
  ),
  quote: variadicFunction([], 'interface {}', (...values) =>
    notNil(values)
      .map(value => quote(textOf(value)))
      .join(' '),
  ),
  squote: variadicFunction([], 'interface {}', (...values) =>
    notNil(values)
      .map(value => `'${plainText(value)}'`)
      .join(' '),
  ),
  cat: contextVariadicFunction([], 'interface {}', (_, ...values) => notNil(values).map(plainText).join(' ')),
};

function indented(context: CallContext, spaces: number, text: string): string {
  const padding = repeated(context, spaces, ' ');
  return padding + replaced(context, '\n', `\n${padding}`, text);
}

function notNil(values: readonly Value[]): Value[] {
  return values.filter(value => value !== null && value !== undefined);
}

function shuffled(random: RandomBytes, text: string): string {
  const runes = [...text];
  for (let at = runes.length - 1; at > 0; at--) {
    const other = randomBelow(random, at + 1);
    [runes[at], runes[other]] = [runes[other]!, runes[at]!];
  }
  return runes.join('');
}
