import { equal, isObject, type JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, notSupported, required } from '@millrace/schema';
import { inOrder } from '../api/go-print.ts';
import { type Labels, matchLabelSelector } from '../api/label-selector.ts';
import { numberAt, objectAt, textAt, valueAt } from '../api/tree.ts';
import { templateProblems } from './pod-problems.ts';
import { joined } from './validation/joined.ts';
import { atMostWhole, countOrPercent, isNone, nonNegative } from './validation/numbers.ts';
import { labelSelectorProblems } from './validation/selectors.ts';

/** What is wrong with the selector and the template of a workload, and with how many it wants. */
export function workloadProblems(object: JsonObject, claims: readonly string[] = []): FieldError[] {
  return joined(
    nonNegative(valueAt(object, 'spec', 'replicas'), 'spec.replicas'),
    selectorProblems(object),
    templateProblems(object, claims),
  );
}

function selectorProblems(object: JsonObject): FieldError[] {
  const selector = valueAt(object, 'spec', 'selector');
  const labels = valueAt(object, 'spec', 'template', 'metadata', 'labels');
  const malformed = labelSelectorProblems(objectAt(selector), 'spec.selector');
  if (malformed.length > 0) {
    if (object.kind === 'DaemonSet') return malformed;
    return [...malformed, invalid('spec.selector', inOrder(selector ?? null), 'invalid label selector')];
  }
  const mismatched =
    !isObject(selector) || !matchLabelSelector(selector, objectAt(labels) as Labels)
      ? [invalid('spec.template.metadata.labels', inOrder(labels ?? null), mismatch)]
      : [];
  const empty =
    isObject(selector) && Object.keys(selector).length === 0
      ? [
          invalid(
            'spec.selector',
            {},
            `empty selector is invalid for ${textAt(object, 'kind').toLowerCase()}`,
          ),
        ]
      : [];
  // Upstream looks at a DaemonSet in another order, and finds a selector that is missing to match nothing.
  if (object.kind === 'DaemonSet') return [...mismatched, ...empty];
  return [...(isObject(selector) ? empty : [required('spec.selector')]), ...mismatched];
}

const mismatch = '`selector` does not match template `labels`';

export function immutable(object: JsonObject, old: JsonObject | undefined, field: string): FieldError[] {
  const [now, before] = [valueAt(object, 'spec', field), valueAt(old, 'spec', field)];
  if (!old || equal(now, before)) return [];
  return [invalid(`spec.${field}`, inOrder(now ?? null), 'field is immutable')];
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy */
export function deploymentProblems(object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec');
  const ready = numberAt(spec, 'minReadySeconds') ?? 0;
  const deadline = numberAt(spec, 'progressDeadlineSeconds');
  const problems = joined(
    strategyProblems(objectAt(spec, 'strategy')),
    nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  );
  if (deadline === undefined) return problems;
  problems.push(...nonNegative(deadline, 'spec.progressDeadlineSeconds'));
  if (deadline <= ready)
    problems.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  return problems;
}

function strategyProblems(strategy: JsonObject): FieldError[] {
  const at = 'spec.strategy';
  const type = textAt(strategy, 'type');
  const update = strategy.rollingUpdate;
  if (type === 'Recreate') {
    if (update === undefined) return [];
    return [forbidden(`${at}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate')
    return [notSupported(at, { Type: type, RollingUpdate: update ?? null }, ['Recreate', 'RollingUpdate'])];
  const { maxUnavailable, maxSurge } = objectAt(strategy, 'rollingUpdate');
  const path = `${at}.rollingUpdate`;
  const problems = joined(
    countOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    countOrPercent(maxSurge, `${path}.maxSurge`),
    atMostWhole(maxUnavailable, `${path}.maxUnavailable`),
  );
  if (isNone(maxUnavailable) && isNone(maxSurge))
    problems.push(
      invalid(`${path}.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'),
    );
  return problems;
}
