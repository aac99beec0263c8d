import type { Json, JsonObject } from '@millrace/json';
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from '@millrace/schema';
import { qualifiedNameProblems } from '../api/label-names.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { BadIndexes, Indexes } from './indexes.ts';
import { nonNegative } from './validation/numbers.ts';

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];
const mostRules = 20;
const mostCodes = 255;

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy */
export function failurePolicyProblems(spec: JsonObject, path: string): FieldError[] {
  if (spec.podFailurePolicy === undefined) return [];
  const at = `${path}.podFailurePolicy.rules`;
  const problems: FieldError[] = [];
  const policy = textAt(spec, 'template', 'spec', 'restartPolicy');
  if (policy !== 'Never') {
    const why = 'only "Never" is supported when podFailurePolicy is specified';
    problems.push(invalid(`${path}.template.spec.restartPolicy`, policy, why));
  }
  const rules = objectsAt(spec, 'podFailurePolicy', 'rules');
  if (rules.length > mostRules) problems.push(tooMany(at, rules.length, mostRules));
  for (const [i, rule] of rules.entries()) problems.push(...failureRuleProblems(rule, spec, `${at}[${i}]`));
  return problems;
}

function failureRuleProblems(rule: JsonObject, spec: JsonObject, at: string): FieldError[] {
  const action = textAt(rule, 'action');
  const problems: FieldError[] = [];
  if (action === '')
    problems.push(
      required(`${at}.action`, `valid values: [${actions.map(each => JSON.stringify(each)).join(' ')}]`),
    );
  else if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
    problems.push(invalid(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  else if (!actions.includes(action)) problems.push(notSupported(`${at}.action`, action, actions));
  const patterns = objectsAt(rule, 'onPodConditions');
  if (rule.onExitCodes !== undefined)
    problems.push(...exitCodeProblems(objectAt(rule, 'onExitCodes'), spec, `${at}.onExitCodes`));
  if (patterns.length > mostRules)
    problems.push(tooMany(`${at}.onPodConditions`, patterns.length, mostRules));
  for (const [i, pattern] of patterns.entries())
    problems.push(...patternProblems(pattern, `${at}.onPodConditions[${i}]`));
  const whole = (why: string): FieldError => ({
    field: at,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${why}`,
  });
  if (rule.onExitCodes !== undefined && patterns.length > 0)
    problems.push(whole('specifying both OnExitCodes and OnPodConditions is not supported'));
  if (rule.onExitCodes === undefined && patterns.length === 0)
    problems.push(whole('specifying one of OnExitCodes and OnPodConditions is required'));
  return problems;
}

function patternProblems({ type, status }: JsonObject, at: string): FieldError[] {
  const problems = qualifiedNameProblems(String(type ?? ''), `${at}.type`) as FieldError[];
  if (status !== undefined && !statuses.includes(String(status)))
    problems.push(notSupported(`${at}.status`, status, statuses));
  return problems;
}

function exitCodeProblems(asked: JsonObject, spec: JsonObject, at: string): FieldError[] {
  const problems: FieldError[] = [];
  const operator = textAt(asked, 'operator');
  if (!operators.includes(operator)) problems.push(notSupported(`${at}.operator`, operator, operators));
  const pod = objectAt(spec, 'template', 'spec');
  const containers = [...objectsAt(pod, 'containers'), ...objectsAt(pod, 'initContainers')];
  const { containerName } = asked;
  if (containerName !== undefined && !containers.some(({ name }) => name === containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    problems.push(invalid(`${at}.containerName`, containerName, why));
  }
  const values = listAt(asked, 'values').map(Number);
  const path = `${at}.values`;
  if (values.length === 0) problems.push(invalid(path, [], 'at least one value is required'));
  if (values.length > mostCodes) problems.push(tooMany(path, values.length, mostCodes));
  for (const [i, value] of values.entries()) {
    if (operator === 'In' && value === 0)
      problems.push(invalid(`${path}[${i}]`, value, 'must not be 0 for the In operator'));
    if (values.indexOf(value) < i) problems.push(duplicate(`${path}[${i}]`, value));
  }
  const isOrdered = values.every((value, i) => i === 0 || values[i - 1]! <= value);
  if (!isOrdered) problems.push(invalid(path, values, 'must be ordered'));
  return problems;
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#success-policy */
export function successPolicyProblems(spec: JsonObject, path: string): FieldError[] {
  if (spec.successPolicy === undefined) return [];
  const at = `${path}.successPolicy.rules`;
  const rules = objectsAt(spec, 'successPolicy', 'rules');
  if (rules.length === 0)
    return [required(at, 'at least one rules must be specified when the successPolicy is specified')];
  const problems = rules.length > mostRules ? [tooMany(at, rules.length, mostRules)] : [];
  const completions = numberAt(spec, 'completions') ?? 0;
  for (const [i, rule] of rules.entries())
    problems.push(...successRuleProblems(rule, completions, `${at}[${i}]`));
  return problems;
}

function successRuleProblems(rule: JsonObject, completions: number, at: string): FieldError[] {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined)
    return [required(at, 'at least one of succeededCount or succeededIndexes must be specified')];
  const problems: FieldError[] = [];
  let known: number | undefined;
  if (indexes !== undefined) {
    try {
      known = Indexes.read(String(indexes), completions).size;
    } catch (error) {
      if (!(error instanceof BadIndexes)) throw error;
      const why = `error parsing succeededIndexes: ${error.message}`;
      problems.push(invalid(`${at}.succeededIndexes`, indexes, why));
    }
  }
  if (count === undefined) return problems;
  problems.push(...nonNegative(count, `${at}.succeededCount`));
  const tooMuch = (most: number, what: string) =>
    invalid(`${at}.succeededCount`, count, `must be less than or equal to ${most} (the number of ${what})`);
  if (Number(count) > completions) problems.push(tooMuch(completions, 'specified completions'));
  if (known !== undefined && Number(count) > known)
    problems.push(tooMuch(known, 'indexes in the specified succeededIndexes field'));
  return problems;
}

/** The policies of a Job as upstream prints them in messages. */
export function printedPolicy(field: string, policy: Json): Json {
  const rules = objectsAt(policy, 'rules');
  if (field === 'successPolicy')
    return {
      Rules: rules.map(rule => ({
        SucceededIndexes: rule.succeededIndexes ?? null,
        SucceededCount: rule.succeededCount ?? null,
      })),
    };
  return {
    Rules: rules.map(rule => ({
      Action: rule.action ?? '',
      OnExitCodes: printedCodes(valueAt(rule, 'onExitCodes')),
      OnPodConditions: printedPatterns(objectsAt(rule, 'onPodConditions')),
    })),
  };
}

function printedPatterns(patterns: readonly JsonObject[]): Json {
  if (patterns.length === 0) return null;
  return patterns.map(({ type, status }) => ({ Type: type ?? '', Status: status ?? '' }));
}

function printedCodes(codes: Json | undefined): Json {
  if (codes === undefined) return null;
  const { containerName, operator, values } = objectAt(codes);
  return { ContainerName: containerName ?? null, Operator: operator ?? '', Values: values ?? null };
}
