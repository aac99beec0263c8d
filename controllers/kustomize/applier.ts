import { createHash } from 'node:crypto';
import { names } from '@millrace/api';
import { Failed } from '@millrace/controller';
import {
  ApiError,
  asJson,
  delay,
  display,
  type Impersonation,
  isNotFound,
  type KubeClient,
  type KubeObject,
  NoMatchError,
  type ObjectRef,
  refOf,
} from '@millrace/kube';
import type { ObjectChange } from './change-set.ts';
import { entryOf } from './inventory.ts';
import { contentOf, fieldManager, intruders, isSet, ownedView, ownFields } from './owned.ts';
import type { OwnedObjects, Sight } from './owned-objects.ts';
import { withoutIntruders } from './take-over.ts';

/** An object as it was left by the last apply. */
export interface AppliedObject {
  ref: ObjectRef;
  /** Stands for what was applied. */
  desired: string;
  uid: string;
  fields: string;
  resourceVersion: string;
  /** It goes by itself: its absence is no drift until the next look at everything. */
  transient: boolean;
  /** It was healthy the moment that it was applied, as most kinds are. */
  current: boolean;
}

/** What is known of applied objects, by inventory id. */
export type AppliedObjects = Map<string, AppliedObject>;

export interface ApplyContext {
  client: KubeClient;
  /** `namespace/name` of the Kustomization. */
  owner: { name: string; namespace: string };
  force: boolean;
  impersonate?: Impersonation | undefined;
  owned: OwnedObjects;
  /** Apply again what was applied already: nothing is taken as known. */
  afresh: boolean;
  /** The interval has passed: what has gone by itself is made again. */
  due: boolean;
  /** Whether a drifted object may be corrected now. */
  mayCorrect(id: string): boolean;
  signal: AbortSignal;
}

/** How many requests of one apply are under way at once. */
const parallel = 8;

/**
 * Apply one stage: every object that has changed is first tried with a dry run, and only if the API server accepts
 * them all is any of them applied. Objects that are as they were applied before cost nothing. Throws Failed with the
 * object and the server's own words.
 */
export async function applyStage(
  objects: KubeObject[],
  known: AppliedObjects,
  on: ApplyContext,
): Promise<ObjectChange[]> {
  const plans = objects.map(object => planOf(labelled(object, on.owner), known, on));
  await inParallel(plans, plan => tryOut(plan, on));
  const changes: ObjectChange[] = [];
  for (const sameKind of groups(plans))
    changes.push(...(await inParallel(sameKind, plan => carryOut(plan, known, on))));
  return changes;
}

interface Plan {
  object: KubeObject;
  id: string;
  desired: string;
  todo: 'nothing' | 'skip' | 'apply' | 'create if missing';
  /** The same was accepted before: no dry run is needed. */
  accepted: boolean;
  /** An immutable field differs and the object may be replaced. */
  replace: boolean;
}

function planOf(object: KubeObject, known: AppliedObjects, on: ApplyContext): Plan {
  const id = entryOf(object).id;
  const desired = createHash('sha1')
    .update(JSON.stringify(asJson(object)))
    .digest('base64');
  const before = known.get(id);
  const same = before?.desired === desired;
  const plan = { object, id, desired, accepted: same, replace: false };
  if (isSet(object, 'reconcile', 'disabled') || isSet(object, 'ssa', 'ignore'))
    return { ...plan, todo: 'skip' };
  if (isSet(object, 'ssa', 'ifnotpresent'))
    return { ...plan, todo: same && !on.afresh ? 'nothing' : 'create if missing' };
  if (!same || on.afresh) return { ...plan, todo: 'apply' };
  const sight = on.owned.look(before.ref, before.resourceVersion);
  const drifted = hasDrifted(before, sight) || (on.due && sight !== undefined && !sight.object);
  const correct = drifted && on.mayCorrect(id);
  return { ...plan, todo: correct ? 'apply' : 'nothing' };
}

/**
 * Whether somebody else has changed the object since we applied it. A field that we own cannot change without our
 * losing it, so our set of owned fields tells; the values need not be compared.
 */
export function hasDrifted(applied: AppliedObject, sight: Sight | undefined): boolean {
  if (!sight) return false; // the watch has yet to show our own write
  const { object } = sight;
  if (!object) return !applied.transient;
  return object.uid !== applied.uid || object.fields !== applied.fields || object.intruded;
}

function labelled(object: KubeObject, owner: { name: string; namespace: string }): KubeObject {
  const labels = {
    ...object.metadata.labels,
    [names.ownerName]: owner.name,
    [names.ownerNamespace]: owner.namespace,
  };
  return { ...object, metadata: { ...object.metadata, labels } };
}

async function tryOut(plan: Plan, on: ApplyContext): Promise<void> {
  if (plan.todo !== 'apply' || plan.accepted) return;
  const { object } = plan;
  try {
    await requireNamespace(object, on.client);
    await on.client.apply(object, { ...options(on), dryRun: true });
  } catch (error) {
    on.signal.throwIfAborted();
    const mayReplace = on.force || isSet(object, 'force', 'enabled');
    if (mayReplace && isImmutable(error)) plan.replace = true;
    else throw refusal(object, error, 'dry-run failed');
  }
}

async function carryOut(plan: Plan, known: AppliedObjects, on: ApplyContext): Promise<ObjectChange> {
  const ref = refOf(plan.object);
  if (plan.todo === 'skip') return { ref, action: 'skipped' };
  if (plan.todo === 'nothing') return { ref, action: 'unchanged' };
  try {
    if (plan.todo === 'create if missing') return await createIfMissing(plan, known, on);
    if (plan.replace) await remove(ref, on);
    return await apply(plan, known, on);
  } catch (error) {
    on.signal.throwIfAborted();
    throw refusal(plan.object, error, 'apply failed');
  }
}

async function apply(plan: Plan, known: AppliedObjects, on: ApplyContext): Promise<ObjectChange> {
  const ref = refOf(plan.object);
  const seen = on.owned.look(ref, '')?.object;
  let { object, created } = await on.client.apply(plan.object, options(on));
  if (intruders(object).length > 0) {
    await withoutIntruders(object, on.client, { impersonate: on.impersonate, signal: on.signal });
    ({ object } = await on.client.apply(plan.object, options(on)));
  }
  remember(plan, object, known);
  const same = seen?.content === contentOf(object);
  return { ref, action: created || plan.replace ? 'created' : same ? 'unchanged' : 'configured' };
}

async function createIfMissing(plan: Plan, known: AppliedObjects, on: ApplyContext): Promise<ObjectChange> {
  const ref = refOf(plan.object);
  const there = await on.client.get(ref, { signal: on.signal, impersonate: on.impersonate }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (!there) return apply(plan, known, on);
  remember(plan, there, known);
  return { ref, action: 'skipped' };
}

function remember(plan: Plan, object: KubeObject, known: AppliedObjects): void {
  const { uid = '', resourceVersion = '' } = object.metadata;
  const { transient, health } = ownedView.project(object);
  known.set(plan.id, {
    ref: refOf(plan.object),
    desired: plan.desired,
    uid,
    fields: ownFields(object),
    resourceVersion,
    transient,
    current: health.status === 'Current',
  });
}

/** Delete an object that cannot be changed, and wait until its name is free. */
async function remove(ref: ObjectRef, on: ApplyContext): Promise<void> {
  const gone = async () => {
    try {
      await on.client.get(ref, { signal: on.signal, impersonate: on.impersonate });
      return false;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  };
  await on.client.delete(ref, { signal: on.signal, impersonate: on.impersonate });
  for (let wait = 20; !(await gone()); wait = Math.min(wait * 2, 1000)) await delay(wait, on.signal);
}

function options(on: ApplyContext) {
  return { fieldManager, force: true, impersonate: on.impersonate, signal: on.signal };
}

async function requireNamespace(object: KubeObject, client: KubeClient): Promise<void> {
  const { namespaced } = await client.discovery.mapping(object.apiVersion, object.kind);
  if (!namespaced || object.metadata.namespace) return;
  const where = 'set metadata.namespace, or spec.targetNamespace of the Kustomization';
  throw new Failed('ReconciliationFailed', `${display(refOf(object))} namespace not specified: ${where}`);
}

function isImmutable(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.code === 422 || error.code === 400) &&
    /immutable|may not change once set|cannot be changed|updates to .* are forbidden|forbidden: updates to/i.test(
      error.message,
    )
  );
}

function refusal(object: KubeObject, error: unknown, what: string): Failed {
  if (error instanceof Failed) return error;
  const subject = display(refOf(object));
  const say = (message: string) => new Failed('ReconciliationFailed', message, { cause: error });
  if (error instanceof NoMatchError) return say(`${subject} ${what}: ${error.message}`);
  if (!(error instanceof ApiError))
    return say(`${subject} ${what}: ${error instanceof Error ? error.message : error}`);
  if (isNotFound(error)) return say(`${subject} not found: ${error.message}`);
  const conflict = error.status.details?.causes?.some(cause => cause.reason === 'FieldManagerConflict');
  const reason = conflict ? 'FieldManagerConflict' : error.reason;
  return say(`${subject} ${what}${reason ? ` (${reason})` : ''}: ${error.message}`);
}

/** Neighbours of the same kind may go together; kinds keep their order. */
function groups(plans: Plan[]): Plan[][] {
  const found: Plan[][] = [];
  for (const plan of plans) {
    const before = found.at(-1)?.[0]?.object;
    if (before?.kind === plan.object.kind && before.apiVersion === plan.object.apiVersion)
      found.at(-1)!.push(plan);
    else found.push([plan]);
  }
  return found;
}

/** The first failure is thrown once all that had begun has ended. */
async function inParallel<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    while (next < items.length && !failure) {
      const i = next++;
      try {
        results[i] = await work(items[i]!);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  if (failure) throw failure.error;
  return results;
}
