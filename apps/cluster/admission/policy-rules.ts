import { types } from '@millrace/cel';
import type { JsonObject } from '@millrace/json';
import type { Cause } from '../api/status.ts';
import { objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import type { KindRules } from '../kinds/kind-rules.ts';
import { type Compiled, compileExpression } from './expression.ts';
import { bad, conditionProblems, required } from './match-conditions.ts';
import { compileVariables, parsePolicy } from './policy.ts';

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/;

/** What the API server asks of policies beyond their schemas. */
export const policyRules: KindRules = { problems: policyProblems };

function policyProblems(policy: JsonObject): Cause[] {
  const spec = objectAt(policy, 'spec');
  const params = valueAt(spec, 'paramKind') !== undefined;
  const problems: Cause[] = [];
  if (valueAt(spec, 'matchConstraints') === undefined) problems.push(required('spec.matchConstraints'));
  else if (objectsAt(spec, 'matchConstraints', 'resourceRules').length === 0)
    problems.push(required('spec.matchConstraints.resourceRules'));
  problems.push(...conditionProblems(objectsAt(spec, 'matchConditions'), 'spec.matchConditions', params));
  problems.push(...variableProblems(spec, params));
  const [validations, annotations] = [objectsAt(spec, 'validations'), objectsAt(spec, 'auditAnnotations')];
  if (validations.length === 0 && annotations.length === 0) {
    const why = 'validations or auditAnnotations must contain at least one item';
    problems.push(required('spec.validations', why), required('spec.auditAnnotations', why));
  }
  const compiled = parsePolicy(policy).validations;
  validations.forEach((validation, i) => {
    const { expression, messageExpression } = compiled[i]!;
    problems.push(...validationProblems(validation, `spec.validations[${i}]`, expression, messageExpression));
  });
  return [...problems, ...annotationProblems(spec, annotations, params)];
}

/** What is wrong with the variables of a policy. */
export function variableProblems(spec: JsonObject, params: boolean, mutates = false): Cause[] {
  const compiled = [...compileVariables(spec, params, mutates).variables.values()];
  return objectsAt(spec, 'variables').flatMap((variable, i) => {
    const at = `spec.variables[${i}]`;
    const name = textAt(variable, 'name');
    const problems: Cause[] = [];
    if (name.trim() === '') problems.push(required(`${at}.name`, 'name is not specified'));
    else if (!identifier.test(name)) problems.push(bad(`${at}.name`, name, 'must be a valid CEL identifier'));
    return [...problems, ...expressionProblems(`${at}.expression`, compiled[i])];
  });
}

/** What is wrong with an expression at a field. */
export function expressionProblems(field: string, compiled: Compiled | undefined): Cause[] {
  if (!compiled || compiled.text.trim() === '') return [required(field, 'expression is not specified')];
  return 'problem' in compiled ? [bad(field, compiled.text, compiled.problem)] : [];
}

function validationProblems(
  validation: JsonObject,
  at: string,
  expression: Compiled,
  messageExpression: Compiled | undefined,
): Cause[] {
  const problems = expressionProblems(`${at}.expression`, expression);
  const [text, message] = [textAt(validation, 'messageExpression'), textAt(validation, 'message')];
  if (text !== '' && text.trim() === '')
    problems.push(bad(`${at}.messageExpression`, text, 'must be non-empty if specified'));
  else if (messageExpression && 'problem' in messageExpression)
    problems.push(bad(`${at}.messageExpression`, text, messageExpression.problem));
  if (message !== '' && message.trim() === '')
    problems.push(bad(`${at}.message`, message, 'must be non-empty if specified'));
  else if (/[\n\r]/.test(message.trim()))
    problems.push(bad(`${at}.message`, message, 'must not contain line breaks'));
  const reason = textAt(validation, 'reason');
  if (reason !== '' && !reasons.includes(reason))
    problems.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(reason)}: supported values: ${reasons.map(one => JSON.stringify(one)).join(', ')}`,
      field: `${at}.reason`,
    });
  return problems;
}

function annotationProblems(spec: JsonObject, annotations: readonly JsonObject[], params: boolean): Cause[] {
  if (annotations.length === 0) return [];
  const declared = compileVariables(spec, params).types;
  return annotations.flatMap((annotation, i) => {
    const field = `spec.auditAnnotations[${i}].valueExpression`;
    const text = textAt(annotation, 'valueExpression');
    if (text.trim() === '') return [required(field, 'valueExpression is not specified')];
    const compiled = compileExpression(text, { params, authorizer: true, variables: declared }, [
      types.string,
      types.nullType,
    ]);
    return 'problem' in compiled ? [bad(field, text, compiled.problem)] : [];
  });
}
