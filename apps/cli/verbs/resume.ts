import type { KubeObject } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { type Resource, resourceOf } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { awaitResource, hasSucceeded } from './await-resource.ts';
import { fieldManager } from './reconcile.ts';
import { refTo, select } from './select.ts';
import { type Session, withCluster } from './session.ts';

export interface ResumeOptions {
  all?: boolean;
  wait?: boolean;
}

/**
 * `resume KIND NAME...`. Waits for the reconcile when asked to, and, as Flux does, when there is one name and nothing
 * was said about waiting. A name that is not there is told and does not make the command fail.
 */
export async function resume(
  kind: ResourceKind,
  names: string[],
  options: ResumeOptions,
  globals: Globals,
): Promise<void> {
  if (names.length === 0 && !options.all) throw new CliError(`${kind.title} name is required`);
  const wait = options.wait ?? names.length === 1;
  await withCluster(globals, async session => {
    const resumed: Resource[] = [];
    for (const resource of await chosen(session, kind, names)) {
      resumed.push(await resumeOne(session, kind, resource));
    }
    if (wait) await awaitAll(session, kind, resumed);
  });
}

async function chosen(session: Session, kind: ResourceKind, names: string[]): Promise<Resource[]> {
  const { namespace } = session.globals;
  if (names.length === 0) {
    const all = await select(session, kind, { namespace });
    if (all.length === 0) tell.failure(`no ${kind.kind} objects found in ${namespace} namespace`);
    return all;
  }
  const found: Resource[] = [];
  for (const name of new Set(names)) {
    const [resource] = await select(session, kind, { namespace, name });
    if (resource) found.push(resource);
    else tell.failure(`${kind.kind} object '${name}' not found in ${namespace} namespace`);
  }
  return found;
}

async function resumeOne(session: Session, kind: ResourceKind, resource: Resource): Promise<Resource> {
  tell.action(`resuming ${kind.title} ${resource.name} in ${resource.namespace} namespace`);
  const object = await session.client.patch<KubeObject>(
    refTo(kind, resource),
    'merge',
    { spec: { suspend: null } },
    { fieldManager, as: 'own', signal: session.signal },
  );
  tell.success(`${kind.title} resumed`);
  return resourceOf(object);
}

/** What happened is told in the order of the names, when all have come to their end. */
async function awaitAll(session: Session, kind: ResourceKind, resumed: Resource[]): Promise<void> {
  const resources = resumed.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const waits = resources.map((resource): Promise<Resource> => {
    tell.waiting(`waiting for ${kind.kind} reconciliation`);
    if (kind.isStatic?.(resource)) return Promise.resolve(resource);
    const current = (now: Resource) => now.generation >= resource.generation && hasSucceeded(now);
    return awaitResource(session, kind, resource, current);
  });
  const outcomes = await Promise.allSettled(waits);
  session.signal.throwIfAborted();
  let failures = 0;
  outcomes.forEach((outcome, i) => {
    const { name } = resources[i]!;
    if (outcome.status === 'fulfilled') {
      tell.success(`${kind.kind} ${name} reconciliation completed`);
      tell.success(kind.achieved(outcome.value));
      return;
    }
    failures++;
    tell.failure(`${kind.kind} ${name} reconciliation failed: ${(outcome.reason as Error).message}`);
  });
  if (failures > 0) throw new CliError(`reconciliation failed for ${failures} ${kind.kind}(s)`);
}
