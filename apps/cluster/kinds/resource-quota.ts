import { equal, type JsonObject } from '@millrace/json';
import { type FieldError, invalid, required } from '@millrace/schema';
import { listAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { amountProblems, isQuotaResource, quotaResourceProblems } from './resource-names.ts';

/** Scopes that say something by being there. */
const plainScopes = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'CrossNamespacePodAffinity',
];
const scopes = [...plainScopes, 'PriorityClass', 'VolumeAttributesClass'];
const ofPods = ['pods', ...['cpu', 'memory'].flatMap(name => [name, `limits.${name}`, `requests.${name}`])];

/** https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
export const resourceQuotaRules: KindRules = {
  problems(object, old) {
    const spec = objectAt(object, 'spec');
    const problems = [
      ...Object.entries(objectAt(spec, 'hard')).flatMap(([name, value]) => [
        ...quotaResourceProblems(name, `spec.hard[${name}]`),
        ...amountProblems(name, value, `spec.hard[${name}]`),
      ]),
      ...scopeProblems(spec),
      ...selectorProblems(spec),
    ];
    const before = listAt(old, 'spec', 'scopes').toSorted();
    if (old && !equal(before, listAt(spec, 'scopes').toSorted()))
      problems.push(invalid('spec.scopes', spec.scopes ?? null, 'field is immutable'));
    return problems;
  },
};

function scopeProblems(spec: JsonObject): FieldError[] {
  const asked = listAt(spec, 'scopes').map(String);
  const at = (why: string) => invalid('spec.scopes', asked, why);
  const problems = asked.flatMap(scope => [
    ...(scopes.includes(scope) ? [] : [at('unsupported scope')]),
    ...resourcesBeyond(scope, spec).map(() => at('unsupported scope applied to resource')),
  ]);
  for (const pair of ['BestEffort', 'Terminating'])
    if (asked.includes(pair) && asked.includes(`Not${pair}`)) problems.push(at('conflicting scopes'));
  return problems;
}

/** Resources of the quota that a scope has nothing to say about. */
function resourcesBeyond(scope: string, spec: JsonObject): string[] {
  return Object.keys(objectAt(spec, 'hard')).filter(name => isQuotaResource(name) && !concerns(scope, name));
}

function concerns(scope: string, name: string): boolean {
  if (scope === 'BestEffort') return name === 'pods';
  if (scope === 'VolumeAttributesClass')
    return name === 'persistentvolumeclaims' || name === 'requests.storage';
  return scopes.includes(scope) ? ofPods.includes(name) : true;
}

function selectorProblems(spec: JsonObject): FieldError[] {
  const at = 'spec.scopeSelector.matchExpressions';
  const expressions = objectsAt(spec, 'scopeSelector', 'matchExpressions');
  const printed = {
    MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName ?? '',
      Operator: operator ?? '',
      Values: values ?? null,
    })),
  };
  return expressions.flatMap(expression => [
    ...(scopes.includes(textAt(expression, 'scopeName'))
      ? []
      : [invalid(`${at}.scopeName`, expression.scopeName ?? '', 'unsupported scope')]),
    ...resourcesBeyond(textAt(expression, 'scopeName'), spec).map(() =>
      invalid(at, printed, 'unsupported scope applied to resource'),
    ),
    ...operatorProblems(expression, at),
  ]);
}

const onlyExists =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function operatorProblems(expression: JsonObject, at: string): FieldError[] {
  const operator = textAt(expression, 'operator');
  const values = listAt(expression, 'values');
  const problems: FieldError[] = [];
  if (plainScopes.includes(textAt(expression, 'scopeName')) && operator !== 'Exists')
    problems.push(invalid(`${at}.operator`, operator, onlyExists));
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return problems;
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    return [...problems, required(`${at}.values`, why)];
  }
  if (operator !== 'Exists' && operator !== 'DoesNotExist')
    return [...problems, invalid(`${at}.operator`, operator, 'not a valid selector operator')];
  if (values.length === 0) return problems;
  const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
  return [...problems, invalid(`${at}.values`, values, why)];
}
