import { formatDuration, names } from '@millrace/api';
import {
  allTexts,
  applyStage,
  describeAll,
  describeChanges,
  entryOf,
  hasDrifted,
  type InventoryEntry,
  identityOf,
  inScope,
  inventoryOf,
  missingFrom,
  normalised,
  PruneFailed,
  prune,
  publicNames,
  secretTexts,
  stagesOf,
} from '@millrace/applier';
import { artifactTree, type SharedTree } from '@millrace/artifact';
import { type EventNote, Failed, timeoutSignal, type Waiting } from '@millrace/controller';
import { display, type KubeObject, keyOf, refOf } from '@millrace/kube';
import type { Built } from './build.ts';
import { newCheck } from './check-health.ts';
import { KeysWanted } from './decryption/keys.ts';
import type { PendingApply } from './memory.ts';
import { lossOf, withTextLabels } from './odd-metadata.ts';
import { openArtifact } from './open-artifact.ts';
import { PathNotFound, requireFolder } from './overlay.ts';
import { begin, isDue, progress, type Run, revisionOf } from './run.ts';
import { buildingOf, intervalOf, timeoutOf } from './spec.ts';

/** Build, apply in stages, prune. Returns what to wait for when a stage must be ready before the next. */
export async function applyAll(run: Run, events: EventNote[]): Promise<Waiting | undefined> {
  const { ks, memory, fingerprint } = run;
  begin(run);
  const request = ks.metadata.annotations?.[names.requestedAt];
  const again = memory.pending?.fingerprint === fingerprint;
  const afresh = run.visit.requested && request !== memory.request;
  const pending = again ? memory.pending! : { ...(await build(run)), fingerprint, changes: [], afresh };
  memory.pending = pending;
  run.visit.discretion.keep(() => secretTexts(pending.objects));
  run.visit.discretion.keep(() => allTexts(pending.confidential));
  run.visit.discretion.allow(() => publicNames([ks, ...pending.objects]));
  memory.request = request;
  progress(run, detecting(run));
  if (run.badRules) throw run.badRules;
  requireDecrypted(pending.objects);
  await run.cluster.owned.follow(run.key, await served(run, pending.objects));
  const waiting = await applyStages(run, pending);
  if (waiting) return waiting;
  const inventory = pending.objects.map(entryOf);
  const obsolete = missingFrom(inventoryOf(ks), inventory);
  for (const { id } of missingFrom(
    [...memory.applied.keys()].map(id => ({ id, v: '' })),
    inventory,
  ))
    memory.applied.delete(id);
  const drifted = tell(describeChanges(pending.changes), run, events);
  pending.changes = [];
  if (ks.spec.prune && obsolete.length > 0) await pruneObsolete(run, pending, inventory, obsolete);
  tell(describeAll(pending.changes), run, events);
  memory.check = newCheck(run, drifted);
  memory.done = { fingerprint, digest: pending.digest };
  memory.inventory = inventory;
  memory.pending = undefined;
  return undefined;
}

/** One event for what was applied and one for what was pruned, as Flux tells it. Returns whether there was anything. */
function tell(message: string, { memory, source }: Run, events: EventNote[]): boolean {
  if (message === '') return false;
  memory.changed = true;
  events.push({ severity: 'info', reason: 'Progressing', message, metadata: revisionOf(source) });
  return true;
}

async function build(run: Run): Promise<Omit<Built, 'warnings'>> {
  const { ks, key, memory, source, variables, decryption, visit, on } = run;
  memory.dataKeys.requireRest();
  const timeout = timeoutOf(ks);
  memory.builtDigest = undefined;
  const signal = AbortSignal.any([visit.signal, timeoutSignal(timeout)]);
  const tree = await openArtifact(run, signal);
  requirePath(tree, ks.spec.path);
  progress(run, buildingOf(ks, source), { lastAttemptedRevision: source.revision });
  const strict = on.strictSubstitution;
  const task = { tree, spec: ks.spec, variables, strict, decryption: decryption?.keys };
  const request = { group: ks.metadata.namespace ?? '', timeout, signal };
  const {
    objects: built,
    confidential,
    digest,
    warnings,
  } = await on.builder.build(task, request).catch(error => {
    if (!(error instanceof KeysWanted) || !decryption) throw error;
    return memory.dataKeys.ask(error.keys, decryption.services, () => on.wake(key));
  });
  const objects = built.map(withTextLabels).map(normalised);
  const losses = built.map(lossOf).filter(loss => loss !== undefined);
  for (const warning of [...warnings, ...losses, ...upgrades(built, objects)])
    visit.mention(warning, { revision: source.revision });
  memory.builtDigest = digest;
  return { objects, confidential, digest };
}

/** What is there and cannot be built fails in the build. */
function requirePath(tree: SharedTree, path: string | undefined): void {
  try {
    requireFolder(artifactTree(tree), path);
  } catch (cause) {
    if (cause instanceof PathNotFound) throw new Failed('ArtifactFailed', cause.message, { cause });
  }
}

/** As an applier sees it that has no keys: such a Secret would reach the cluster without its values. */
function requireDecrypted(objects: KubeObject[]): void {
  const found = objects.find(
    object =>
      object.kind === 'Secret' &&
      object.apiVersion === 'v1' &&
      'sops' in object &&
      object.metadata.annotations?.['kustomize.toolkit.fluxcd.io/decrypt']?.toLowerCase() !== 'disabled',
  );
  if (found)
    throw new Failed(
      'ReconciliationFailed',
      `${display(refOf(found))} is SOPS encrypted, configuring decryption is required for this secret to be reconciled`,
    );
}

/** How long a stage that the next one needs may take to be ready (fluxcd/pkg, ssa). */
const stagePatience = 60_000;

/** What is written in a former version of our kinds. */
function upgrades(built: KubeObject[], objects: KubeObject[]): string[] {
  return built.flatMap(({ apiVersion, kind, metadata }, i) =>
    apiVersion === objects[i]!.apiVersion
      ? []
      : `${kind}/${keyOf(metadata)} is applied as ${objects[i]!.apiVersion}: ${apiVersion} is deprecated`,
  );
}

/**
 * What is about to be applied stands in the inventory before it is: whatever happens in between, no object is left
 * that nobody remembers.
 */
async function recordAhead(run: Run, entries: InventoryEntry[], recorded: InventoryEntry[]): Promise<void> {
  const added = missingFrom(entries, recorded);
  if (added.length === 0) return;
  recorded.push(...added);
  run.visit.progress(detecting(run), { inventory: { entries: [...recorded] } });
  await run.visit.settled();
}

function detecting({ ks, source }: Run): string {
  return `Detecting drift for revision ${source.revision} with a timeout of ${formatDuration(timeoutOf(ks))}`;
}

/** One object for each kind and namespace. Kinds that the objects themselves define come later. */
async function served({ cluster, memory }: Run, objects: KubeObject[]) {
  const refs = [...objects.map(refOf), ...[...memory.applied.values()].map(a => a.ref)];
  const places = new Map(refs.map(ref => [`${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ''}`, ref]));
  const known = await Promise.all(
    [...places.values()].map(ref =>
      cluster.client.discovery.mapping(ref.apiVersion, ref.kind).then(
        () => ref,
        () => undefined,
      ),
    ),
  );
  return known.filter(ref => ref !== undefined);
}

async function applyStages(run: Run, pending: PendingApply): Promise<Waiting | undefined> {
  const { ks, memory, cluster, on, visit, now } = run;
  const recorded = [...inventoryOf(ks)];
  const context = {
    beforeWriting: (entries: InventoryEntry[]) => recordAhead(run, entries, recorded),
    client: cluster.client,
    manager: on.manager,
    owner: { name: ks.metadata.name, namespace: ks.metadata.namespace ?? '' },
    force: ks.spec.force ?? false,
    concurrency: on.applyConcurrency,
    migrateVersions: on.migrateVersions,
    rules: run.rules,
    as: identityOf(ks, on),
    owned: cluster.owned,
    afresh: pending.afresh,
    due: isDue(ks, memory, now),
    mayCorrect: (id: string) => {
      if (memory.brake.wait(id, now, intervalOf(ks)) > 0) return false;
      memory.brake.corrected(id, now);
      return true;
    },
    warn: (message: string) => visit.mention(message, { revision: run.source.revision }),
    signal: visit.signal,
  };
  const stages = stagesOf(pending.objects, on.earlyKinds);
  for (const [i, stage] of stages.entries()) {
    try {
      stage.objects = await inScope(stage.objects, on.client.discovery);
      pending.changes.push(...(await applyStage(stage.objects, memory.applied, context)));
    } catch (error) {
      throw withChanges(error, pending);
    }
    if (i === stages.length - 1) break;
    await cluster.owned.follow(run.key, await served(run, pending.objects));
    const unready = stage.isAwaited ? stage.objects.filter(object => !isCurrent(run, object)) : [];
    if (unready.length > 0) return waitForStage(run, unready);
  }
  await cluster.owned.follow(run.key, await served(run, pending.objects));
  pending.objects = stages.flatMap(({ objects }) => objects);
  // What was applied afresh once must not be again when the object is woken in the middle of its health check.
  pending.afresh = false;
  return undefined;
}

function isCurrent({ memory, cluster }: Run, object: KubeObject): boolean {
  const applied = memory.applied.get(entryOf(object).id);
  if (!applied || applied.current) return true;
  const sight = cluster.owned.look(applied.ref, applied.resourceVersion);
  return sight?.object?.health.status === 'Current' && !hasDrifted(applied, sight);
}

function waitForStage({ memory, now, cluster }: Run, objects: KubeObject[]): Waiting {
  const left = (memory.startedAt ?? now) + stagePatience - Date.now();
  const refs = objects.map(refOf);
  const list = refs.map(display).join(', ');
  if (left <= 0) {
    const statuses = refs.map(
      ref => `${display(ref)} status: '${cluster.owned.look(ref, '')?.object?.health.status ?? 'Unknown'}'`,
    );
    throw new Failed('ReconciliationFailed', `timeout waiting for: [${statuses.join(', ')}]`);
  }
  return { kind: 'waiting', message: `Waiting for ${list} to be ready`, wakeAfter: Math.min(left, 1000) };
}

function withChanges(error: unknown, { changes }: PendingApply): unknown {
  const done = describeChanges(changes);
  if (!(error instanceof Failed) || done === '') return error;
  return new Failed(error.reason, `${error.message}\n${done}`, { ...error.options, cause: error.cause });
}

/** Objects that could not be deleted stay in the inventory, and are tried again. */
async function pruneObsolete(
  run: Run,
  pending: PendingApply,
  inventory: InventoryEntry[],
  obsolete: InventoryEntry[],
): Promise<void> {
  const { key: owner, cluster, on, ks, visit } = run;
  const { client, owned } = cluster;
  const { manager } = on;
  const context = { client, manager, owned, owner, as: identityOf(ks, on), signal: visit.signal };
  try {
    pending.changes.push(...(await prune(obsolete, context)));
  } catch (error) {
    if (!(error instanceof PruneFailed)) throw error;
    const entries = [...inventory, ...error.survivors];
    throw new Failed(error.reason, error.message, { cause: error, status: { inventory: { entries } } });
  }
}
