import { isObject, type JsonObject } from '@millrace/json';
import {
  at,
  conditionOf,
  current,
  failed,
  type HealthRule,
  inProgress,
  numberAt,
  textAt,
} from './health-rule.ts';

/** The rules of kstatus for what runs Pods, by `group/Kind`. */
export const workloadHealth: Record<string, HealthRule> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  '/Pod': pod,
};

type Counts = [label: string, have: number, want: number][];

/** The first count that falls short, as a message: `Ready: 1/3`. */
function shortOf(counts: Counts): string | undefined {
  const short = counts.find(([, have, want]) => have < want);
  return short && `${short[0]}: ${short[1]}/${short[2]}`;
}

/** Of spec.progressDeadlineSeconds: the largest int32. */
const noDeadline = 2 ** 31 - 1;

function deployment(object: JsonObject) {
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return failed('Progress deadline exceeded');
  const want = numberAt(object, 1, 'spec', 'replicas');
  const replicas = numberAt(object, 0, 'status', 'replicas');
  const updated = numberAt(object, 0, 'status', 'updatedReplicas');
  const available = numberAt(object, 0, 'status', 'availableReplicas');
  const missing = shortOf([
    ['Replicas', replicas, want],
    ['Updated', updated, want],
  ]);
  if (missing) return inProgress(missing);
  if (replicas > want) return inProgress(`Pending termination: ${replicas - want}`);
  const unready = shortOf([
    ['Available', available, updated],
    ['Ready', numberAt(object, 0, 'status', 'readyReplicas'), want],
  ]);
  if (unready) return inProgress(unready);
  // Without a deadline nobody says how far it is.
  const hasDeadline = numberAt(object, noDeadline, 'spec', 'progressDeadlineSeconds') !== noDeadline;
  const isDone = progressing?.status === 'True' && progressing.reason === 'NewReplicaSetAvailable';
  if (hasDeadline && !isDone) return inProgress('ReplicaSet not Available');
  if (conditionOf(object, 'Available')?.status !== 'True') return inProgress('Deployment not Available');
  return current(`Deployment is available. Replicas: ${replicas}`);
}

function statefulSet(object: JsonObject) {
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return current('StatefulSet is using the ondelete update strategy');
  }
  const want = numberAt(object, 1, 'spec', 'replicas');
  const replicas = numberAt(object, 0, 'status', 'replicas');
  const missing = shortOf([
    ['Replicas', replicas, want],
    ['Ready', numberAt(object, 0, 'status', 'readyReplicas'), want],
  ]);
  if (missing) return inProgress(missing);
  if (replicas > want) return inProgress(`Pending termination: ${replicas - want}`);
  const partition = numberAt(object, 0, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (partition > 0) {
    const updated = numberAt(object, 0, 'status', 'updatedReplicas');
    if (updated < want - partition) return inProgress(`updated: ${updated}/${want - partition}`);
    return current(`Partition rollout complete. updated: ${updated}`);
  }
  const stale = shortOf([['current', numberAt(object, 0, 'status', 'currentReplicas'), want]]);
  if (stale) return inProgress(stale);
  if (textAt(object, 'status', 'currentRevision') !== textAt(object, 'status', 'updateRevision')) {
    return inProgress('Waiting for updated revision to match current');
  }
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`);
}

function daemonSet(object: JsonObject) {
  if (at(object, 'status', 'observedGeneration') === undefined)
    return inProgress('DaemonSet status.observedGeneration not found');
  const want = numberAt(object, -1, 'status', 'desiredNumberScheduled');
  if (want < 0) return inProgress('Missing .status.desiredNumberScheduled');
  const missing = shortOf([
    ['Current', numberAt(object, 0, 'status', 'currentNumberScheduled'), want],
    ['Updated', numberAt(object, 0, 'status', 'updatedNumberScheduled'), want],
    ['Available', numberAt(object, 0, 'status', 'numberAvailable'), want],
    ['Ready', numberAt(object, 0, 'status', 'numberReady'), want],
  ]);
  return missing ? inProgress(missing) : current(`All replicas scheduled as expected. Replicas: ${want}`);
}

function replicaSet(object: JsonObject) {
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return inProgress('Replica Failure condition. Check Pods');
  const want = numberAt(object, 1, 'spec', 'replicas');
  const replicas = numberAt(object, 0, 'status', 'replicas');
  const missing = shortOf([
    ['Labelled', numberAt(object, 0, 'status', 'fullyLabeledReplicas'), want],
    ['Available', numberAt(object, 0, 'status', 'availableReplicas'), want],
    ['Ready', numberAt(object, 0, 'status', 'readyReplicas'), want],
  ]);
  if (missing) return inProgress(missing);
  if (replicas > want) return inProgress(`Pending termination: ${replicas - want}`);
  return current(`ReplicaSet is available. Replicas: ${replicas}`);
}

/** A Job that runs is in progress: Flux waits for its completion, where kstatus waits for its start only. */
function job(object: JsonObject) {
  const completions = numberAt(object, 1, 'spec', 'completions');
  const complete = conditionOf(object, 'Complete');
  if (complete?.status === 'True')
    return current(`Job Completed. succeeded: ${numberAt(object, 0, 'status', 'succeeded')}/${completions}`);
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True')
    return failed(`Job Failed. failed: ${numberAt(object, 0, 'status', 'failed')}/${completions}`);
  if (at(object, 'spec', 'suspend') === true) return current('Job is suspended');
  return inProgress(at(object, 'status', 'startTime') === undefined ? 'Job not started' : 'Job in progress');
}

function pod(object: JsonObject) {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Succeeded') return current('Pod has completed successfully');
  if (phase === 'Failed') return current('Pod has completed, but not successfully');
  if (conditionOf(object, 'Ready')?.status === 'True') return current('Pod is Ready');
  const crashing = crashLoops(object);
  if (crashing.length > 0) return failed(`Containers in CrashLoop state: ${crashing.join(',')}`);
  if (phase === '') return inProgress('Pod phase not available');
  return inProgress(phase === 'Running' ? 'Pod is running but is not Ready' : 'Pod is in the Pending phase');
}

function crashLoops(object: JsonObject): string[] {
  const statuses = at(object, 'status', 'containerStatuses');
  return (Array.isArray(statuses) ? statuses : [])
    .filter(s => isObject(s))
    .filter(s => textAt(s, 'state', 'waiting', 'reason') === 'CrashLoopBackOff')
    .map(s => String(s.name));
}
