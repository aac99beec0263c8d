import type { Json, JsonObject } from '@millrace/json';
import { childOf, listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { Indexes } from '../../kinds/indexes.ts';
import { type Entry, read } from '../../store/entry.ts';
import { controllerOf } from '../world/owners.ts';
import { burst, isActive, podFrom } from '../world/pod-control.ts';
import type { World } from '../world/world.ts';
import { countIndexes, type JobIndexes } from './job-indexes.ts';
import { rulingOn } from './pod-failure-policy.ts';

export const podStorage = '/pods';
/** Keeps a Pod from going before its end is counted. */
export const tracking = 'batch.kubernetes.io/job-tracking';
const indexKey = 'batch.kubernetes.io/job-completion-index';
const failuresKey = 'batch.kubernetes.io/job-index-failure-count';
const ignoredKey = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** Pods that are counted in the status of their Job, by their uids, and could not be let go yet. */
export type Settled = Set<string>;

/** The Pods of a Job and what they add up to. */
export interface JobPods {
  readonly active: readonly JsonObject[];
  /** Told to end, and still running. */
  readonly terminating: readonly JsonObject[];
  readonly succeeded: number;
  readonly failed: number;
  /** Why one of those that failed is enough for the Job to fail. */
  readonly fatal?: string;
  /** Of an indexed Job. */
  readonly indexes?: JobIndexes;
  /** Those that have ended, are counted here, and are in no status yet. */
  readonly ended: readonly JsonObject[];
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers */
export function countPods(job: JsonObject, pods: readonly JsonObject[], settled: Settled): JobPods {
  const ended = pods.filter(
    pod => isTracked(pod) && hasEnded(job, pod) && !settled.has(textAt(pod, 'metadata', 'uid')),
  );
  const fine = ended.filter(succeeded);
  const failures = ended
    .filter(pod => !succeeded(pod))
    .map(pod => ({ index: indexOf(pod), before: failuresBefore(pod), ruling: rulingOn(job, pod) }));
  const fatal = failures.find(({ ruling }) => ruling.fails !== undefined)?.ruling.fails;
  const counts = {
    active: pods.filter(isActive),
    terminating: pods.filter(isStopping),
    failed: (numberAt(job, 'status', 'failed') ?? 0) + failures.filter(({ ruling }) => ruling.counts).length,
    ended,
    ...(fatal && { fatal }),
  };
  if (!isIndexed(job))
    return { ...counts, succeeded: (numberAt(job, 'status', 'succeeded') ?? 0) + fine.length };
  const indexes = countIndexes(job, fine.map(indexOf), failures);
  return { ...counts, succeeded: indexes.completed.size, indexes };
}

/**
 * A Pod that is told to go counts as failed at once, unless the Job is to wait for its end.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-replacement-policy
 */
function hasEnded(job: JsonObject, pod: JsonObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  return !waitsForEnd(job) && !isActive(pod);
}

function waitsForEnd(job: JsonObject): boolean {
  return textAt(job, 'spec', 'podReplacementPolicy') === 'Failed';
}

function isTracked(pod: JsonObject): boolean {
  return listAt(pod, 'metadata', 'finalizers').includes(tracking);
}

function succeeded(pod: JsonObject): boolean {
  return textAt(pod, 'status', 'phase') === 'Succeeded';
}

/** Told to end, and still running. */
function isStopping(pod: JsonObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return textAt(pod, 'metadata', 'deletionTimestamp') !== '' && phase !== 'Succeeded' && phase !== 'Failed';
}

export function isIndexed(job: JsonObject): boolean {
  return textAt(job, 'spec', 'completionMode') === 'Indexed';
}

function indexOf(pod: JsonObject): number {
  const text = textAt(pod, 'metadata', 'annotations', indexKey);
  return text === '' ? -1 : Number(text);
}

/** The next Pods that a Job lacks, given how many are to run at once; each index of an indexed Job runs once. */
export function missingPods(
  job: JsonObject,
  pods: readonly JsonObject[],
  counted: JobPods,
  wanted: number,
): JsonObject[] {
  const running = waitsForEnd(job) ? [...counted.active, ...counted.terminating] : counted.active;
  const count = Math.min(burst, Math.max(0, wanted - running.length));
  if (!counted.indexes) return Array.from({ length: count }, () => podOf(job));
  const { completed, failed } = counted.indexes;
  const taken = Indexes.of(running.map(indexOf))
    .and(completed)
    .and(failed ?? Indexes.none);
  const completions = numberAt(job, 'spec', 'completions') ?? 0;
  return taken.missing(count, completions).map(index => indexedPodOf(job, pods, index));
}

function podOf(job: JsonObject, extra: (pod: JsonObject) => void = () => {}): JsonObject {
  return podFrom(job, '', pod => {
    const metadata = childOf(pod, 'metadata');
    metadata.finalizers = [...listAt(metadata, 'finalizers'), tracking];
    extra(pod);
  });
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode */
function indexedPodOf(job: JsonObject, pods: readonly JsonObject[], index: number): JsonObject {
  return podOf(job, pod => {
    const name = textAt(job, 'metadata', 'name');
    const metadata = childOf(pod, 'metadata');
    metadata.generateName = `${name}-${index}-`;
    for (const kind of ['labels', 'annotations']) childOf(metadata, kind)[indexKey] = String(index);
    if (valueAt(job, 'spec', 'backoffLimitPerIndex') !== undefined)
      noteFailures(job, pods, index, childOf(metadata, 'annotations'));
    const spec = childOf(pod, 'spec');
    spec.hostname = `${name}-${index}`;
    for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')])
      addIndexVariable(container);
  });
}

/** Each Pod carries how often its index has failed before. */
function noteFailures(
  job: JsonObject,
  pods: readonly JsonObject[],
  index: number,
  annotations: JsonObject,
): void {
  const before = pods.filter(pod => indexOf(pod) === index && hasEnded(job, pod) && !succeeded(pod));
  const rulings = before.map(pod => ({ pod, counts: rulingOn(job, pod).counts }));
  const most = (key: string, counting: boolean) =>
    Math.max(0, ...rulings.map(({ pod, counts }) => noted(pod, key) + Number(counts === counting)));
  annotations[failuresKey] = String(most(failuresKey, true));
  const ignored = most(ignoredKey, false);
  if (ignored > 0) annotations[ignoredKey] = String(ignored);
}

function noted(pod: JsonObject, key: string): number {
  return Number(textAt(pod, 'metadata', 'annotations', key)) || 0;
}

function failuresBefore(pod: JsonObject): number {
  return noted(pod, failuresKey);
}

function addIndexVariable(container: JsonObject): void {
  const name = 'JOB_COMPLETION_INDEX';
  const variables: Json[] = listAt(container, 'env');
  if (objectsAt(container, 'env').some(variable => variable.name === name)) return;
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` };
  container.env = [...variables, { name, valueFrom: { fieldRef } }];
}

/** Let a Pod go whose end is counted, or does not count. */
export function untrack(world: World, pod: JsonObject, settled?: Settled): void {
  const { namespace, name, uid } = objectAt(pod, 'metadata');
  settled?.add(String(uid));
  const entry = world.api.store.get(podStorage, String(namespace), String(name));
  if (!entry || world.dropFinalizer(entry, tracking)) settled?.delete(String(uid));
}

/** The Pods that are counted already. */
export function settledOf(pods: readonly JsonObject[], settled: Settled): JsonObject[] {
  return pods.filter(pod => settled.has(textAt(pod, 'metadata', 'uid')));
}

/** Pods whose Job is gone wait for nobody. */
export function untrackOrphans(world: World): void {
  const { store } = world.api;
  const release = (entry: Entry) => world.aside(() => world.dropFinalizer(entry, tracking));
  store.subscribe(({ type, entry }) => {
    if (entry.resource === 'batch/jobs' && type === 'DELETED') {
      for (const pod of store.ownedBy(entry.uid)) release(pod);
    } else if (entry.resource === podStorage && entry.terminating && entry.json.includes(tracking)) {
      const owner = controllerOf(read(entry));
      const lives = store.get('batch/jobs', entry.namespace, textAt(owner, 'name'))?.uid === owner?.uid;
      if (!lives) release(entry);
    }
  });
}
