import { createHash } from 'node:crypto';
import { type Kustomization, kustomization, names, parseResource } from '@millrace/api';
import { type HealthRules, identityOf, isAmiss, remoteOf, secretTexts } from '@millrace/applier';
import { actOn, Failed, type Outcome, Parked, Stalled, type Visit } from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import { applyAll } from './apply-all.ts';
import { checkHealth } from './check-health.ts';
import { type Decryption, decryptionOf, requireIdentityAllowed } from './decryption/decryption.ts';
import { dependenciesOf, requireDependencies } from './dependencies.ts';
import { forgetCluster, type Memory } from './memory.ts';
import { healthRulesOf, ignoreRulesOf } from './owner-rules.ts';
import { failure, finish } from './report.ts';
import { type Deps, isDue, type Run } from './run.ts';
import { requireAccess, resolveSource, type SourceState, sourceOf } from './source.ts';
import { buildingOf, intervalOf, requireDurations } from './spec.ts';
import { type Variables, variableSources, variablesOf } from './substitution.ts';

/** Bring the cluster to what the source says, and report what was done. */
export async function reconcile(ks: Kustomization, memory: Memory, visit: Visit, on: Deps): Promise<Outcome> {
  requireDurations(ks);
  identityOf(ks, on); // a name that is nobody's is told before anything is done
  const health = healthRulesOf(ks, memory);
  requireIdentityAllowed(ks, on.decryption);
  requireAccess(ks, on);
  const source = resolveSource(ks, await on.sources.find(sourceOf(ks), keyOf(ks.metadata)), on);
  const events = memory.untold?.splice(0) ?? [];
  try {
    await awaitDependencies(ks, source, memory, on);
    const run = await prepared(ks, source, health, memory, visit, on);
    if (needsApply(run)) {
      const waiting = await applyAll(run, events);
      if (waiting) return { ...waiting, events };
    }
    const parked = await checkHealth(run, events);
    return parked ? { ...parked, events } : finish(run, events);
  } catch (error) {
    if (!(error instanceof Parked)) throw failure(error, ks, memory, source, events);
    memory.untold = events;
    throw error;
  }
}

/** What a dependency does wakes only those that it can help. */
async function awaitDependencies(
  ks: Kustomization,
  source: SourceState,
  memory: Memory,
  on: Deps,
): Promise<void> {
  memory.awaitsDependency = true;
  try {
    requireDependencies(ks, source, { ...on, find: await dependencyFinder(ks, on) });
    memory.awaitsDependency = false;
  } catch (error) {
    if (error instanceof Stalled) memory.awaitsDependency = false;
    throw error;
  }
}

/**
 * Dependencies that this process does not look after, for another shard or namespace has them, are followed one by
 * one.
 */
async function dependencyFinder(ks: Kustomization, on: Deps): Promise<Deps['find']> {
  const { apiVersion, kind } = ks;
  const elsewhere = [...new Set(dependenciesOf(ks))].filter(key => !on.find(key));
  const refs = elsewhere.map(key => {
    const [namespace = '', name = ''] = key.split('/');
    return { apiVersion, kind, namespace, name };
  });
  const found = await on.home.read(keyOf(ks.metadata), 'dependencies', refs);
  const others = new Map(elsewhere.map((key, i) => [key, found[i]]));
  return key => {
    const other = others.get(key);
    return on.find(key) ?? (other && parseResource(kustomization, other));
  };
}

/** What the spec names beside the source: variables, keys, the cluster. */
async function prepared(
  ks: Kustomization,
  source: SourceState,
  health: HealthRules | undefined,
  memory: Memory,
  visit: Visit,
  on: Deps,
): Promise<Run> {
  const key = keyOf(ks.metadata);
  actOn(source.revision);
  try {
    const variables = await resolveVariables(ks, visit, on);
    const decryption = await decryptionOf(ks, memory.dataKeys, visit, on);
    const cluster = on.clusters.reach(key, await remoteOf(ks, visit, on));
    if (memory.cluster !== cluster) forgetCluster(memory, cluster);
    const ignore = ignoreRulesOf(ks, memory);
    const badRules = ignore instanceof Failed ? ignore : undefined;
    const rules = { health, ignore: ignore instanceof Failed ? undefined : ignore };
    cluster.owned.heed(key, rules);
    const fingerprint = fingerprintOf(ks, source, variables, decryption);
    const inputs = { variables, decryption, cluster, rules, badRules, fingerprint };
    return { ks, key, memory, source, ...inputs, visit, on, now: Date.now() };
  } catch (error) {
    // To Flux this is a part of the build.
    if (error instanceof Failed && !(error instanceof Stalled))
      visit.progress(buildingOf(ks, source), { lastAttemptedRevision: source.revision });
    throw error;
  }
}

async function resolveVariables(ks: Kustomization, visit: Visit, on: Deps): Promise<Variables> {
  const { namespace = '' } = ks.metadata;
  const refs = variableSources(ks).map(({ kind, name }) => ({ apiVersion: 'v1', kind, namespace, name }));
  const found = await on.home.read(keyOf(ks.metadata), 'variables', refs);
  visit.discretion.keep(() => secretTexts(found.filter(object => object !== undefined)));
  const byName = new Map(refs.map((ref, i) => [`${ref.kind}/${ref.name}`, found[i]]));
  return variablesOf(ks, (kind, name) => byName.get(`${kind}/${name}`));
}

/** Equal inputs have equal fingerprints. */
function fingerprintOf(
  ks: Kustomization,
  source: SourceState,
  variables: Variables,
  decryption: Decryption | undefined,
): string {
  const inputs = [
    source.artifact.digest,
    source.revision,
    ks.metadata.uid,
    ks.metadata.generation,
    variables ?? null,
    decryption?.version ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('base64');
}

/** Nothing is to be built or applied while the inputs are the same, nobody asks for it and nothing has drifted. */
function needsApply({ ks, memory, cluster, fingerprint, now }: Run): boolean {
  const request = ks.metadata.annotations?.[names.requestedAt];
  if (memory.done?.fingerprint !== fingerprint || memory.pending) return true;
  if (request !== undefined && request !== ks.status?.lastHandledReconcileAt && request !== memory.request)
    return true;
  const due = isDue(ks, memory, now);
  return [...memory.applied].some(([id, applied]) => {
    const sight = cluster.owned.look(applied.ref, applied.resourceVersion);
    return isAmiss(applied, sight, due) && memory.brake.wait(id, now, intervalOf(ks)) === 0;
  });
}
