import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import { isLetter, isNumber, isPunctuation, isSpace, isUpper, lower, runesOf, upper } from './unicode.ts';

/** Identifiers written another way, by the rules of xstrings for where a word begins. */
export const identifierCases: Record<string, TemplateFunction> = {
  snakecase: goFunction(['string'], text => separated(text, '_')),
  kebabcase: goFunction(['string'], text => separated(text, '-')),
  camelcase: goFunction(['string'], pascal),
};

type WordKind = 'connector' | 'punctuation' | 'upper' | 'letters' | 'number' | 'invalid' | 'other';

interface Word {
  kind: WordKind;
  runes: string[];
}

function isConnector(rune: string): boolean {
  return rune === '-' || rune === '_' || isSpace(rune);
}

/** Letters of scripts with words between spaces: Han characters are none of them. */
function isAlphabetic(rune: string): boolean {
  const code = rune.codePointAt(0)!;
  const isHan =
    (code >= 0x4e00 && code <= 0x9fcc) ||
    (code >= 0x3400 && code <= 0x4d85) ||
    (code >= 0x20000 && code <= 0x2b81d);
  return isLetter(rune) && !isHan;
}

function kindOfRune(rune: string): WordKind {
  if (rune === '\ufffd') return 'invalid';
  if (isConnector(rune)) return 'connector';
  if (isPunctuation(rune)) return 'punctuation';
  if (isUpper(rune)) return 'upper';
  if (isAlphabetic(rune)) return 'letters';
  return isNumber(rune) ? 'number' : 'other';
}

/** `HTTPServer2` is HTTP, Server and 2. */
function wordsOf(text: string): Word[] {
  const runes = runesOf(text);
  const kinds = runes.map(kindOfRune);
  const words: Word[] = [];
  for (let at = 0; at < runes.length; ) {
    const end = kinds[at] === 'punctuation' ? punctuationEnd(runes, at) : wordEnd(kinds, at);
    words.push({ kind: kinds[at]!, runes: runes.slice(at, end) });
    at = end;
  }
  return words;
}

/** Among punctuation, hyphens and underscores are no connectors. */
function punctuationEnd(runes: string[], at: number): number {
  let end = at;
  while (end < runes.length && isPunctuation(runes[end]!)) end++;
  return end;
}

function wordEnd(kinds: WordKind[], at: number): number {
  const kind = kinds[at]!;
  const runEnd = (from: number, of: WordKind) => {
    let end = from;
    while (kinds[end] === of) end++;
    return end;
  };
  if (kind === 'invalid') return at + 1;
  if (kind !== 'upper') return runEnd(at, kind);
  const capitals = runEnd(at, 'upper');
  // Small letters after capitals take the last of these for their own.
  if (kinds[capitals] !== 'letters') return capitals;
  return capitals - at > 1 ? capitals - 1 : runEnd(capitals, 'letters');
}

function separated(text: string, separator: string): string {
  const words = wordsOf(text);
  let out = '';
  for (let at = 0; at < words.length; ) {
    const end = groupEnd(words, at);
    out += written(words.slice(at, end), separator);
    const [last, next] = [words[end - 1]!, words[end]];
    if (next && needsSeparator(last, next, end - at > 1)) out += separator;
    at = end;
  }
  return out;
}

/** Where the words end that are written together: a number holds on to what is before or after it. */
function groupEnd(words: Word[], at: number): number {
  const isJoined = (index: number) => ['letters', 'number'].includes(words[index]?.kind ?? '');
  const afterNumber = (index: number) => {
    let end = index;
    while (isJoined(end)) end++;
    return end;
  };
  const { kind } = words[at]!;
  if (kind === 'number') return afterNumber(at + 1);
  if (kind === 'connector' || kind === 'punctuation' || words[at + 1]?.kind !== 'number') return at + 1;
  // Small letters after the number draw it away: `http2xx` is http and 2xx.
  return words[at + 2]?.kind === 'letters' ? at + 1 : at + 2;
}

function needsSeparator(last: Word, next: Word, isJoined: boolean): boolean {
  if (last.kind === 'connector' || last.kind === 'punctuation') return false;
  if (next.kind === 'invalid' && (last.kind === 'number' || last.kind === 'letters') && isJoined)
    return false;
  return next.kind !== 'connector' && next.kind !== 'punctuation';
}

function written(words: Word[], separator: string): string {
  return words
    .flatMap(({ kind, runes }) => {
      if (kind === 'connector') return runes.map(() => separator);
      return kind === 'upper' ? runes.map(rune => (isUpper(rune) ? lower(rune) : rune)) : runes;
    })
    .join('');
}

/** `some_words` is SomeWords. Connectors before the first and after the last word stay. */
function pascal(text: string): string {
  const runes = runesOf(text);
  const start = runes.findIndex(rune => !isConnector(rune));
  // Sprig's library writes the last of nothing but connectors twice.
  if (start < 0) return runes.join('') + (runes.at(-1) ?? '');
  const end = runes.findLastIndex(rune => !isConnector(rune)) + 1;
  let out = runes.slice(0, start).join('');
  for (let at = start; at < end; ) {
    let wordEnd = at;
    while (wordEnd < end && !isConnector(runes[wordEnd]!)) wordEnd++;
    out += capitalised(runes.slice(at, wordEnd));
    at = wordEnd;
    while (at < end && isConnector(runes[at]!)) at++;
    // The last of several connectors goes.
    out += runes.slice(wordEnd, at - 1).join('');
  }
  return out + runes.slice(end).join('');
}

/** Capitals that follow a capital at the start are lowered, as in HTTP; any later ones stay. */
function capitalised([first = '', ...rest]: string[]): string {
  const small = isUpper(first) ? rest.findIndex(rune => !isUpper(rune)) : 0;
  const capitals = small < 0 ? rest.length : small;
  return upper(first) + rest.map((rune, at) => (at < capitals ? lower(rune) : rune)).join('');
}
