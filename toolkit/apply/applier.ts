import { Parked } from '@millrace/controller';
import {
  type Applied,
  delay,
  display,
  isNotFound,
  type KubeObject,
  keyOf,
  type ObjectRef,
  refOf,
} from '@millrace/kube';
import type { ObjectChange } from './change-set.ts';
import { entryOf } from './inventory.ts';
import { isIntruded } from './managed.ts';
import { labelled, wishesOf } from './manager.ts';
import { contentOf, ownedOf } from './owned.ts';
import { type AppliedObjects, type ApplyContext, type Plan, planOf } from './plan.ts';
import { refusal } from './refusal.ts';
import { withoutIntruders } from './take-over.ts';
import { attempt, liveObject, tryOut } from './try-out.ts';

/** Milliseconds that a deletion may take before its owner is parked. */
const soon = 1000;

/**
 * Apply one stage of normalised objects: every one that has changed is first tried with a dry run, and only if the API server accepts
 * them all is any of them applied. Objects that are as they were applied before cost nothing. Throws Failed with the
 * object and the server's own words, and Parked while an object that is replaced has not gone yet.
 */
export async function applyStage(
  objects: KubeObject[],
  known: AppliedObjects,
  on: ApplyContext,
): Promise<ObjectChange[]> {
  const plans = objects.map(object => {
    const whole = labelled(object, on.manager, on.owner);
    return planOf(whole, refOf(whole), known, on);
  });
  const first = provesItself(plans, on);
  await inParallel(on.concurrency, plans, async plan => plan === first || tryOut(plan, on));
  const writes = plans.some(({ todo }) => todo !== 'nothing' && todo !== 'skip' && todo !== 'keep');
  if (writes) await on.beforeWriting(plans.map(({ object }) => entryOf(object)));
  const changes: ObjectChange[] = [];
  if (first) changes.push(await carryOut(first, known, on));
  for (const sameKind of groups(plans.filter(plan => plan !== first)))
    changes.push(...(await inParallel(on.concurrency, sameKind, plan => carryOut(plan, known, on))));
  return changes;
}

/**
 * The object that is applied before all others needs no dry run: if it is refused, nothing of the stage has been
 * applied. Unless nobody knows what it would meet in the cluster.
 */
function provesItself(plans: Plan[], on: ApplyContext): Plan | undefined {
  const first = plans.find(({ todo }) => todo !== 'nothing' && todo !== 'skip');
  if (
    on.rules.ignore ||
    on.migrateVersions ||
    first?.todo !== 'apply' ||
    !on.owned.look(first.ref, '')?.object
  )
    return undefined;
  return first;
}

async function carryOut(plan: Plan, known: AppliedObjects, on: ApplyContext): Promise<ObjectChange> {
  const { ref } = plan;
  try {
    switch (plan.todo) {
      case 'skip':
        leave(plan, known, on);
        return { ref, action: 'skipped' };
      case 'nothing':
        return { ref, action: 'unchanged' };
      case 'keep':
        remember(plan, plan.live!, known, on);
        return { ref, action: 'unchanged' };
      case 'create if missing':
        return await createIfMissing(plan, known, on);
      case 'replace':
        return await replace(plan, known, on);
      case 'apply':
        return await apply(plan, known, on);
    }
  } catch (error) {
    on.signal.throwIfAborted();
    throw error instanceof Parked ? error : refusal(ref, error, 'apply failed');
  }
}

async function apply(plan: Plan, known: AppliedObjects, on: ApplyContext): Promise<ObjectChange> {
  const { ref } = plan;
  const seen = on.owned.look(ref, '')?.object;
  const sent = await attempt(plan, on, { dryRun: false });
  if (!sent) return replace(plan, known, on);
  const { object } = isIntruded(sent.object, on.manager) ? await takeOver(plan, sent, on) : sent;
  remember(plan, object, known, on);
  const { resourceVersion } = object.metadata;
  const same = seen?.resourceVersion === resourceVersion || seen?.content === contentOf(object);
  return { ref, action: sent.created ? 'created' : same ? 'unchanged' : 'configured' };
}

async function takeOver(plan: Plan, sent: Applied, on: ApplyContext): Promise<Applied> {
  await withoutIntruders(sent.object, on);
  return (await attempt(plan, on, { dryRun: false })) ?? sent;
}

async function replace(plan: Plan, known: AppliedObjects, on: ApplyContext): Promise<ObjectChange> {
  await remove(plan.ref, on);
  plan.replaced = true;
  await apply(plan, known, on);
  return { ref: plan.ref, action: 'created' };
}

async function createIfMissing(plan: Plan, known: AppliedObjects, on: ApplyContext): Promise<ObjectChange> {
  const there = await liveObject(plan.ref, on);
  if (!there) return apply(plan, known, on);
  remember(plan, there, known, on);
  const applied = known.get(plan.id)!;
  // One that does not carry our labels is out of our sight: whether it is still there is seen when it is due.
  const isOurs = ownedOf(there, on.manager).owner === keyOf(on.owner);
  known.set(plan.id, { ...applied, skipped: true, transient: applied.transient || !isOurs });
  return { ref: plan.ref, action: 'skipped' };
}

function remember(plan: Plan, object: KubeObject, known: AppliedObjects, on: ApplyContext): void {
  const { uid, resourceVersion, fields, transient, health } = ownedOf(object, on.manager, on.rules);
  const { ref, desired } = plan;
  const current = health.status === 'Current';
  const minds = wishesOf(plan.object, on.manager).onlyCreate ? 'presence' : 'content';
  const as = { left: false, skipped: false, minds } as const;
  known.set(plan.id, { ref, desired, uid, fields, resourceVersion, transient, current, ...as });
}

/** What somebody wants left, in Git or in the cluster, is not applied, and not forgotten either. */
function leave({ id, ref, desired, object }: Plan, known: AppliedObjects, on: ApplyContext): void {
  const nothing = { uid: '', fields: '', resourceVersion: '', transient: false, current: true };
  const inGit = wishesOf(object, on.manager).leave;
  const minds = inGit ? 'nothing' : 'content';
  known.set(id, { ...(known.get(id) ?? { ref, desired, ...nothing }), left: !inGit, skipped: true, minds });
}

/** Delete an object that cannot be changed, and wait a moment for its name to be free. */
async function remove(ref: ObjectRef, on: ApplyContext): Promise<void> {
  await on.client.delete(ref, { signal: on.signal, as: on.as }).catch(error => {
    if (!isNotFound(error)) throw error;
  });
  const end = Date.now() + soon;
  for (let wait = 20; await liveObject(ref, on); wait *= 2) {
    if (Date.now() > end) throw new Parked(`${display(ref)} to be deleted`, 2 * soon);
    await delay(wait, on.signal);
  }
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
async function inParallel<T, R>(
  concurrency: number,
  items: T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
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
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  if (failure) throw failure.error;
  return results;
}
