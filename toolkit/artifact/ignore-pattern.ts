/**
 * One rule of an ignore file, as go-git's matcher reads it, which is Flux's: like gitignore(5), but what lies in an
 * excluded folder can be taken in again, `[!a]` is no negation, and `**` takes the first folder that fits.
 * https://pkg.go.dev/github.com/go-git/go-git/v5/plumbing/format/gitignore
 */
export interface Pattern {
  /** A rule with `!`: what it matches is taken in. */
  includes: boolean;
  /** A rule that ends with a slash matches folders, and so what lies in them, but no file of this name. */
  folderOnly: boolean;
  /** A rule with a slash within is about a path, all others about any part of it. */
  isPath: boolean;
  parts: PatternPart[];
  /** What it costs to hold a name against it; one, unless the rule is long. */
  weight: number;
}

/** A part between slashes. */
export type PatternPart =
  | { kind: 'literal'; name: string }
  | { kind: 'wildcard'; matches: (name: string) => boolean; steps: number }
  | { kind: 'anyFolders' }
  | { kind: 'empty' }
  | { kind: 'never' };

/** @param line neither blank nor a comment */
export function parsePattern(line: string): Pattern {
  const includes = line.startsWith('!');
  let text = includes ? line.slice(1) : line;
  // Blanks at the end do not count, unless the last is escaped.
  if (!text.endsWith('\\ ')) text = withoutBlanks(text);
  const folderOnly = text.endsWith('/');
  if (folderOnly) text = text.slice(0, -1);
  const isPath = text.includes('/');
  const parts = isPath ? text.split('/').map(pathPart) : [glob(text)];
  const steps = parts.reduce((sum, part) => sum + (part.kind === 'wildcard' ? part.steps : 1), 0);
  return { includes, folderOnly, isPath, parts, weight: Math.ceil(steps / 8) };
}

function withoutBlanks(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end--;
  return text.slice(0, end);
}

function pathPart(text: string): PatternPart {
  if (text === '') return { kind: 'empty' };
  if (text === '**') return { kind: 'anyFolders' };
  return text.includes('**') ? { kind: 'never' } : glob(text);
}

/** The rule is about this path of a file or folder, in parts. */
export function matches({ isPath, parts, folderOnly }: Pattern, path: string[], isFolder: boolean): boolean {
  const withinOnly = folderOnly && !isFolder;
  if (isPath) return matchesPath(parts, path, withinOnly);
  const part = parts[0]!;
  return path.some((name, i) => matchesName(part, name) && !(withinOnly && i === path.length - 1));
}

function matchesPath(parts: PatternPart[], path: string[], withinOnly: boolean): boolean {
  let at = 0;
  let matched = false;
  let mayDescend = false;
  for (const [i, part] of parts.entries()) {
    if (part.kind === 'empty') {
      mayDescend = false;
      continue;
    }
    if (part.kind === 'anyFolders') {
      if (i === parts.length - 1) break;
      mayDescend = true;
      continue;
    }
    if (at === path.length) return false;
    if (mayDescend) {
      const found = path.findIndex((name, j) => j >= at && matchesName(part, name));
      matched = found >= 0;
      at = found >= 0 ? found + 1 : path.length;
      mayDescend = false;
      continue;
    }
    if (!matchesName(part, path[at]!)) return false;
    at++;
    matched = true;
  }
  return matched && !(withinOnly && at === path.length);
}

function matchesName(part: PatternPart, name: string): boolean {
  if (part.kind === 'literal') return part.name === name;
  return part.kind === 'wildcard' && part.matches(name);
}

/** A step of a glob: a character, one of a class (as code points), any character, or any text. */
type Step = number | { in: [from: number, to: number][]; negated: boolean } | 'one' | 'any';

/** As Go's path/filepath.Match reads a pattern. One that is broken matches nothing. */
function glob(text: string): PatternPart {
  const steps = stepsOf(text);
  if (!steps) return { kind: 'never' };
  const codes = steps.filter(step => typeof step === 'number');
  if (codes.length === steps.length) return { kind: 'literal', name: textOf(codes) };
  const last = steps.at(-1);
  const end = typeof last === 'number' ? textOf([last]) : '';
  return {
    kind: 'wildcard',
    steps: steps.length,
    matches: name => name.endsWith(end) && runGlob(steps, name),
  };
}

const textOf = (codes: number[]) => codes.map(code => String.fromCodePoint(code)).join('');

function stepsOf(text: string): Step[] | undefined {
  const characters = [...text];
  const steps: Step[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === '*') {
      if (steps.at(-1) !== 'any') steps.push('any');
    } else if (character === '?') steps.push('one');
    else if (character === '[') {
      const read = classAt(characters, at + 1);
      if (!read) return undefined;
      steps.push(read.step);
      at = read.end;
    } else if (character === '\\') {
      if (++at === characters.length) return undefined;
      steps.push(characters[at]!.codePointAt(0)!);
    } else steps.push(character.codePointAt(0)!);
  }
  return steps;
}

/** `[^a-cx]`: at least one range, an escaped character stands for itself, `-` and `]` unescaped are none. */
function classAt(characters: string[], start: number): { step: Step; end: number } | undefined {
  let at = start;
  const negated = characters[at] === '^';
  if (negated) at++;
  const ranges: [number, number][] = [];
  const bound = () => {
    const character = characters[at++];
    if (character === '-' || character === ']') return undefined;
    const read = character === '\\' ? characters[at++] : character;
    return at < characters.length ? read?.codePointAt(0) : undefined; // a class that does not end is none
  };
  while (characters[at] !== ']' || ranges.length === 0) {
    const from = bound();
    if (from === undefined) return undefined;
    if (characters[at] !== '-') {
      ranges.push([from, from]);
      continue;
    }
    at++;
    const to = bound();
    if (to === undefined) return undefined;
    ranges.push([from, to]);
  }
  return { step: { in: ranges, negated }, end: at };
}

/** Only the last star needs to be gone back to: the time is the product of the lengths at most. */
function runGlob(steps: Step[], name: string): boolean {
  let at = 0;
  let step = 0;
  let afterStar = -1;
  let resume = 0;
  while (at < name.length) {
    const current = steps[step];
    const code = name.codePointAt(at)!;
    if (current === 'any') {
      afterStar = ++step;
      resume = at;
    } else if (current !== undefined && matchesOne(current, code)) {
      at += widthOf(code);
      step++;
    } else if (afterStar >= 0) {
      step = afterStar;
      resume += widthOf(name.codePointAt(resume)!);
      at = resume;
    } else return false;
  }
  while (steps[step] === 'any') step++;
  return step === steps.length;
}

const widthOf = (code: number) => (code > 0xffff ? 2 : 1);

function matchesOne(step: Exclude<Step, 'any'>, code: number): boolean {
  if (typeof step === 'number') return step === code;
  if (step === 'one') return true;
  return step.in.some(([from, to]) => from <= code && code <= to) !== step.negated;
}
