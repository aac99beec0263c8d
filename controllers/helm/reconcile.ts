import { createHash } from 'node:crypto';
import { type HelmRelease, helmRelease, names, parseResource } from '@millrace/api';
import {
  type Cluster,
  driftBrake,
  type HealthRules,
  healthRules,
  identityOf,
  ignoreRules,
  invalidExpression,
  refOfEntry,
  remoteOf,
  secretTexts,
} from '@millrace/applier';
import type { ArtifactUnavailable } from '@millrace/artifact';
import {
  actOn,
  type EventNote,
  Failed,
  type Outcome,
  Parked,
  Stalled,
  type Visit,
} from '@millrace/controller';
import { valuesDigest } from '@millrace/helm';
import { isOlder, type KubeObject, keyOf } from '@millrace/kube';
import type { Attempt } from './attempt.ts';
import { reconcileChart } from './chart-template.ts';
import { dependenciesOf, requireDependencies } from './dependencies.ts';
import type { Deps, Prepared } from './deps.ts';
import type { DriftRules } from './drift.ts';
import type { Memory, Running, Settled } from './memory.ts';
import { conclude, failedWith, prerequisites, underWay, unprepared, unreachable } from './outcome.ts';
import { artifactOf, chartKeyOf, requireAccess, sourceOf } from './source.ts';
import { intervalOf, releaseNameOf, requireDurations, storageNamespaceOf } from './spec.ts';
import { startAttempt } from './start.ts';
import { isAnother } from './stores.ts';
import { valuesOf } from './values.ts';

/** Milliseconds until an artifact is asked for again, and the longest: Flux's fetcher has the same limit. */
const firstWait = 500;
const longestWait = 30_000;

/** The longest between two looks at actions that go on; what they say wakes the HelmRelease before. */
const longestQuiet = 60_000;

/**
 * Bring the release to what the HelmRelease says. Actions go on outside of visits: a visit starts them, shows what they
 * say, and tells how they ended.
 */
export async function reconcile(hr: HelmRelease, memory: Memory, visit: Visit, on: Deps): Promise<Outcome> {
  try {
    return withNotes(await lookAfter(hr, memory, visit, on), memory);
  } catch (error) {
    throw error instanceof Failed ? failedWith(error, takeNotes(memory)) : error;
  }
}

async function lookAfter(hr: HelmRelease, memory: Memory, visit: Visit, on: Deps): Promise<Outcome> {
  const { running } = memory;
  if (running && hr.spec.suspend) return seeThrough(hr, memory, running);
  if (running && !running.end) return lookOn(hr, memory, running, visit, on);
  if (running?.end) return tell(hr, memory, running, visit, on);
  const prepared = await prepare(hr, memory, visit, on).catch(error => {
    throw error instanceof Failed ? unprepared(error) : error;
  });
  const inputs = inputsOf(prepared);
  const request = requestOf(hr);
  // Flux ends here with a terminal error: only what is wanted may change that, not what happens to the objects.
  if (memory.stalled?.inputs === inputs && memory.stalled.request === request) return { kind: 'unchanged' };
  const rest = await restFor(prepared, memory, inputs, request, on);
  if (rest > 0) return { kind: 'unchanged', requeueAfter: rest };
  actOn(prepared.artifact.revision);
  memory.running = startAttempt(prepared, inputs, request, on);
  return underWay(hr, memory.running.attempt, longestQuiet);
}

/** What is to be told of the HelmChart goes along with what is said next. */
function takeNotes(memory: Memory): EventNote[] {
  const notes = memory.notes ?? [];
  memory.notes = [];
  return notes;
}

function withNotes(outcome: Outcome, memory: Memory): Outcome {
  if (outcome.kind === 'unchanged') return outcome;
  return { ...outcome, events: [...takeNotes(memory), ...(outcome.events ?? [])] };
}

/** What was begun before the HelmRelease was suspended comes to its end, as in Flux, and nothing follows. */
function seeThrough(hr: HelmRelease, memory: Memory, running: Running): Outcome {
  const { attempt, end } = running;
  if (!end) return underWay(hr, attempt, longestQuiet);
  leave(memory, running);
  memory.settled = undefined;
  if (end.kind === 'unavailable') return { kind: 'unchanged' };
  return conclude(hr, attempt, end);
}

/** Something newer ends the waits of what goes on. */
async function lookOn(
  hr: HelmRelease,
  memory: Memory,
  running: Running,
  visit: Visit,
  on: Deps,
): Promise<Outcome> {
  const now = await preparedNow(hr, memory, visit, on);
  if (now && inputsOf(now) !== running.inputs && !running.interrupt.signal.aborted)
    running.interrupt.abort(new Error(`New reconciliation triggered by ${triggerOf(now, running)}`));
  return underWay(hr, running.attempt, longestQuiet);
}

/** What there is now; undefined where that cannot be told at the moment. */
async function preparedNow(
  hr: HelmRelease,
  memory: Memory,
  visit: Visit,
  on: Deps,
): Promise<Prepared | undefined> {
  try {
    return await prepare(hr, memory, visit, on);
  } catch (error) {
    visit.signal.throwIfAborted();
    visit.log.debug({ error }, 'what is wanted cannot be told while the release is worked on');
    return undefined;
  }
}

/** What is another than it was. */
function triggerOf({ hr, key, artifact }: Prepared, { attempt, revision }: Running): string {
  const source = sourceOf(hr);
  const isSource =
    hr.metadata.generation === attempt.hr.metadata.generation && artifact.revision !== revision;
  return isSource ? `${source.kind}/${source.key}` : `HelmRelease/${key}`;
}

async function tell(
  hr: HelmRelease,
  memory: Memory,
  running: Running,
  visit: Visit,
  on: Deps,
): Promise<Outcome> {
  const { attempt, end, inputs, request } = running;
  const now = await preparedNow(hr, memory, visit, on);
  leave(memory, running);
  if (end?.kind === 'unavailable') return awaitArtifact(hr, memory, attempt, end.error, on);
  memory.fetchFailures = 0;
  if (running.interrupt.signal.aborted) {
    if (running.wasCut) noteCut(attempt, running.interrupt.signal);
    return underWay(hr, attempt, 0);
  }
  const { objects } = running;
  if (attempt.hasDrifted) (memory.brake ??= driftBrake()).corrected(keyOf(hr.metadata), Date.now());
  memory.settled = end?.kind === 'done' ? { inputs, request, at: Date.now(), objects } : undefined;
  memory.stalled = end?.kind === 'stalled' ? { inputs, request } : undefined;
  // What has come since the attempt began is not answered by it, and may have woken us in one with its end.
  const isNewer = hr.metadata.generation !== attempt.hr.metadata.generation || requestOf(hr) !== request;
  if (isNewer || (now && inputsOf(now) !== inputs)) return underWay(hr, attempt, 0);
  if (await isDisturbed(hr, attempt, memory, on)) on.wake(keyOf(hr.metadata));
  return conclude(hr, attempt, end!);
}

function leave(memory: Memory, { record }: Running): void {
  memory.running = undefined;
  memory.record = record;
}

function noteCut(attempt: Attempt, { reason }: AbortSignal): void {
  const { message } = reason as Error;
  attempt.mark('Ready', 'False', 'HealthCheckCanceled', message);
  attempt.note('info', 'HealthCheckCanceled', `Health checks canceled due to ${message.replace(/^N/, 'n')}`);
}

/** The server of artifacts may be starting, or have moved, which the source will tell: for a while nothing is said. */
function awaitArtifact(
  hr: HelmRelease,
  memory: Memory,
  attempt: Attempt,
  error: ArtifactUnavailable,
  on: Deps,
): Outcome {
  const failures = (memory.fetchFailures ?? 0) + 1;
  memory.fetchFailures = failures;
  if (failures <= on.fetchRetries)
    throw new Parked(error.message, Math.min(firstWait * 2 ** (failures - 1), longestWait));
  memory.fetchFailures = 0;
  attempt.mark('Ready', 'False', 'ArtifactFailed', `Could not load chart: ${error.message}`);
  attempt.note('error', 'ArtifactFailed', error.message);
  return conclude(hr, attempt, { kind: 'failed', error });
}

/** Whether somebody has changed what the attempt has left before anybody looked out for it. */
async function isDisturbed(hr: HelmRelease, { status }: Attempt, memory: Memory, on: Deps): Promise<boolean> {
  const { settled, cluster, record } = memory;
  if (!settled || !cluster) return false;
  const stored = on.stores.newest(cluster, storageNamespaceOf(hr), releaseNameOf(hr));
  if (stored !== 'unknown' && isAnother(stored, record)) return true;
  if (!settled.objects) return false;
  // The first lists may take a moment, and wake us when they are there.
  const watched = await followObjects(status, keyOf(hr.metadata), cluster).catch(error => {
    if (error instanceof Parked) return false;
    throw error;
  });
  return watched && hasChanged(settled.objects, cluster);
}

/**
 * Milliseconds for which nothing is to be done: the inputs are the same, and the watches show the release as it was
 * left. What they cannot show is looked at when the interval has passed.
 */
async function restFor(
  { hr, key, cluster }: Prepared,
  memory: Memory,
  inputs: string,
  request: string,
  on: Deps,
): Promise<number> {
  on.stores.follow(cluster);
  memory.cluster = cluster;
  const { settled, record } = memory;
  if (settled?.inputs !== inputs || settled.request !== request) return 0;
  const stored = on.stores.newest(cluster, storageNamespaceOf(hr), releaseNameOf(hr));
  if (stored !== 'unknown' && isAnother(stored, record)) return 0;
  const watched = settled.objects ? await followObjects(hr.status, key, cluster) : true;
  if (settled.objects && watched && hasChanged(settled.objects, cluster))
    return memory.brake?.wait(key, Date.now(), intervalOf(hr)) ?? 0;
  const left = untilDue(hr, settled);
  if (left > 0) return left;
  if (stored === 'unknown' || !watched) return 0;
  settled.at = Date.now();
  return intervalOf(hr);
}

/** Milliseconds; the queue comes a little early now and then. */
function untilDue(hr: HelmRelease, { at }: Settled): number {
  const left = at + intervalOf(hr) - Date.now();
  return left > intervalOf(hr) * 0.1 ? left : 0;
}

/** Whether the objects are watched; those of kinds that may not be listed are not. */
async function followObjects(
  status: HelmRelease['status'],
  key: string,
  { owned }: Cluster,
): Promise<boolean> {
  const refs = (status?.inventory?.entries ?? []).map(refOfEntry).filter(ref => ref !== undefined);
  try {
    await owned.follow(key, refs);
    return true;
  } catch (error) {
    if (error instanceof Parked) throw error;
    return false;
  }
}

function hasChanged(objects: NonNullable<Settled['objects']>, { owned }: Cluster): boolean {
  return [...objects].some(([id, { content, resourceVersion }]) => {
    const sight = owned.look(refOfEntry({ id, v: 'v1' })!, resourceVersion);
    if (!sight) return false;
    return sight.object?.content !== content && sight.object?.resourceVersion !== resourceVersion;
  });
}

function requestOf({ metadata: { annotations } }: HelmRelease): string {
  return annotations?.[names.requestedAt] ?? '';
}

function inputsOf({ hr, artifact, values, cluster, health, ignore }: Prepared): string {
  const parts = [
    hr.metadata.uid,
    hr.metadata.generation,
    artifact.digest,
    artifact.revision,
    valuesDigest(values),
    cluster.client.connection.server,
    health?.name ?? null,
    ignore?.name ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}

/** All that the spec names. Throws Parked while it is being looked for. */
async function prepare(hr: HelmRelease, memory: Memory, visit: Visit, on: Deps): Promise<Prepared> {
  const key = keyOf(hr.metadata);
  requireDurations(hr);
  identityOf(hr, on); // a name that is nobody's is told before anything is done
  const health = healthRulesOf(hr, memory);
  const ignore = ignoreRulesOf(hr, memory);
  const written = await bringChart(hr, memory, visit, on);
  await awaitDependencies(hr, memory, on);
  requireAccess(hr, on);
  const source = newer(await on.sources.find(sourceOf(hr), key), written);
  memory.awaitsSource = true;
  const artifact = artifactOf(hr, source, on.recheckAfter);
  memory.awaitsSource = false;
  const { values, secrets } = await valuesOf(hr, on.home);
  visit.discretion.keep(() => secretTexts(secrets));
  const cluster = await reach(hr, key, visit, on);
  return { hr, key, artifact, values, cluster, health, ignore };
}

async function reach(hr: HelmRelease, key: string, visit: Visit, on: Deps): Promise<Cluster> {
  try {
    return on.clusters.reach(key, await remoteOf(hr, visit, on));
  } catch (error) {
    if (error instanceof Failed) throw unreachable(error, hr.spec.kubeConfig?.secretRef?.key);
    throw error;
  }
}

/** The watch may still show the HelmChart as it was before our own write. */
function newer(seen: KubeObject | undefined, written: KubeObject | undefined): KubeObject | undefined {
  if (!seen || !written) return seen ?? written;
  return isOlder(seen.metadata.resourceVersion, written.metadata.resourceVersion) ? written : seen;
}

/** @returns the HelmChart, where it was written */
async function bringChart(
  hr: HelmRelease,
  memory: Memory,
  visit: Visit,
  on: Deps,
): Promise<KubeObject | undefined> {
  if (!hr.spec.chart && !hr.status?.helmChart) return undefined;
  if (hr.spec.chart && !hr.spec.chartRef) requireAccess(hr, on);
  const key = hr.spec.chart ? chartKeyOf(hr) : undefined;
  const current = key
    ? await on.sources.find(sourceOf(hr), keyOf(hr.metadata)).catch(error => {
        if (error instanceof Parked) throw error;
        throw new Failed('ArtifactFailed', `could not get Source object: ${(error as Error).message}`);
      })
    : undefined;
  const chart = await reconcileChart(hr, current, on.clusters.home.client, visit.signal);
  memory.notes = [...(memory.notes ?? []), ...chart.events];
  if (chart.key !== hr.status?.helmChart) visit.progress(prerequisites, { helmChart: chart.key ?? null });
  return chart.written;
}

/** What a dependency does wakes only those that it can help. */
async function awaitDependencies(hr: HelmRelease, memory: Memory, on: Deps): Promise<void> {
  memory.awaitsDependency = true;
  try {
    requireDependencies(hr, { ...on, find: await dependencyFinder(hr, on) });
    memory.awaitsDependency = false;
  } catch (error) {
    if (error instanceof Stalled) memory.awaitsDependency = false;
    throw error;
  }
}

/** Dependencies that this process does not look after are followed one by one. */
async function dependencyFinder(hr: HelmRelease, on: Deps): Promise<Deps['find']> {
  const { apiVersion, kind } = hr;
  const elsewhere = [...new Set(dependenciesOf(hr))].filter(key => !on.find(key));
  const refs = elsewhere.map(key => {
    const [namespace = '', name = ''] = key.split('/');
    return { apiVersion, kind, namespace, name };
  });
  const found = await on.home.read(keyOf(hr.metadata), 'dependencies', refs);
  const others = new Map(elsewhere.map((key, i) => [key, found[i]]));
  return key => {
    const other = others.get(key);
    return on.find(key) ?? (other && parseResource(helmRelease, other));
  };
}

function healthRulesOf({ spec }: HelmRelease, memory: Memory): HealthRules | undefined {
  const expressions = spec.healthCheckExprs ?? [];
  if (expressions.length === 0) return undefined;
  const text = JSON.stringify(expressions);
  if (memory.healthRules?.text === text) return memory.healthRules.rules;
  try {
    memory.healthRules = { text, rules: healthRules(expressions) };
    return memory.healthRules.rules;
  } catch (error) {
    throw invalidExpression((error as Error).message, error);
  }
}

/** What others may change; an Error, which is to be told when drift is looked for, where a target is none. */
function ignoreRulesOf({ spec }: HelmRelease, memory: Memory): DriftRules['ignore'] {
  const rules = spec.driftDetection?.ignore ?? [];
  if (rules.length === 0) return undefined;
  const text = JSON.stringify(rules);
  if (memory.ignoreRules?.text === text) return memory.ignoreRules.rules;
  try {
    memory.ignoreRules = { text, rules: ignoreRules(rules) };
    return memory.ignoreRules.rules;
  } catch (error) {
    return error as Error;
  }
}
