import { RE2JS } from 're2js';

/** A pattern that matches nothing because it is none. */
export class GlobError extends Error {
  override readonly name = 'GlobError';
}

export type Glob = (path: string) => boolean;

/** What the braces of one pattern may come to. */
const mostAlternatives = 256;

/** As Go's fs.Glob, which spec.copy.from is read by: each part matches a name, and `**` is no more than `*`. */
export function plainGlob(pattern: string): Glob {
  const parts = pattern.split('/').map(part => namePattern(part, '^'));
  return matching(parts.join('/'));
}

/** As doublestar's Match: `**` stands for folders, any number of them, and braces for alternatives. */
export function doubleStarGlob(pattern: string): Glob {
  const alternatives = expandBraces(pattern).map(one => pathPattern(one.split('/')));
  return matching(alternatives.length === 1 ? alternatives[0]! : `(?:${alternatives.join('|')})`);
}

function matching(source: string): Glob {
  const compiled = RE2JS.compile(source, RE2JS.DOTALL);
  return path => compiled.matches(path);
}

function pathPattern(parts: string[]): string {
  const kept = parts.filter((part, i) => part !== '**' || parts[i - 1] !== '**');
  let source = '';
  for (const [i, part] of kept.entries()) {
    const isLast = i === kept.length - 1;
    if (part !== '**') source += namePattern(part, '^!') + (isLast ? '' : '/');
    else if (!isLast) source += '(?:[^/]+/)*';
    else source = i === 0 ? '.*' : `${source.slice(0, -1)}(?:/.*)?`;
  }
  return source;
}

/** One part of a pattern. @param negations what turns a class of characters round */
function namePattern(part: string, negations: string): string {
  let source = '';
  for (let at = 0; at < part.length; ) {
    const sign = part[at]!;
    if (sign === '*') source += '[^/]*';
    else if (sign === '?') source += '[^/]';
    else if (sign === '[') {
      const { text, end } = classPattern(part, at, negations);
      source += text;
      at = end;
      continue;
    } else {
      if (sign === '\\' && ++at === part.length) throw new GlobError('syntax error in pattern');
      source += RE2JS.quote(part[at]!);
    }
    at++;
  }
  return source;
}

function classPattern(part: string, start: number, negations: string): { text: string; end: number } {
  let at = start + 1;
  const isNegated = at < part.length && negations.includes(part[at]!);
  if (isNegated) at++;
  const one = () => {
    if (part[at] === '\\') at++;
    else if (part[at] === '-' || part[at] === ']') throw new GlobError('syntax error in pattern');
    const point = part.codePointAt(at);
    if (point === undefined) throw new GlobError('syntax error in pattern');
    at += String.fromCodePoint(point).length;
    return point;
  };
  let ranges = '';
  do {
    const low = one();
    let high = low;
    if (part[at] === '-') {
      at++;
      high = one();
    }
    if (low <= high) ranges += `${escaped(low)}-${escaped(high)}`;
  } while (part[at] !== ']');
  // A class of ranges that are all the wrong way round has nothing in it.
  const text = isNegated ? `[^/${ranges}]` : ranges === '' ? '[^\\x{0}-\\x{10FFFF}]' : `[${ranges}]`;
  return { text, end: at + 1 };
}

const escaped = (point: number) => `\\x{${point.toString(16)}}`;

/** `a/{b,c{d,e}}` is `a/b`, `a/cd` and `a/ce`. */
function expandBraces(pattern: string): string[] {
  const open = braceIn(pattern);
  if (open === undefined) return [pattern];
  const { start, end, commas } = open;
  const cuts = [start, ...commas, end];
  const found: string[] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const alternative = pattern.slice(cuts[i]! + 1, cuts[i + 1]);
    found.push(...expandBraces(pattern.slice(0, start) + alternative + pattern.slice(end + 1)));
    if (found.length > mostAlternatives)
      throw new GlobError(`it has more than ${mostAlternatives} alternatives`);
  }
  return found;
}

/** The first group of braces, with the commas of its own. Throws GlobError for braces without a partner. */
function braceIn(pattern: string): { start: number; end: number; commas: number[] } | undefined {
  let depth = 0;
  let start = -1;
  const commas: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at]!;
    if (sign === '\\') at++;
    else if (sign === '[') at = Math.max(at, pattern.indexOf(']', at + 2));
    else if (sign === '{' && depth++ === 0) start = at;
    else if (sign === ',' && depth === 1) commas.push(at);
    else if (sign === '}') {
      if (depth === 0) throw new GlobError('syntax error in pattern');
      if (--depth === 0) return { start, end: at, commas };
    }
  }
  if (depth > 0) throw new GlobError('syntax error in pattern');
  return undefined;
}
