import { createHash } from 'node:crypto';
import { type HelmRelease, helmRelease, names, parseResource } from '@millrace/api';
import {
  type Cluster,
  driftBrake,
  type HealthRules,
  healthRules,
  type IgnoreRules,
  identityOf,
  ignoreRules,
  invalidExpression,
  refOfEntry,
  remoteOf,
  secretTexts,
} from '@millrace/applier';
import { Failed, type Outcome, Parked, Stalled, type Visit } from '@millrace/controller';
import { valuesDigest } from '@millrace/helm';
import { isOlder, keyOf } from '@millrace/kube';
import { reconcileChart } from './chart-template.ts';
import { dependenciesOf, requireDependencies } from './dependencies.ts';
import type { Deps, Prepared } from './deps.ts';
import type { Memory, Running, Settled } from './memory.ts';
import { conclude, underWay } from './outcome.ts';
import { artifactOf, chartKeyOf, requireAccess, sourceOf } from './source.ts';
import { intervalOf, releaseNameOf, requireDurations, storageNamespaceOf } from './spec.ts';
import { startAttempt } from './start.ts';
import type { StoredRecord } from './stores.ts';
import { valuesOf } from './values.ts';

/** The longest between two looks at actions that go on; what they say wakes the HelmRelease before. */
const longestQuiet = 60_000;

/**
 * Bring the release to what the HelmRelease says. Actions go on outside of visits: a visit starts them, shows what they
 * say, and tells how they ended.
 */
export async function reconcile(hr: HelmRelease, memory: Memory, visit: Visit, on: Deps): Promise<Outcome> {
  const { running } = memory;
  if (running && !running.end) return lookOn(hr, memory, running, visit, on);
  if (running?.end) return tell(hr, memory, running);
  const prepared = await prepare(hr, memory, visit, on);
  const inputs = inputsOf(prepared);
  const request = requestOf(hr);
  const rest = await restFor(prepared, memory, inputs, request, on);
  if (rest > 0) return { kind: 'unchanged', requeueAfter: rest };
  memory.running = startAttempt(prepared, inputs, request, on);
  return underWay(hr, memory.running.attempt, longestQuiet);
}

/** Something newer ends the waits of what goes on. */
async function lookOn(
  hr: HelmRelease,
  memory: Memory,
  running: Running,
  visit: Visit,
  on: Deps,
): Promise<Outcome> {
  const inputs = await prepare(hr, memory, visit, on).then(inputsOf, error => {
    visit.signal.throwIfAborted();
    if (error instanceof Failed || error instanceof Parked) return running.inputs;
    throw error;
  });
  if (inputs !== running.inputs && !running.interrupt.signal.aborted)
    running.interrupt.abort(new Error('New reconciliation triggered'));
  return underWay(hr, running.attempt, longestQuiet);
}

async function tell(hr: HelmRelease, memory: Memory, running: Running): Promise<Outcome> {
  memory.running = undefined;
  const { attempt, end, inputs, request } = running;
  if (running.interrupt.signal.aborted) {
    attempt.mark('Ready', 'False', 'HealthCheckCanceled', 'New reconciliation triggered');
    attempt.note('info', 'HealthCheckCanceled', 'Health checks canceled due to new reconciliation');
    return underWay(hr, attempt, 0);
  }
  const { record, objects } = running;
  if (attempt.hasDrifted) (memory.brake ??= driftBrake()).corrected(keyOf(hr.metadata), Date.now());
  memory.settled = end?.kind === 'done' ? { inputs, request, at: Date.now(), record, objects } : undefined;
  const { settled, cluster } = memory;
  // From now on a change shows; the first lists may take a moment, and wake us when they are there.
  if (settled?.objects && cluster)
    await followObjects(attempt.status, keyOf(hr.metadata), cluster).catch(error => {
      if (!(error instanceof Parked)) throw error;
    });
  return conclude(hr, attempt, end!);
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
  const { settled } = memory;
  if (settled?.inputs !== inputs || settled.request !== request) return 0;
  const stored = on.stores.newest(cluster, storageNamespaceOf(hr), releaseNameOf(hr));
  if (stored !== 'unknown' && isAnother(stored, settled.record)) return 0;
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

function isAnother(stored: StoredRecord | undefined, left: StoredRecord | undefined): boolean {
  if (!stored || !left) return stored !== left;
  // The watch may still show what was before our own write.
  return (
    stored.resourceVersion !== left.resourceVersion && !isOlder(stored.resourceVersion, left.resourceVersion)
  );
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
  await bringChart(hr, visit, on);
  await awaitDependencies(hr, memory, on);
  requireAccess(hr, on);
  const source = await on.sources.find(sourceOf(hr), key);
  const artifact = artifactOf(hr, source, on.recheckAfter);
  const { values, secrets } = await valuesOf(hr, on.home);
  visit.discretion.keep(() => secretTexts(secrets));
  const cluster = on.clusters.reach(key, await remoteOf(hr, visit, on));
  return { hr, key, artifact, values, cluster, health, ignore };
}

async function bringChart(hr: HelmRelease, visit: Visit, on: Deps): Promise<void> {
  if (!hr.spec.chart && !hr.status?.helmChart) return;
  if (hr.spec.chart && !hr.spec.chartRef) requireAccess(hr, on);
  const key = hr.spec.chart ? chartKeyOf(hr) : undefined;
  const current = key
    ? await on.sources.find(sourceOf(hr), keyOf(hr.metadata)).catch(error => {
        if (error instanceof Parked) throw error;
        throw new Failed('ArtifactFailed', `could not get Source object: ${(error as Error).message}`);
      })
    : undefined;
  const helmChart = await reconcileChart(hr, current, on.clusters.home.client, visit.signal);
  if (helmChart !== hr.status?.helmChart)
    visit.progress('Fulfilling prerequisites', { helmChart: helmChart ?? null });
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

function ignoreRulesOf({ spec }: HelmRelease, memory: Memory): IgnoreRules | undefined {
  const rules = spec.driftDetection?.ignore ?? [];
  if (rules.length === 0) return undefined;
  const text = JSON.stringify(rules);
  if (memory.ignoreRules?.text === text) return memory.ignoreRules.rules;
  try {
    memory.ignoreRules = { text, rules: ignoreRules(rules) };
    return memory.ignoreRules.rules;
  } catch (error) {
    throw new Failed('StateError', `Could not determine release state: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
