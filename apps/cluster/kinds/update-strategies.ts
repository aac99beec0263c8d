import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { objectAt, objectsAt, textAt } from '../api/tree.ts';
import { claimProblems } from './storage.ts';
import { dnsLabel } from './validation/names.ts';
import { atMostWhole, countOrPercent, isNone, nonNegative } from './validation/numbers.ts';

const at = 'spec.updateStrategy';

/** A count as upstream reckons it: text that is no percentage is none. */
function isNothing(value: Json | undefined): boolean {
  return value === undefined || isNone(value) || (typeof value === 'string' && !/^\d+%$/.test(value));
}

/** https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/ */
export function daemonSetProblems(spec: JsonObject): FieldError[] {
  return [
    ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...daemonStrategyProblems(objectAt(spec, 'updateStrategy')),
    ...nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
}

function daemonStrategyProblems(strategy: JsonObject): FieldError[] {
  if (strategy.type === 'OnDelete') return [];
  if (strategy.type !== 'RollingUpdate') {
    const printed = { Type: strategy.type ?? '', RollingUpdate: strategy.rollingUpdate ?? null };
    return [notSupported(at, printed, ['RollingUpdate', 'OnDelete'])];
  }
  const { maxUnavailable, maxSurge } = objectAt(strategy, 'rollingUpdate');
  const path = `${at}.rollingUpdate`;
  const problems = [
    ...countOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...countOrPercent(maxSurge, `${path}.maxSurge`),
    ...atMostWhole(maxUnavailable, `${path}.maxUnavailable`),
    ...atMostWhole(maxSurge, `${path}.maxSurge`),
  ];
  if (!isNothing(maxUnavailable) && !isNothing(maxSurge)) {
    const why = 'may not be set when maxUnavailable is non-zero';
    problems.push(invalid(`${path}.maxSurge`, maxSurge ?? 0, why));
  }
  if (isNothing(maxUnavailable) && isNothing(maxSurge))
    problems.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return problems;
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
export function statefulSetProblems(spec: JsonObject): FieldError[] {
  const problems: FieldError[] = [];
  const policy = textAt(spec, 'podManagementPolicy');
  if (policy !== 'OrderedReady' && policy !== 'Parallel')
    problems.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  problems.push(...statefulStrategyProblems(objectAt(spec, 'updateStrategy')), ...retentionProblems(spec));
  problems.push(...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'));
  problems.push(...nonNegative(objectAt(spec, 'ordinals').start, 'spec.ordinals.start'));
  const service = textAt(spec, 'serviceName');
  if (service) problems.push(...dnsLabel(service, 'spec.serviceName'));
  for (const [i, claim] of objectsAt(spec, 'volumeClaimTemplates').entries())
    problems.push(...claimProblems(objectAt(claim, 'spec'), `spec.volumeClaimTemplates[${i}].spec`));
  return problems;
}

function statefulStrategyProblems({ type, rollingUpdate }: JsonObject): FieldError[] {
  const path = `${at}.rollingUpdate`;
  const { partition, maxUnavailable } = objectAt(rollingUpdate);
  const parts = { Partition: partition ?? 0, MaxUnavailable: maxUnavailable ?? null };
  const printed = isObject(rollingUpdate) ? parts : null;
  if (type === 'OnDelete')
    return printed ? [invalid(path, printed, "only allowed for updateStrategy 'RollingUpdate'")] : [];
  if (type === 'RollingUpdate') return nonNegative(partition, `${path}.partition`);
  return [invalid(at, { Type: type ?? '', RollingUpdate: printed }, "must be 'RollingUpdate' or 'OnDelete'")];
}

function retentionProblems(spec: JsonObject): FieldError[] {
  const policy = objectAt(spec, 'persistentVolumeClaimRetentionPolicy');
  return ['whenDeleted', 'whenScaled'].flatMap(field => {
    const value = policy[field];
    if (value === undefined || value === 'Retain' || value === 'Delete') return [];
    return [notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, ['Retain', 'Delete'])];
  });
}
