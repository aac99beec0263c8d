import { types } from '@millrace/cel';
import type { JsonObject } from '@millrace/json';
import { qualifiedNameProblems } from '../api/label-names.ts';
import type { Cause } from '../api/status.ts';
import { textAt } from '../api/tree.ts';
import type { Evaluation } from './evaluation.ts';
import { OutOfBudget } from './evaluation.ts';
import { type Compiled, compileExpression } from './expression.ts';

/** What the conditions of one webhook or policy may cost for one request. */
export const matchBudget = 2_500_000;

export function compileConditions(conditions: readonly JsonObject[], params: boolean): Compiled[] {
  return conditions.map(condition =>
    compileExpression(textAt(condition, 'expression').trim(), { params, authorizer: true }, [types.bool]),
  );
}

/**
 * Whether all conditions hold; one that is false decides, whatever the others are. Otherwise those without a value
 * are the error.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions
 */
export function matchConditions(
  conditions: readonly Compiled[],
  evaluation: Evaluation,
): { matches: boolean } | { error: string } {
  try {
    const outcomes = conditions.map(condition => evaluation.run(condition));
    if (outcomes.some(outcome => 'value' in outcome && outcome.value === false)) return { matches: false };
    const errors = [...new Set(outcomes.flatMap(outcome => ('error' in outcome ? [outcome.error] : [])))];
    if (errors.length === 0) return { matches: true };
    return { error: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` };
  } catch (error) {
    if (error instanceof OutOfBudget) return { error: error.message };
    throw error;
  }
}

const most = 64;

/** What is wrong with the conditions of a webhook or policy. */
export function conditionProblems(conditions: readonly JsonObject[], path: string, params: boolean): Cause[] {
  const problems: Cause[] = [];
  if (conditions.length > most)
    problems.push({
      reason: 'FieldValueTooMany',
      message: `Too many: ${conditions.length}: must have at most ${most} items`,
      field: path,
    });
  const names = new Set<string>();
  const compiled = compileConditions(conditions, params);
  conditions.forEach((condition, i) => {
    const at = `${path}[${i}]`;
    const name = textAt(condition, 'name');
    const result = compiled[i]!;
    if (result.text === '') problems.push(required(`${at}.expression`));
    else if ('problem' in result) problems.push(bad(`${at}.expression`, result.text, result.problem));
    if (name === '') problems.push(required(`${at}.name`));
    else problems.push(...qualifiedNameProblems(name, `${at}.name`));
    if (name !== '' && names.has(name))
      problems.push({
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${JSON.stringify(name)}`,
        field: `${at}.name`,
      });
    names.add(name);
  });
  return problems;
}

export function required(field: string, why = ''): Cause {
  return { reason: 'FieldValueRequired', message: `Required value${why && `: ${why}`}`, field };
}

export function bad(field: string, value: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}
