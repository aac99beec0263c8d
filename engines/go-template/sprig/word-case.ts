import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import { isLetter, isLower, isSpace, isTitle, isUpper, lower, runesOf, title, upper } from './unicode.ts';

/** Changes of case. Most of them go rune by rune and know nothing of words beyond the space before them. */
export const wordCases: Record<string, TemplateFunction> = {
  upper: goFunction(['string'], text => (isAscii(text) ? text.toUpperCase() : mapped(text, upper))),
  lower: goFunction(['string'], text => (isAscii(text) ? text.toLowerCase() : mapped(text, lower))),
  title: goFunction(['string'], titled),
  untitle: goFunction(['string'], untitled),
  swapcase: goFunction(['string'], swapped),
};

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

function mapped(text: string, map: (rune: string) => string): string {
  return runesOf(text).map(map).join('');
}

/** strings.Title: what follows something that is neither letter nor digit nor underscore. */
function titled(text: string): string {
  let before = ' ';
  return mapped(text, rune => {
    const isFirst = isSeparator(before);
    before = rune;
    return isFirst ? title(rune) : rune;
  });
}

function isSeparator(rune: string): boolean {
  if (rune < '\x80') return !/[0-9A-Za-z_]/.test(rune);
  return !isLetter(rune) && !/\p{Nd}/u.test(rune) && isSpace(rune);
}

function untitled(text: string): string {
  let afterSpace = true;
  return mapped(text, rune => {
    const isFirst = afterSpace;
    afterSpace = isSpace(rune);
    return isFirst ? lower(rune) : rune;
  });
}

/** A lower case letter after a space becomes one of a title, as that of any other place its upper case. */
function swapped(text: string): string {
  let afterSpace = true;
  return mapped(text, rune => {
    const wasAfterSpace = afterSpace;
    afterSpace = isSpace(rune);
    if (isUpper(rune) || isTitle(rune)) return lower(rune);
    if (isLower(rune)) return wasAfterSpace ? title(rune) : upper(rune);
    return rune;
  });
}
