import { createHash } from 'node:crypto';
import { formatDuration, type Kustomization, names } from '@millrace/api';
import { downloadArtifact } from '@millrace/artifact';
import {
  type EventNote,
  Failed,
  NotReady,
  type Outcome,
  Stalled,
  type Visit,
  type Waiting,
} from '@millrace/controller';
import type { Json, JsonObject } from '@millrace/json';
import { type KubeObject, keyOf } from '@millrace/kube';
import { applyStage, hasDrifted } from './applier.ts';
import { describeChanges } from './change-set.ts';
import { checkHealth } from './check-health.ts';
import { requireDependencies } from './dependencies.ts';
import { withReconcile } from './history.ts';
import { entryOf, inventoryOf, missingFrom } from './inventory.ts';
import type { Memory, PendingApply } from './memory.ts';
import { prune } from './prune.ts';
import { type Deps, impersonationOf, isDue, type Run, revisionOf } from './run.ts';
import { resolveSource, type SourceState, sourceOf } from './source.ts';
import { intervalOf, requireSupported, retryIntervalOf, timeoutOf } from './spec.ts';
import { isDefinition, stagesOf } from './stages.ts';
import { type Variables, variableSources, variablesOf } from './substitution.ts';

/** Bring the cluster to what the source says, and report what was done. */
export async function reconcile(ks: Kustomization, memory: Memory, visit: Visit, on: Deps): Promise<Outcome> {
  requireSupported(ks);
  const source = resolveSource(ks, await on.sources.find(sourceOf(ks)), on.crossNamespaceRefs);
  try {
    requireDependencies(ks, source, on.find);
    const variables = await resolveVariables(ks, on);
    const key = keyOf(ks.metadata);
    const run: Run = {
      ks,
      key,
      memory,
      source,
      fingerprint: fingerprintOf(ks, source, variables),
      visit,
      on,
      now: Date.now(),
    };
    const events: EventNote[] = [];
    if (needsApply(run)) {
      const waiting = await applyAll(run, variables, events);
      if (waiting) return { ...waiting, events };
    }
    const parked = await checkHealth(run, events);
    return parked ? { ...parked, events } : finish(run, events);
  } catch (error) {
    throw failure(error, ks, memory, source);
  }
}

async function resolveVariables(ks: Kustomization, on: Deps): Promise<Variables> {
  const { namespace = '' } = ks.metadata;
  const refs = variableSources(ks).map(({ kind, name }) => ({ apiVersion: 'v1', kind, namespace, name }));
  const found = await on.references.read(keyOf(ks.metadata), 'variables', refs);
  const byName = new Map(refs.map((ref, i) => [`${ref.kind}/${ref.name}`, found[i]]));
  return variablesOf(ks, (kind, name) => byName.get(`${kind}/${name}`));
}

/** Equal inputs have equal fingerprints. */
function fingerprintOf(ks: Kustomization, source: SourceState, variables: Variables): string {
  const inputs = [
    source.artifact.digest,
    source.revision,
    ks.metadata.uid,
    ks.metadata.generation,
    variables ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('base64');
}

/** Nothing is to be built or applied while the inputs are the same, nobody asks for it and nothing has drifted. */
function needsApply({ ks, memory, fingerprint, on, now }: Run): boolean {
  const request = ks.metadata.annotations?.[names.requestedAt];
  if (memory.done?.fingerprint !== fingerprint || memory.pending) return true;
  if (request !== undefined && request !== ks.status?.lastHandledReconcileAt && request !== memory.request)
    return true;
  const due = isDue(ks, memory, now);
  return [...memory.applied].some(([id, applied]) => {
    const sight = on.owned.look(applied.ref, applied.resourceVersion);
    const drifted = hasDrifted(applied, sight) || (due && sight !== undefined && !sight.object);
    return drifted && memory.brake.wait(id, now, intervalOf(ks)) === 0;
  });
}

/** Build, apply in stages, prune. Returns what to wait for when a stage must be ready before the next. */
async function applyAll(run: Run, variables: Variables, events: EventNote[]): Promise<Waiting | undefined> {
  const { ks, memory, fingerprint } = run;
  memory.startedAt ??= run.now;
  const request = ks.metadata.annotations?.[names.requestedAt];
  const again = memory.pending?.fingerprint === fingerprint;
  const afresh = run.visit.requested && request !== memory.request;
  const pending = again
    ? memory.pending!
    : { ...(await build(run, variables)), fingerprint, changes: [], afresh };
  memory.pending = pending;
  memory.request = request;
  const inventory = pending.objects.map(entryOf);
  await recordAhead(run, inventory);
  await run.on.owned.follow(run.key, await served(run, pending.objects));
  const waiting = await applyStages(run, pending);
  if (waiting) return waiting;
  const obsolete = missingFrom(inventoryOf(ks), inventory);
  for (const { id } of missingFrom(
    [...memory.applied.keys()].map(id => ({ id, v: '' })),
    inventory,
  ))
    memory.applied.delete(id);
  if (ks.spec.prune && obsolete.length > 0)
    pending.changes.push(...(await prune(obsolete, pruneContext(run))));
  const message = describeChanges(pending.changes);
  if (message)
    events.push({ severity: 'info', reason: 'Progressing', message, metadata: revisionOf(run.source) });
  const changed = message !== '' || memory.done?.fingerprint !== fingerprint;
  memory.check = { since: Date.now(), afterChange: changed };
  memory.done = { fingerprint, digest: pending.digest };
  memory.inventory = inventory;
  memory.pending = undefined;
  return undefined;
}

async function build(
  { ks, memory, source, visit, on }: Run,
  variables: Variables,
): Promise<{ objects: KubeObject[]; digest: string }> {
  const timeout = timeoutOf(ks);
  memory.builtDigest = undefined;
  const signal = AbortSignal.any([visit.signal, AbortSignal.timeout(timeout)]);
  visit.progress(
    `Building manifests for revision ${source.revision} with a timeout of ${formatDuration(timeout)}`,
    {
      lastAttemptedRevision: source.revision,
    },
  );
  const archive = await downloadArtifact(source.artifact, signal).catch(error => {
    throw new Failed('ArtifactFailed', (error as Error).message, { cause: error });
  });
  const { digest } = source.artifact;
  const task = { archive, digest, spec: ks.spec, variables, strict: on.strictSubstitution };
  const { objects, warnings } = await on.builder.build(task, signal);
  for (const warning of warnings) visit.log.info({ revision: source.revision }, warning);
  memory.builtDigest = `sha256:${createHash('sha256').update(JSON.stringify(objects)).digest('hex')}`;
  return { objects, digest: memory.builtDigest };
}

/**
 * What is about to be applied stands in the inventory before it is: whatever happens in between, no object is left
 * that nobody remembers.
 */
async function recordAhead({ ks, source, visit }: Run, inventory: JsonEntries): Promise<void> {
  const before = inventoryOf(ks);
  const added = missingFrom(inventory, before);
  const message = `Detecting drift for revision ${source.revision} with a timeout of ${formatDuration(timeoutOf(ks))}`;
  if (added.length === 0) return visit.progress(message);
  visit.progress(message, { inventory: { entries: [...before, ...added] as unknown as Json[] } });
  await visit.settled();
}

type JsonEntries = { id: string; v: string }[];

/** The kinds of the objects that the cluster knows already; those that the objects themselves define come later. */
async function served({ on, memory }: Run, objects: KubeObject[]) {
  const refs = [
    ...objects.map(object => ({ apiVersion: object.apiVersion, kind: object.kind, name: '' })),
    ...[...memory.applied.values()].map(a => a.ref),
  ];
  const kinds = new Map(refs.map(ref => [`${ref.apiVersion}/${ref.kind}`, ref]));
  const known = await Promise.all(
    [...kinds.values()].map(ref =>
      on.client.discovery.mapping(ref.apiVersion, ref.kind).then(
        () => ref,
        () => undefined,
      ),
    ),
  );
  return known.filter(ref => ref !== undefined);
}

async function applyStages(run: Run, pending: PendingApply): Promise<Waiting | undefined> {
  const { ks, memory, on, visit, now } = run;
  const context = {
    client: on.client,
    owner: { name: ks.metadata.name, namespace: ks.metadata.namespace ?? '' },
    force: ks.spec.force ?? false,
    impersonate: impersonationOf(ks, on),
    owned: on.owned,
    afresh: pending.afresh,
    due: isDue(ks, memory, now),
    mayCorrect: (id: string) => {
      if (memory.brake.wait(id, now, intervalOf(ks)) > 0) return false;
      memory.brake.corrected(id, now);
      return true;
    },
    signal: visit.signal,
  };
  const stages = stagesOf(pending.objects);
  for (const [i, stage] of stages.entries()) {
    try {
      pending.changes.push(...(await applyStage(stage, memory.applied, context)));
    } catch (error) {
      throw withChanges(error, pending);
    }
    if (i === stages.length - 1) break;
    await on.owned.follow(run.key, await served(run, pending.objects));
    const unready = stage.filter(isDefinition).filter(object => !isCurrent(run, object));
    if (unready.length > 0) return waitForDefinitions(run, unready);
  }
  await on.owned.follow(run.key, await served(run, pending.objects));
  // What was applied afresh once must not be again when the object is woken in the middle of its health check.
  pending.afresh = false;
  return undefined;
}

function isCurrent({ memory, on }: Run, object: KubeObject): boolean {
  const applied = memory.applied.get(entryOf(object).id);
  if (!applied || applied.current) return true;
  const sight = on.owned.look(applied.ref, applied.resourceVersion);
  return sight?.object?.health.status === 'Current' && !hasDrifted(applied, sight);
}

function waitForDefinitions({ ks, memory, now }: Run, objects: KubeObject[]): Waiting {
  const left = (memory.startedAt ?? now) + timeoutOf(ks) - Date.now();
  const list = objects.map(object => `${object.kind}/${object.metadata.name}`).join(', ');
  if (left <= 0) throw new Failed('ReconciliationFailed', `timeout waiting for: [${list}]`);
  return { kind: 'waiting', message: `Waiting for ${list} to be ready`, wakeAfter: Math.min(left, 1000) };
}

function withChanges(error: unknown, { changes }: PendingApply): unknown {
  const done = describeChanges(changes);
  if (!(error instanceof Failed) || done === '') return error;
  return new Failed(error.reason, `${error.message}\n${done}`, { ...error.options, cause: error.cause });
}

function pruneContext({ key, on, ks, visit }: Run) {
  return {
    client: on.client,
    owner: key,
    owned: on.owned,
    impersonate: impersonationOf(ks, on),
    signal: visit.signal,
  };
}

/** Everything is good: say so, unless it has been said and nothing was done since. */
function finish(run: Run, events: EventNote[]): Outcome {
  const { ks, memory, source } = run;
  const requeueAfter = nextVisit(run);
  const startedAt = memory.startedAt;
  const said =
    ks.status?.lastAppliedRevision === source.revision &&
    ks.status.observedGeneration === ks.metadata.generation;
  if (startedAt === undefined && said) {
    if (isDue(ks, memory, run.now)) memory.goodAt = run.now;
    return { kind: 'unchanged', requeueAfter };
  }
  memory.startedAt = undefined;
  memory.goodAt = Date.now();
  const duration = memory.goodAt - (startedAt ?? run.now);
  const message = `Reconciliation finished in ${formatDuration(duration)}, next run in ${formatDuration(intervalOf(ks))}`;
  const reason = 'ReconciliationSucceeded';
  return {
    kind: 'ready',
    reason,
    message: `Applied revision: ${source.revision}`,
    requeueAfter,
    status: {
      ...statusOf(run, duration, reason),
      lastAppliedRevision: source.revision,
      ...(source.originRevision ? { lastAppliedOriginRevision: source.originRevision } : {}),
    },
    conditions: { Healthy: healthCondition(memory) },
    events: [...events, { severity: 'info', reason, message, metadata: revisionOf(source) }],
  };
}

/** The interval; earlier where a correction is put off because somebody keeps undoing it. */
function nextVisit({ ks, memory, now }: Run): number {
  const interval = intervalOf(ks);
  const pauses = [...memory.applied.keys()]
    .map(id => memory.brake.wait(id, now, interval))
    .filter(wait => wait > 0);
  return Math.min(interval, ...pauses);
}

function healthCondition({ check }: Memory) {
  if (check?.passedAfter === undefined) return false;
  const message = `Health check passed in ${formatDuration(check.passedAfter)}`;
  return { status: 'True' as const, reason: 'Succeeded', message };
}

function statusOf({ ks, memory, source, now }: Run, duration: number, result: string): JsonObject {
  const digest = memory.done?.digest ?? '';
  const history = withReconcile(ks.status?.history ?? [], {
    digest,
    status: result,
    duration,
    now: new Date(now),
    metadata: revisionOf(source),
  });
  return {
    lastAttemptedRevision: source.revision,
    inventory: { entries: memory.inventory as unknown as Json[] },
    history: history as unknown as Json[],
  };
}

/** What every failure of this controller has in common: the revision that it is about, and when it is tried again. */
function failure(error: unknown, ks: Kustomization, memory: Memory, source: SourceState): unknown {
  if (error instanceof NotReady || error instanceof Stalled) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const known = error instanceof Failed ? error : undefined;
  const duration = Date.now() - (memory.startedAt ?? Date.now());
  memory.startedAt = undefined;
  memory.pending = undefined;
  const message = error instanceof Error ? error.message : String(error);
  const digest = memory.builtDigest;
  const reason = known?.reason ?? 'ReconciliationFailed';
  const history = digest
    ? withReconcile(ks.status?.history ?? [], {
        digest,
        status: reason,
        duration,
        now: new Date(),
        metadata: revisionOf(source),
      })
    : undefined;
  return new Failed(reason, message, {
    ...known?.options,
    cause: error,
    retryAfter: retryIntervalOf(ks),
    metadata: revisionOf(source),
    status: {
      lastAttemptedRevision: source.revision,
      ...(history ? { history: history as unknown as Json[] } : {}),
      ...known?.options.status,
    },
  });
}
