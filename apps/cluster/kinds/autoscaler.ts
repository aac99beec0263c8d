import type { JsonObject } from '@millrace/json';
import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  quantityAmount,
  required,
} from '@millrace/schema';
import { numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsLabel } from './validation/names.ts';

/** https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/ */
export const autoscalerRules: KindRules = {
  problems(object) {
    const spec = objectAt(object, 'spec');
    return [
      ...countProblems(spec),
      ...targetProblems(spec),
      ...metricsProblems(spec),
      ...['scaleUp', 'scaleDown'].flatMap(direction =>
        scalingProblems(objectAt(spec, 'behavior')[direction], `spec.behavior.${direction}`),
      ),
    ];
  },
};

function countProblems(spec: JsonObject): FieldError[] {
  const [least, most] = [numberAt(spec, 'minReplicas') ?? 1, numberAt(spec, 'maxReplicas') ?? 0];
  const problems: FieldError[] = [];
  if (least < 1) problems.push(invalid('spec.minReplicas', least, 'must be greater than or equal to 1'));
  if (most < 0) problems.push(invalid('spec.maxReplicas', most, 'must be greater than or equal to 1'));
  else if (most < 1) problems.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  if (most < least)
    problems.push(invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'));
  return problems;
}

function targetProblems(spec: JsonObject): FieldError[] {
  const target = objectAt(spec, 'scaleTargetRef');
  const [apiVersion, kind] = [textAt(target, 'apiVersion'), textAt(target, 'kind')];
  const problems = ['kind', 'name']
    .filter(field => textAt(target, field) === '')
    .map(field => required(`spec.scaleTargetRef.${field}`));
  if (apiVersion.includes('/') || kind === 'ReplicationController') return problems;
  const why = 'apiVersion must specify API group';
  return [...problems, invalid('spec.scaleTargetRef.apiVersion', apiVersion, why)];
}

/** Where each type of metric is described. */
const sources: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
const types = Object.keys(sources);

function metricsProblems(spec: JsonObject): FieldError[] {
  const metrics = objectsAt(spec, 'metrics');
  const problems = metrics.flatMap((metric, i) => metricProblems(metric, `spec.metrics[${i}]`));
  const reachesZero = metrics.some(({ type }) => type === 'Object' || type === 'External');
  if (numberAt(spec, 'minReplicas') === 0 && !reachesZero) {
    const why = 'must specify at least one Object or External metric to support scaling to zero replicas';
    problems.push(forbidden('spec.metrics', why));
  }
  return problems;
}

function metricProblems(metric: JsonObject, at: string): FieldError[] {
  const type = textAt(metric, 'type');
  const expected = Object.hasOwn(sources, type) ? sources[type] : undefined;
  const given = Object.values(sources).filter(source => metric[source] !== undefined);
  const [described] = given;
  const problems: FieldError[] = [];
  if (type === '') problems.push(required(`${at}.type`, 'must specify a metric source type'));
  if (expected === undefined) problems.push(notSupported(`${at}.type`, type, types));
  if (described !== undefined)
    problems.push(...sourceProblems(described, objectAt(metric, described), `${at}.${described}`));
  if (expected !== undefined && metric[expected] === undefined)
    problems.push(required(`${at}.${expected}`, 'must populate information for the given metric source'));
  if (given.length > 1)
    for (const source of given)
      if (source !== expected)
        problems.push(forbidden(`${at}.${source}`, 'must populate the given metric source only'));
  return problems;
}

function sourceProblems(kind: string, source: JsonObject, at: string): FieldError[] {
  const target = objectAt(source, 'target');
  const isNamed = textAt(source, 'metric', 'name') !== '';
  const name =
    kind === 'resource' || kind === 'containerResource'
      ? textAt(source, 'name') === ''
        ? [required(`${at}.name`, 'must specify a resource name')]
        : []
      : isNamed
        ? []
        : [required(`${at}.metric.name`, 'must specify a metric name')];
  return [
    ...(kind === 'object' ? describedProblems(source, at) : []),
    ...name,
    ...(kind === 'containerResource' ? containerProblems(source, at) : []),
    ...amountProblems(target, `${at}.target`),
    ...choiceProblems(kind, target, `${at}.target`),
  ];
}

function describedProblems(source: JsonObject, at: string): FieldError[] {
  return ['kind', 'name']
    .filter(field => textAt(source, 'describedObject', field) === '')
    .map(field => required(`${at}.describedObject.${field}`));
}

function containerProblems(source: JsonObject, at: string): FieldError[] {
  const container = textAt(source, 'container');
  if (container === '') return [required(`${at}.container`, 'must specify a container')];
  return dnsLabel(container, `${at}.container`);
}

const targetTypes = ['Utilization', 'Value', 'AverageValue'];

function amountProblems(target: JsonObject, at: string): FieldError[] {
  const type = textAt(target, 'type');
  const share = numberAt(target, 'averageUtilization');
  const problems: FieldError[] = [];
  if (type === '') problems.push(required(`${at}.type`, 'must specify a metric target type'));
  if (!targetTypes.includes(type))
    problems.push(invalid(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue']) {
    const value = target[field];
    if (value !== undefined && (quantityAmount(value) ?? 0) <= 0)
      problems.push(invalid(`${at}.${field}`, value, 'must be positive'));
  }
  if (share !== undefined && share < 1)
    problems.push(invalid(`${at}.averageUtilization`, share, 'must be greater than 0'));
  return problems;
}

/** Of what a target must say one of, and not both. */
function choiceProblems(kind: string, target: JsonObject, at: string): FieldError[] {
  const has = (field: string) => target[field] !== undefined;
  const average = `${at}.averageValue`;
  if (kind === 'pods')
    return has('averageValue') ? [] : [required(average, 'must specify a positive target averageValue')];
  if (kind === 'object')
    return has('value') || has('averageValue')
      ? []
      : [required(average, 'must set either a target value or averageValue')];
  if (kind === 'external') {
    if (!has('value') && !has('averageValue'))
      return [required(average, 'must set either a target value for metric or a per-pod target')];
    const both = 'may not set both a target value for metric and a per-pod target';
    return has('value') && has('averageValue') ? [forbidden(`${at}.value`, both)] : [];
  }
  if (!has('averageUtilization') && !has('averageValue')) {
    const why = 'must set either a target raw value or a target utilization';
    return [required(`${at}.averageUtilization`, why)];
  }
  const both = 'may not set both a target raw value and a target utilization';
  return has('averageUtilization') && has('averageValue') ? [forbidden(average, both)] : [];
}

const longestWindow = 3600;
const longestPeriod = 1800;
const selections = ['Disabled', 'Max', 'Min'];
const policyTypes = ['Percent', 'Pods'];

function scalingProblems(rules: unknown, at: string): FieldError[] {
  if (typeof rules !== 'object' || rules === null) return [];
  const given = rules as JsonObject;
  const window = numberAt(given, 'stabilizationWindowSeconds');
  const policies = objectsAt(given, 'policies');
  const problems: FieldError[] = [];
  if (window !== undefined && window < 0)
    problems.push(
      invalid(`${at}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'),
    );
  if (window !== undefined && window > longestWindow)
    problems.push(
      invalid(`${at}.stabilizationWindowSeconds`, window, `must be less than or equal to ${longestWindow}`),
    );
  if (given.selectPolicy !== undefined && !selections.includes(textAt(given, 'selectPolicy')))
    problems.push(notSupported(`${at}.selectPolicy`, given.selectPolicy, selections));
  if (policies.length === 0) problems.push(required(`${at}.policies`, 'must specify at least one Policy'));
  return [...problems, ...policies.flatMap((policy, i) => policyProblems(policy, `${at}.policies[${i}]`))];
}

function policyProblems(policy: JsonObject, at: string): FieldError[] {
  const [type, value, period] = [
    textAt(policy, 'type'),
    numberAt(policy, 'value') ?? 0,
    numberAt(policy, 'periodSeconds') ?? 0,
  ];
  const problems: FieldError[] = [];
  if (!policyTypes.includes(type)) problems.push(notSupported(`${at}.type`, type, policyTypes));
  if (value <= 0) problems.push(invalid(`${at}.value`, value, 'must be greater than zero'));
  if (period <= 0) problems.push(invalid(`${at}.periodSeconds`, period, 'must be greater than zero'));
  if (period > longestPeriod)
    problems.push(invalid(`${at}.periodSeconds`, period, `must be less than or equal to ${longestPeriod}`));
  return problems;
}
