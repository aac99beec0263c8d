import { RE2JS } from 're2js';

/** A regular expression that a schema's author wrote in Go's syntax. */
export type Pattern = {
  readonly test: (text: string) => boolean;
  readonly problem: string | undefined;
  /** Matching takes as many steps as the text has characters, times this at most. */
  readonly weight: number;
};

/**
 * What a pattern may be: characters, and steps that it comes to once its repetitions (`a{100}`) are written out.
 * Kubernetes has no such bound.
 */
export const patternLimits = { length: 20_000, weight: 20_000 };

const compiled = new Map<string, Pattern>();
const mostKept = 2_000;

/**
 * Compiles a pattern once; `problem` says why it is no regular expression, or too large. Matching takes time that grows
 * with the text and the pattern, never with the square of either.
 */
export function compilePattern(source: string): Pattern {
  let pattern = compiled.get(source);
  if (!pattern) {
    if (compiled.size >= mostKept) compiled.clear();
    compiled.set(source, (pattern = compile(source)));
  }
  return pattern;
}

function compile(source: string): Pattern {
  const refused = (problem: string): Pattern => ({ test: () => false, problem, weight: 0 });
  const { weight, problem } = weighPattern(source);
  if (problem !== undefined) return refused(problem);
  try {
    const expression = RE2JS.compile(source);
    return { test: remembering(text => expression.matcher(text).find()), problem: undefined, weight };
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

/** Many objects say the same, and are looked at often: how many texts a pattern knows the answer for, and of what length. */
const remembered = { texts: 64, length: 128 };

function remembering(test: (text: string) => boolean): (text: string) => boolean {
  const answers = new Map<string, boolean>();
  return text => {
    if (text.length > remembered.length) return test(text);
    let answer = answers.get(text);
    if (answer === undefined) {
      if (answers.size >= remembered.texts) answers.clear();
      answers.set(text, (answer = test(text)));
    }
    return answer;
  };
}

/** What a pattern comes to, and why it is too much; it is not compiled, which would take the time already. */
export function weighPattern(source: string): { weight: number; problem: string | undefined } {
  const { length, weight: most } = patternLimits;
  if (source.length > length) {
    return {
      weight: 0,
      problem: `the pattern has ${source.length} characters, more than the ${length} allowed`,
    };
  }
  const weight = weightOf(source);
  if (weight <= most) return { weight, problem: undefined };
  const problem = `the pattern comes to ${weight} steps with its repetitions written out, more than the ${most} allowed`;
  return { weight, problem };
}

const repetition = /\{([0-9]+)(?:,([0-9]*))?\}/y;

/** How many single characters, classes and signs a pattern comes to. It need not be a right one. */
function weightOf(source: string): number {
  const groups: number[] = [0];
  let last = 0;
  for (let at = 0; at < source.length; at++) {
    const sign = source[at]!;
    if (sign === '(') {
      groups.push(0);
      last = 0;
      continue;
    }
    if (sign === ')' && groups.length > 1) last = groups.pop()!;
    else if (sign === '{' && repeatAt(source, at)) {
      const { times, end } = repeatAt(source, at)!;
      groups[groups.length - 1]! += last * Math.max(times - 1, 0);
      at = end - 1;
      continue;
    } else {
      last = 1;
      if (sign === '\\') at = endOfEscape(source, at);
      else if (sign === '[') at = endOfClass(source, at);
    }
    groups[groups.length - 1]! += last;
  }
  return groups.reduce((sum, weight) => sum + weight);
}

function repeatAt(source: string, at: number): { times: number; end: number } | undefined {
  repetition.lastIndex = at;
  const found = repetition.exec(source);
  if (found === null) return undefined;
  return { times: Number(found[2] || found[1]), end: repetition.lastIndex };
}

/** `\\d`, `\\pL`, `\\p{Greek}`: where it ends. */
function endOfEscape(source: string, at: number): number {
  const isNamed = /[pPx]/.test(source[at + 1] ?? '') && source[at + 2] === '{';
  const close = isNamed ? source.indexOf('}', at) : -1;
  return close < 0 ? at + 1 : close;
}

function endOfClass(source: string, start: number): number {
  let at = start + 1;
  if (source[at] === '^') at++;
  if (source[at] === ']') at++;
  for (; at < source.length && source[at] !== ']'; at++) {
    if (source[at] === '\\') at++;
    else if (source.startsWith('[:', at)) {
      const close = source.indexOf(':]', at);
      if (close > 0) at = close + 1;
    }
  }
  return at;
}
