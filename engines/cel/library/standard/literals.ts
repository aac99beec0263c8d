import type { Checked } from '../../check/checked.ts';
import type { Node } from '../../syntax/node.ts';
import type { Problem } from '../../syntax/source.ts';
import { isPattern } from '../../value/regular-expression.ts';
import { parseDuration, parseTimestamp } from '../../value/time.ts';

/** For each function, which argument is held against its form where it is written out. */
const forms: Readonly<Record<string, readonly [argument: number, fits: (text: string) => boolean]>> = {
  duration: [0, text => parseDuration(text) !== undefined],
  timestamp: [0, text => parseTimestamp(text) !== undefined],
  matches: [1, isPattern],
};

/** Literals that never become a duration, a timestamp or a pattern. */
export function validateLiterals({ calls }: Checked): Problem[] {
  const problems: Problem[] = [];
  for (const { function: known, args } of calls.values()) {
    const [index, fits] = (Object.hasOwn(forms, known.name) && forms[known.name]) || [];
    const argument: Node | undefined = index === undefined ? undefined : args[index];
    if (argument?.kind !== 'literal') continue;
    const isFit = typeof argument.value === 'string' ? fits!(argument.value) : known.name !== 'duration';
    if (isFit) continue;
    problems.push({ offset: argument.offset, message: `invalid ${known.name} argument` });
  }
  return problems;
}
