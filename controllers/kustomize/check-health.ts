import { formatDuration } from '@millrace/api';
import {
  type AppliedObject,
  entryOf,
  type HealthRules,
  healthBy,
  identityOf,
  judge,
  type Owned,
} from '@millrace/applier';
import { type EventNote, Failed, findCondition, type Waiting } from '@millrace/controller';
import {
  apiVersionOf,
  type Health,
  healthOf,
  isForbidden,
  isNotFound,
  NoMatchError,
  type ObjectRef,
} from '@millrace/kube';
import { healthTargets } from './health-targets.ts';
import type { HealthCheck } from './memory.ts';
import { begin, isDue, progress, type Run, revisionOf } from './run.ts';
import { timeoutOf } from './spec.ts';

/**
 * See whether what was applied works. Returns what to wait for while it does not yet: changes of the objects wake the
 * Kustomization. Throws Failed when the time is over. What has passed once is looked at again with the next interval.
 */
export async function checkHealth(run: Run, events: EventNote[]): Promise<Waiting | undefined> {
  const { ks, memory } = run;
  // What somebody wants left may be as it is (kustomize-controller leaves skipped objects out too).
  const applied = [...memory.applied.values()].filter(({ skipped }) => !skipped).map(({ ref }) => ref);
  const targets = healthTargets(ks, applied);
  if (targets.length === 0) {
    memory.check = undefined;
    return undefined;
  }
  if (isDue(ks, memory, run.now) && memory.check?.passedAfter !== undefined) memory.check = undefined;
  if (memory.check?.failed) memory.check = undefined;
  const check = (memory.check ??= newCheck(run, false));
  if (check.passedAfter !== undefined) return undefined;
  const waited = Date.now() - check.since;
  const verdict = judge(await healthsOf(run, targets), waited, timeoutOf(ks), run.on.failFast);
  if (verdict.kind === 'waiting') return wait(run, waited);
  if (verdict.kind === 'failed') {
    progress(run, runningOf(run));
    throw unhealthy(run, verdict.message, waited);
  }
  check.passedAfter = waited;
  const message = `Health check passed in ${formatDuration(waited)}`;
  if (check.tell)
    events.push({ severity: 'info', reason: 'Progressing', message, metadata: revisionOf(run.source) });
  return undefined;
}

/** @param changed whether the apply before it has changed anything */
export function newCheck({ ks, source, now }: Run, changed: boolean): HealthCheck {
  const wasHealthy = findCondition(ks.status?.conditions, 'Healthy')?.status === 'True';
  const isNew = ks.status?.lastAppliedRevision !== source.revision;
  return { since: now, tell: !wasHealthy || (isNew && changed) };
}

function wait(run: Run, waited: number): Waiting {
  const timeout = timeoutOf(run.ks);
  begin(run);
  const message = runningOf(run);
  return {
    kind: 'waiting',
    message,
    wakeAfter: Math.max(timeout - waited, 0),
    conditions: { Healthy: { status: 'Unknown', reason: 'Progressing', message } },
  };
}

function runningOf({ ks, source }: Run): string {
  return `Running health checks for revision ${source.revision} with a timeout of ${formatDuration(timeoutOf(ks))}`;
}

function unhealthy({ memory }: Run, message: string, waited: number): Failed {
  // The next try waits its full time again; should the objects recover before, their change wakes us.
  memory.check = { since: Date.now(), tell: true, failed: true };
  return new Failed('HealthCheckFailed', `health check failed after ${formatDuration(waited)}: ${message}`, {
    conditions: { Healthy: { status: 'False', reason: 'HealthCheckFailed', message } },
  });
}

/** Applied objects are seen by the watch of their kind; others by one of their own. */
async function healthsOf(run: Run, targets: ObjectRef[]): Promise<{ ref: ObjectRef; health: Health }[]> {
  const own = new Map([...run.memory.applied.values()].map(applied => [applied.ref, applied]));
  const idOf = (ref: ObjectRef) => entryOf({ ...ref, metadata: ref }).id;
  const foreign = targets.filter(ref => !run.memory.applied.has(idOf(ref)));
  const rules = run.rules.health;
  const others = await foreignHealths(foreign, rules, run);
  return Promise.all(
    targets.map(async ref => {
      const applied = own.get(ref) ?? run.memory.applied.get(idOf(ref));
      return { ref, health: applied ? await ownHealth(applied, rules, run) : others.get(ref)! };
    }),
  );
}

/** Each is seen by a watch of its own, once it is known that it may be seen. */
async function foreignHealths(
  refs: ObjectRef[],
  rules: HealthRules | undefined,
  run: Run,
): Promise<Map<ObjectRef, Health>> {
  const healths = new Map<ObjectRef, Health>();
  const open: [ref: ObjectRef, served: ObjectRef | undefined][] = [];
  for (const ref of refs) {
    const served = await servedRef(ref, run);
    const hidden = served && (await hiddenFrom(served, run));
    if (hidden) healths.set(ref, hidden);
    else open.push([ref, served]);
  }
  const found = await run.cluster.references.read(
    run.key,
    'health',
    open.map(([ref, served]) => served ?? ref),
  );
  for (const [i, [ref, served]] of open.entries())
    healths.set(ref, served ? healthBy(rules, found[i]) : unserved);
  return healths;
}

/** What is watched for all is shown to those only who may get it: each is asked for once a check, under its name. */
async function hiddenFrom(
  ref: ObjectRef,
  { ks, memory, cluster, on, visit }: Run,
): Promise<Health | undefined> {
  const as = identityOf(ks, on);
  if (as === 'own') return undefined;
  const asked = (memory.check!.hidden ??= new Map());
  const { id } = entryOf({ ...ref, metadata: ref });
  if (asked.has(id)) return asked.get(id);
  const hidden = await cluster.client.get(ref, { as, signal: visit.signal }).then(
    () => undefined,
    (error): Health | undefined => {
      if (isForbidden(error)) return { status: 'Unknown', message: (error as Error).message };
      if (isNotFound(error) || error instanceof NoMatchError || error instanceof TypeError) return undefined;
      throw error;
    },
  );
  asked.set(id, hidden);
  return hidden;
}

const unserved: Health = { status: 'Unknown', message: 'the cluster does not serve this kind' };

/**
 * Only the group of an apiVersion has a meaning for Flux: a kind may have moved on to another version. Undefined where
 * the cluster has none.
 */
async function servedRef(ref: ObjectRef, { cluster }: Run): Promise<ObjectRef | undefined> {
  const found = await cluster.client.discovery.anyVersion(ref.apiVersion, ref.kind).catch(error => {
    if (error instanceof NoMatchError) return undefined;
    throw error;
  });
  return found && { ...ref, apiVersion: apiVersionOf(found.group, found.version) };
}

async function ownHealth(
  { ref, resourceVersion, transient }: AppliedObject,
  rules: HealthRules | undefined,
  run: Run,
): Promise<Health> {
  const sight = run.cluster.owned.look(ref, resourceVersion);
  if (!sight) return { status: 'InProgress', message: 'not observed yet' };
  // A Job that has gone by itself had come to its end (fluxcd/pkg, ssa: JobsWithTTL).
  if (!sight.object) return transient ? { status: 'Current', message: '' } : healthOf(undefined);
  const judgedBy = rules?.covers(ref) ? rules.name : undefined;
  if (sight.object.judgedBy === judgedBy) return sight.object.health;
  return askedHealth(ref, sight.object, rules, run);
}

/** The watch passed the object by before it was known what its owner asks for: the server shows it once more. */
async function askedHealth(
  ref: ObjectRef,
  { resourceVersion }: Owned,
  rules: HealthRules | undefined,
  { ks, memory, cluster, on, visit }: Run,
): Promise<Health> {
  const asked = (memory.check!.asked ??= new Map());
  const { id } = entryOf({ ...ref, metadata: ref });
  const before = asked.get(id);
  if (before?.resourceVersion === resourceVersion) return before.health;
  const object = await cluster.client
    .get(ref, { as: identityOf(ks, on), signal: visit.signal })
    .catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  const health = healthBy(rules, object);
  asked.set(id, { resourceVersion, health });
  return health;
}
