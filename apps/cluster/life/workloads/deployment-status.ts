import type { Json, JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { type Condition, withConditions } from '../../api/conditions.ts';
import { numberAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { bounds } from '../world/surge.ts';
import { wantedOf } from './rollout.ts';

/** The numbers of a Deployment's status. */
interface Counts {
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly terminating: number;
}

/** A deadline of this many seconds means that there is none. */
const noDeadline = 2 ** 31 - 1;

/** The status of a Deployment, and after how many milliseconds it may fail by time alone. */
export interface DeploymentReport {
  readonly status: Record<string, Json | undefined>;
  readonly next?: number;
  readonly isComplete: boolean;
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status */
export function statusOf(
  deployment: JsonObject,
  current: JsonObject | undefined,
  sets: readonly JsonObject[],
  now: Date,
): DeploymentReport {
  const counts = countsOf(current, sets);
  const wanted = wantedOf(deployment);
  const isComplete =
    current !== undefined &&
    counts.updated === wanted &&
    counts.replicas === wanted &&
    counts.available === wanted;
  const { maxUnavailable } = bounds(deployment);
  const progress = progressOf(deployment, current, counts, isComplete, now);
  const conditions = [availability(counts.available >= wanted - maxUnavailable), ...failureOf(current, sets)];
  if (progress) conditions.push(progress);
  const known = isFailing(conditions) ? deployment : withoutFailure(deployment);
  const written = withConditions(known, conditions, timestamp(now), true) as JsonObject[];
  return {
    isComplete,
    status: {
      observedGeneration: objectAt(deployment, 'metadata').generation,
      replicas: counts.replicas || undefined,
      updatedReplicas: counts.updated || undefined,
      readyReplicas: counts.ready || undefined,
      availableReplicas: counts.available || undefined,
      unavailableReplicas: Math.max(0, Math.max(wanted, counts.replicas) - counts.available) || undefined,
      terminatingReplicas: counts.terminating,
      conditions:
        hasProgressed(deployment, counts) && !isComplete ? touched(written, timestamp(now)) : written,
    },
    ...nextCheck(deployment, written, isComplete, now),
  };
}

/** The status of a Deployment whose rollout cannot even begin. */
export function failedProgress(
  deployment: JsonObject,
  reason: string,
  message: string,
  now: Date,
): { conditions?: Json } {
  if (deadlineOf(deployment) === undefined) return {};
  const condition = progressing('False', reason, message);
  return { conditions: withConditions(deployment, [condition], timestamp(now), true) };
}

function countsOf(current: JsonObject | undefined, sets: readonly JsonObject[]): Counts {
  const sum = (field: string) =>
    sets.reduce((total, set) => total + (numberAt(set, 'status', field) ?? 0), 0);
  return {
    replicas: sum('replicas'),
    updated: numberAt(current, 'status', 'replicas') ?? 0,
    ready: sum('readyReplicas'),
    available: sum('availableReplicas'),
    terminating: sum('terminatingReplicas'),
  };
}

function availability(enough: boolean): Condition {
  const type = 'Available';
  return enough
    ? {
        type,
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type,
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** What keeps a ReplicaSet from making Pods shows on its Deployment. */
function failureOf(current: JsonObject | undefined, sets: readonly JsonObject[]): Condition[] {
  const all = [...(current ? [current] : []), ...sets].flatMap(set => objectsAt(set, 'status', 'conditions'));
  const failure = all.find(({ type }) => type === 'ReplicaFailure');
  if (!failure) return [];
  const [reason, message] = [textAt(failure, 'reason'), textAt(failure, 'message')];
  const status = failure.status === 'True' ? 'True' : 'False';
  return [{ type: 'ReplicaFailure', status, ...(reason && { reason }), ...(message && { message }) }];
}

function isFailing(conditions: readonly Condition[]): boolean {
  return conditions.some(({ type }) => type === 'ReplicaFailure');
}

function withoutFailure(deployment: JsonObject): JsonObject {
  const conditions = objectsAt(deployment, 'status', 'conditions');
  const status = {
    ...objectAt(deployment, 'status'),
    conditions: conditions.filter(({ type }) => type !== 'ReplicaFailure'),
  };
  return { ...deployment, status };
}

function hasProgressed(deployment: JsonObject, counts: Counts): boolean {
  const before = (field: string) => numberAt(deployment, 'status', field) ?? 0;
  return (
    counts.updated > before('updatedReplicas') ||
    counts.replicas - counts.updated < before('replicas') - before('updatedReplicas') ||
    counts.ready > before('readyReplicas') ||
    counts.available > before('availableReplicas')
  );
}

function progressing(status: Condition['status'], reason: string, message: string): Condition {
  return { type: 'Progressing', status, reason, message };
}

function knownProgress(deployment: JsonObject): JsonObject | undefined {
  return objectsAt(deployment, 'status', 'conditions').find(({ type }) => type === 'Progressing');
}

/** Undefined leaves the condition as it is. */
function progressOf(
  deployment: JsonObject,
  current: JsonObject | undefined,
  counts: Counts,
  isComplete: boolean,
  now: Date,
): Condition | undefined {
  if (deadlineOf(deployment) === undefined) return undefined;
  const known = knownProgress(deployment);
  if (valueAt(deployment, 'spec', 'paused') === true)
    return known?.reason === 'ProgressDeadlineExceeded'
      ? undefined
      : progressing('Unknown', 'DeploymentPaused', 'Deployment is paused');
  if (known?.reason === 'DeploymentPaused')
    return progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  if (!current) return undefined;
  const name = JSON.stringify(textAt(current, 'metadata', 'name'));
  const isNamed = textAt(known, 'message').includes(name);
  if (isComplete)
    return progressing('True', 'NewReplicaSetAvailable', `ReplicaSet ${name} has successfully progressed.`);
  // A rollout that was complete before is not begun again by a Pod that is lost.
  if (isNamed && known?.reason === 'NewReplicaSetAvailable') return undefined;
  if (!isNamed && known && counts.updated > 0)
    return progressing('True', 'FoundNewReplicaSet', `Found new replica set ${name}`);
  if (!isNamed) return progressing('True', 'NewReplicaSetCreated', `Created new replica set ${name}`);
  if (hasProgressed(deployment, counts))
    return progressing('True', 'ReplicaSetUpdated', `ReplicaSet ${name} is progressing.`);
  const left = timeLeft(deployment, known, now);
  if (left !== undefined && left <= 0)
    return progressing('False', 'ProgressDeadlineExceeded', `ReplicaSet ${name} has timed out progressing.`);
  return undefined;
}

function deadlineOf(deployment: JsonObject): number | undefined {
  const seconds = numberAt(deployment, 'spec', 'progressDeadlineSeconds') ?? 600;
  return seconds === noDeadline ? undefined : seconds;
}

/** Milliseconds until a rollout has made no progress for too long. */
function timeLeft(deployment: JsonObject, condition: JsonObject | undefined, now: Date): number | undefined {
  const seconds = deadlineOf(deployment);
  const since = Date.parse(textAt(condition, 'lastUpdateTime'));
  if (seconds === undefined || Number.isNaN(since)) return undefined;
  return since + seconds * 1000 - now.getTime();
}

/** Each step forward starts the time anew. */
function touched(conditions: readonly JsonObject[], now: string): JsonObject[] {
  return conditions.map(condition =>
    condition.type === 'Progressing' && condition.status === 'True'
      ? { ...condition, lastUpdateTime: now }
      : condition,
  );
}

function nextCheck(
  deployment: JsonObject,
  conditions: readonly JsonObject[],
  isComplete: boolean,
  now: Date,
): { next?: number } {
  const condition = conditions.find(({ type }) => type === 'Progressing');
  const settled = ['ProgressDeadlineExceeded', 'NewReplicaSetAvailable', 'DeploymentPaused'];
  if (isComplete || !condition || settled.includes(String(condition.reason))) return {};
  const left = timeLeft(deployment, condition, now);
  return left === undefined ? {} : { next: Math.max(1, left) };
}
