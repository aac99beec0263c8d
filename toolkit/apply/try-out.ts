import { Failed } from '@millrace/controller';
import {
  type Applied,
  asJson,
  asKubeObject,
  display,
  groupOf,
  isAlreadyExists,
  isNotFound,
  type KubeObject,
  type ObjectRef,
  refOf,
  versionOf,
} from '@millrace/kube';
import { kubernetes, prune } from '@millrace/schema';
import type { IgnoreRules } from './ignore-rules.ts';
import { conceding, sameButFor } from './ignored-fields.ts';
import { entryOf } from './inventory.ts';
import { isIntruded } from './managed.ts';
import { wishesOf } from './manager.ts';
import type { ApplyContext, Plan } from './plan.ts';
import { isImmutable, isUnknownField, refusal } from './refusal.ts';
import { inOneVersion } from './take-over.ts';

/**
 * Ask the server whether it would take the object, before anything of its stage is applied. What the answer shows may
 * change the plan: the object in the cluster asks to be left, or has to be replaced. Throws Failed.
 */
export async function tryOut(plan: Plan, on: ApplyContext): Promise<void> {
  if (plan.todo !== 'apply') return;
  if (on.migrateVersions) await migrate(plan, on);
  if (on.rules.ignore) return tryOutConceding(plan, on.rules.ignore, on);
  if (plan.accepted) return;
  const tried = await attempt(plan, on, { dryRun: true });
  plan.accepted = true;
  if (tried && wishesOf(tried.object, on.manager).leave) plan.todo = 'skip';
}

async function migrate({ ref, object }: Plan, on: ApplyContext): Promise<void> {
  const live = await liveObject(ref, on);
  if (live && !wishesOf(live, on.manager).leave) await inOneVersion(live, object.apiVersion, on);
}

/**
 * The same where some fields are not minded. If the object in the cluster differs in nothing else it is left as it is,
 * and else those fields are conceded to whoever has set them. What is created is created whole.
 */
async function tryOutConceding(plan: Plan, ignore: IgnoreRules, on: ApplyContext): Promise<void> {
  const live = await liveObject(plan.ref, on);
  const tried = await attempt(plan, on, { dryRun: true });
  plan.accepted = true;
  if (!tried) return;
  if (wishesOf(tried.object, on.manager).leave) plan.todo = 'skip';
  const ignored = ignore.pathsIn(tried.object);
  if (plan.todo === 'skip' || !live || ignored.length === 0) return;
  if (!isIntruded(live, on.manager) && sameButFor(ignored, live, tried.object)) {
    plan.todo = 'keep';
    plan.live = live;
  } else plan.object = conceding(plan.object, ignored, live, tried.object, on.manager);
}

/** What it takes to ask the server about one object. */
export type Asking = Pick<ApplyContext, 'client' | 'manager' | 'force' | 'as' | 'warn' | 'signal'>;

/**
 * What the server would make of an object that somebody may apply; undefined where the one in the cluster has to be
 * replaced, and may be. Throws Failed where it is refused.
 *
 * @param object normalised
 */
export async function dryRun(object: KubeObject, on: Asking): Promise<Applied | undefined> {
  const plan: Plan = {
    object,
    ref: refOf(object),
    id: entryOf(object).id,
    desired: '',
    todo: 'apply',
    accepted: false,
  };
  return attempt(plan, on, { dryRun: true });
}

/**
 * Send the object; undefined where the one in the cluster has to be replaced first, which the plan then says. Throws
 * Failed where it is refused.
 */
export async function attempt(
  plan: Plan,
  on: Asking,
  { dryRun }: { dryRun: boolean },
): Promise<Applied | undefined> {
  const options = { fieldManager: on.manager.name, force: true, dryRun, as: on.as, signal: on.signal };
  const send = () => on.client.apply(plan.object, options);
  try {
    await requireNamespace(plan.ref, on);
    return await send().catch(error => {
      const known = isUnknownField(error) ? knownFieldsOf(plan, on) : undefined;
      if (!known) throw error;
      plan.object = known;
      return send();
    });
  } catch (error) {
    on.signal.throwIfAborted();
    const refused = refusal(plan.ref, error, plan.accepted ? 'apply failed' : 'dry-run failed');
    if (plan.replaced || !isImmutable(error)) throw refused;
    await considerReplacing(plan, refused, on);
    return undefined;
  }
}

/**
 * Flux decodes objects of built-in kinds into their Go types before it applies them, and what those do not have is
 * gone; here it is told. Roles keep what they have (kustomize-controller#1041). Undefined where nothing is unknown.
 */
function knownFieldsOf({ object, ref }: Plan, on: Asking): KubeObject | undefined {
  const group = groupOf(object.apiVersion);
  if (group === 'rbac.authorization.k8s.io' && /^(Cluster)?Role$/.test(object.kind)) return undefined;
  const schema = kubernetes.schemaFor({ group, version: versionOf(object.apiVersion), kind: object.kind });
  const { value, pruned } = schema ? prune(asJson(object), schema) : { value: null, pruned: [] };
  if (pruned.length === 0) return undefined;
  on.warn(`${display(ref)}: unknown fields are left out: ${pruned.join(', ')}`);
  return asKubeObject(value);
}

/**
 * What is in the cluster is deleted only when its place can be taken: a create that is refused for its content would
 * be refused after the deletion too.
 */
async function considerReplacing(plan: Plan, refused: Failed, on: Asking): Promise<void> {
  const live = await liveObject(plan.ref, on);
  if (!live) throw refused;
  const wished = wishesOf(plan.object, on.manager).force || wishesOf(live, on.manager).force;
  if (!on.force && !wished) throw refused;
  if (!live.metadata.deletionTimestamp) await requireTakable(plan, on);
  plan.todo = 'replace';
}

/** The server validates what is to be created before it finds that the name is taken. */
async function requireTakable({ object, ref }: Plan, on: Asking): Promise<void> {
  const options = { dryRun: true, as: on.as, signal: on.signal };
  await on.client.create(object, options).catch(error => {
    if (!isAlreadyExists(error)) throw refusal(ref, error, 'dry-run failed');
  });
}

/** The object in the cluster, asked for under the owner's identity; undefined where there is none. */
export async function liveObject(ref: ObjectRef, on: Asking): Promise<KubeObject | undefined> {
  return on.client.get(ref, { signal: on.signal, as: on.as }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

async function requireNamespace(ref: ObjectRef, on: Asking): Promise<void> {
  const { namespaced } = await on.client.discovery.mapping(ref.apiVersion, ref.kind);
  if (!namespaced || ref.namespace) return;
  const where = 'set metadata.namespace, or spec.targetNamespace of the owner';
  throw new Failed('ReconciliationFailed', `${display(ref)} namespace not specified: ${where}`);
}
