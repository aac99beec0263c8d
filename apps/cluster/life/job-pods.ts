import type { Json, JsonObject } from '@millrace/json';
import { childOf, listAt, numberAt, objectsAt, textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import { formatIndexes, parseIndexes } from './indexes.ts';
import { controllerOf } from './owners.ts';
import { isActive, podFrom } from './pod-control.ts';
import { rulingOn } from './pod-failure-policy.ts';
import type { World } from './world.ts';

export const podStorage = '/pods';
/** Keeps a Pod from going before its end is counted. */
export const tracking = 'batch.kubernetes.io/job-tracking';
const indexKey = 'batch.kubernetes.io/job-completion-index';

/** The Pods of a Job and what they add up to. */
export interface JobPods {
  readonly active: readonly JsonObject[];
  readonly terminating: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Why one of those that failed is enough for the Job to fail. */
  readonly fatal?: string;
  /** Of an indexed Job. */
  readonly completedIndexes?: ReadonlySet<number>;
  /** Those that have ended, are counted here, and are in no status yet. */
  readonly ended: readonly JsonObject[];
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers */
export function countPods(job: JsonObject, pods: readonly JsonObject[]): JobPods {
  const ended = pods.filter(pod => isTracked(pod) && !isActive(pod));
  const fine = ended.filter(succeeded);
  const rulings = ended.filter(pod => !succeeded(pod)).map(pod => rulingOn(job, pod));
  const fatal = rulings.find(({ fails }) => fails !== undefined)?.fails;
  const counts = {
    active: pods.filter(isActive),
    terminating: pods.filter(isStopping).length,
    failed: (numberAt(job, 'status', 'failed') ?? 0) + rulings.filter(({ counts }) => counts).length,
    ended,
    ...(fatal && { fatal }),
  };
  if (!isIndexed(job))
    return { ...counts, succeeded: (numberAt(job, 'status', 'succeeded') ?? 0) + fine.length };
  const completions = numberAt(job, 'spec', 'completions') ?? 0;
  const completedIndexes = parseIndexes(textAt(job, 'status', 'completedIndexes'));
  for (const pod of fine) if (indexOf(pod) < completions) completedIndexes.add(indexOf(pod));
  return { ...counts, succeeded: completedIndexes.size, completedIndexes };
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

export function indexesText(counted: JobPods): string | undefined {
  return counted.completedIndexes && (formatIndexes(counted.completedIndexes) || undefined);
}

export function isIndexed(job: JsonObject): boolean {
  return textAt(job, 'spec', 'completionMode') === 'Indexed';
}

function indexOf(pod: JsonObject): number {
  return Number(textAt(pod, 'metadata', 'annotations', indexKey) || -1);
}

/** The Pods that a Job lacks, given how many are to run at once; each index of an indexed Job runs once. */
export function missingPods(job: JsonObject, counted: JobPods, wanted: number): JsonObject[] {
  const count = Math.max(0, wanted - counted.active.length);
  if (!counted.completedIndexes) return Array.from({ length: count }, () => podOf(job));
  const running = new Set(counted.active.map(indexOf));
  const missing: JsonObject[] = [];
  const completions = numberAt(job, 'spec', 'completions') ?? 0;
  for (let index = 0; index < completions && missing.length < count; index++)
    if (!running.has(index) && !counted.completedIndexes.has(index)) missing.push(podOf(job, index));
  return missing;
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode */
function podOf(job: JsonObject, index?: number): JsonObject {
  return podFrom(job, '', pod => {
    const metadata = childOf(pod, 'metadata');
    metadata.finalizers = [...listAt(metadata, 'finalizers'), tracking];
    if (index === undefined) return;
    const name = textAt(job, 'metadata', 'name');
    metadata.generateName = `${name}-${index}-`;
    for (const kind of ['labels', 'annotations']) childOf(metadata, kind)[indexKey] = String(index);
    const spec = childOf(pod, 'spec');
    spec.hostname = `${name}-${index}`;
    for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')])
      addIndexVariable(container);
  });
}

function addIndexVariable(container: JsonObject): void {
  const name = 'JOB_COMPLETION_INDEX';
  const variables: Json[] = listAt(container, 'env');
  if (objectsAt(container, 'env').some(variable => variable.name === name)) return;
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` };
  container.env = [...variables, { name, valueFrom: { fieldRef } }];
}

/** Let a Pod go whose end is counted, or does not count. */
export function untrack(world: World, pod: JsonObject): void {
  const entry = world.api.store.get(
    podStorage,
    textAt(pod, 'metadata', 'namespace'),
    textAt(pod, 'metadata', 'name'),
  );
  if (entry) world.dropFinalizer(entry, tracking);
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
