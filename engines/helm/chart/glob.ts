/** One step of a pattern: a character of a set, or `*`, which is any run without `/`. */
type Step = '*' | ((character: string) => boolean);

/** A pattern is not one. */
export class BadPattern extends Error {
  override readonly name = 'BadPattern';
}

/**
 * A shell pattern as Go's filepath.Match has it: `*` and `?` stop at `/`, `[a-z]` and `[^a-z]`, `\` escapes.
 * The whole name must match. Takes time linear in the name for each `*`.
 * @throws BadPattern
 */
export function compileGlob(pattern: string): (name: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return name => name === pattern;
  const steps = parse([...pattern]);
  return name => matches(steps, [...name]);
}

function parse(pattern: string[]): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at++]!;
    if (character === '*') steps.push('*');
    else if (character === '?') steps.push(other => other !== '/');
    else if (character === '[') {
      const set = parseSet(pattern, at);
      steps.push(set.step);
      at = set.end;
    } else if (character === '\\') {
      if (at >= pattern.length) bad(pattern);
      const escaped = pattern[at++]!;
      steps.push(other => other === escaped);
    } else steps.push(other => other === character);
  }
  return steps;
}

function parseSet(pattern: string[], start: number): { step: Step; end: number } {
  const negated = pattern[start] === '^';
  const ranges: [string, string][] = [];
  let at = negated ? start + 1 : start;
  const one = () => {
    if (pattern[at] === undefined || pattern[at] === '-' || pattern[at] === ']') bad(pattern);
    if (pattern[at] === '\\') at++;
    return pattern[at++] ?? bad(pattern);
  };
  while (pattern[at] !== ']' || ranges.length === 0) {
    const low = one();
    let high = low;
    if (pattern[at] === '-') {
      at++;
      high = one();
    }
    ranges.push([low, high]);
  }
  const within = (code: number) =>
    ranges.some(([low, high]) => code >= low.codePointAt(0)! && code <= high.codePointAt(0)!);
  return { step: character => within(character.codePointAt(0)!) !== negated, end: at + 1 };
}

function bad(pattern: string[]): never {
  throw new BadPattern(`syntax error in pattern: ${pattern.join('')}`);
}

/** On a mismatch the last `*` takes one character more; no earlier one needs to (as in Go). */
function matches(steps: Step[], name: string[]): boolean {
  let star = -1;
  let taken = 0;
  let at = 0;
  for (let step = 0; ; ) {
    const next = steps[step];
    if (next === '*') {
      star = ++step;
      taken = at;
    } else if (next === undefined ? at === name.length : at < name.length && next(name[at]!)) {
      if (next === undefined) return true;
      step++;
      at++;
    } else {
      if (star < 0 || taken >= name.length || name[taken] === '/') return false;
      at = ++taken;
      step = star;
    }
  }
}
