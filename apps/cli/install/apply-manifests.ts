import { describeAll, type ObjectChange, refusal, stagesOf } from '@millrace/applier';
import { display, healthOf, isNotFound, type KubeObject, type ObjectRef, refOf } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import { tell } from '../output/print.ts';
import { awaitObject } from '../verbs/await-object.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import type { Session } from '../verbs/session.ts';

/**
 * Apply objects as `kubectl apply --server-side` does, by stages: definitions have to be there before what needs them.
 * Of a stage nothing is applied unless the server would take all of it. Returns what became of each object, a line
 * each. Throws CliError with the object and the server's words.
 */
export async function applyManifests(session: Session, objects: KubeObject[]): Promise<string> {
  const changes: ObjectChange[] = [];
  for (const { objects: staged, isAwaited } of stagesOf(objects)) {
    if (isAwaited) await Promise.all(staged.map(object => isGone(session, refOf(object))));
    for (const object of staged) await apply(session, object, true);
    for (const object of staged) changes.push(await change(session, object));
    if (isAwaited) await Promise.all(staged.map(object => becomesCurrent(session, refOf(object))));
  }
  return describeAll(changes);
}

/**
 * What is on its way out would take others with it: a namespace and definitions, after an uninstallation. There is nothing to
 * wait for where nothing is being deleted.
 */
async function isGone(session: Session, ref: ObjectRef): Promise<void> {
  const leaving = await live(session, ref);
  if (!leaving?.metadata.deletionTimestamp) return;
  tell.waiting(`waiting for ${display(ref)} to be deleted`);
  await awaitObject(session, ref, now => now?.metadata.uid !== leaving.metadata.uid);
}

async function change(session: Session, object: KubeObject): Promise<ObjectChange> {
  const ref = refOf(object);
  const before = await live(session, ref);
  const applied = await apply(session, object, false);
  const same = before?.metadata.resourceVersion === applied.object.metadata.resourceVersion;
  return { ref, action: applied.created ? 'created' : same ? 'unchanged' : 'configured' };
}

async function live({ client, signal }: Session, ref: ObjectRef): Promise<KubeObject | undefined> {
  return client.get(ref, { as: 'own', signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

async function apply({ client, signal }: Session, object: KubeObject, dryRun: boolean) {
  try {
    return await client.apply(object, { as: 'own', fieldManager, force: true, dryRun, signal });
  } catch (error) {
    signal.throwIfAborted();
    const { message } = refusal(refOf(object), error, dryRun ? 'dry-run failed' : 'apply failed');
    throw new CliError(message, { cause: error });
  }
}

async function becomesCurrent(session: Session, ref: ObjectRef): Promise<void> {
  await awaitObject(session, ref, now => healthOf(now).status === 'Current');
}
