import type { JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, required } from '@millrace/schema';
import { labelKeyProblems, labelValueProblems } from '../../api/label-names.ts';
import { listAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { labelProblems } from './names.ts';

/**
 * What is wrong with a selector of labels.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
 */
export function labelSelectorProblems(selector: JsonObject, field: string): FieldError[] {
  return [
    ...labelProblems(objectAt(selector, 'matchLabels'), `${field}.matchLabels`),
    ...objectsAt(selector, 'matchExpressions').flatMap((requirement, i) => [
      ...requirementProblems(requirement, `${field}.matchExpressions[${i}]`),
    ]),
  ];
}

function requirementProblems(requirement: JsonObject, at: string): FieldError[] {
  return [
    ...operatorProblems(requirement, at),
    ...(labelKeyProblems(textAt(requirement, 'key'), `${at}.key`) as FieldError[]),
    ...listAt(requirement, 'values').flatMap(
      (value, i) => labelValueProblems(value, `${at}.values[${i}]`) as FieldError[],
    ),
  ];
}

/** Whether an operator that asks for values has some, and one that does not has none. */
function operatorProblems(requirement: JsonObject, at: string): FieldError[] {
  const operator = textAt(requirement, 'operator');
  const count = listAt(requirement, 'values').length;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0
        ? []
        : [required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      return count === 0
        ? []
        : [forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  }
  return [invalid(`${at}.operator`, operator, 'not a valid selector operator')];
}

/**
 * What is wrong with the terms of a node selector; their operators may compare numbers too.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#node-affinity
 */
export function nodeSelectorTermProblems(term: JsonObject, at: string): FieldError[] {
  return objectsAt(term, 'matchExpressions').flatMap((requirement, i) => {
    const here = `${at}.matchExpressions[${i}]`;
    return [
      ...nodeOperatorProblems(requirement, here),
      ...(labelKeyProblems(textAt(requirement, 'key'), `${here}.key`) as FieldError[]),
      ...listAt(requirement, 'values').flatMap(
        (value, n) => labelValueProblems(value, `${here}.values[${n}]`) as FieldError[],
      ),
    ];
  });
}

function nodeOperatorProblems(requirement: JsonObject, at: string): FieldError[] {
  const operator = textAt(requirement, 'operator');
  if (operator !== 'Gt' && operator !== 'Lt') return operatorProblems(requirement, at);
  return listAt(requirement, 'values').length === 1
    ? []
    : [required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
}
