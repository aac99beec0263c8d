import { weighPattern } from '@millrace/schema';
import { RE2JS } from 're2js';
import { EvaluationError } from '../error.ts';

/** A regular expression of RE2, as Go has them. */
export interface RegularExpression {
  test(text: string): boolean;
  /** The matches from the left, without overlaps. */
  matches(text: string): Iterable<string>;
}

/** Expressions use few patterns, over and over. */
const most = 500;
const known = new Map<string, RegularExpression>();

/** Throws EvaluationError where the pattern is none. */
export function compiled(pattern: string): RegularExpression {
  let found = known.get(pattern);
  if (found) return found;
  found = compile(pattern);
  if (known.size >= most) known.delete(known.keys().next().value!);
  known.set(pattern, found);
  return found;
}

export function isPattern(pattern: string): boolean {
  try {
    compiled(pattern);
    return true;
  } catch {
    return false;
  }
}

function compile(pattern: string): RegularExpression {
  const { problem } = weighPattern(pattern);
  if (problem !== undefined) throw new EvaluationError(problem);
  let program: RE2JS;
  try {
    program = RE2JS.compile(pattern);
  } catch (cause) {
    throw new EvaluationError((cause as Error).message, { cause });
  }
  return {
    test: text => program.matcher(text).find(),
    *matches(text) {
      const matcher = program.matcher(text);
      // As Go's FindAll, which passes over an empty match right behind another one.
      for (let end = -1; matcher.find(); end = matcher.end()) {
        const isEmpty = matcher.start() === matcher.end();
        if (!isEmpty || matcher.start() !== end) yield matcher.group() ?? '';
      }
    },
  };
}
