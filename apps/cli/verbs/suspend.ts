import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import type { Resource } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { fieldManager } from './reconcile.ts';
import { refTo, select } from './select.ts';
import { type Session, withCluster } from './session.ts';

/**
 * `suspend KIND NAME...`. A name that is not there, or cannot be suspended, is told and does not stop the others,
 * nor make the command fail: Flux's exit code is 0 then.
 */
export async function suspend(
  kind: ResourceKind,
  names: string[],
  options: { all?: boolean },
  globals: Globals,
): Promise<void> {
  if (names.length === 0 && !options.all) throw new CliError(`${kind.title} name is required`);
  const { namespace } = globals;
  await withCluster(globals, async session => {
    if (names.length === 0) {
      const all = await select(session, kind, { namespace });
      if (all.length === 0) throw new CliError('no objects found');
      for (const resource of all) await suspendOne(session, kind, resource);
    }
    for (const name of new Set(names)) {
      try {
        const [resource] = await select(session, kind, { namespace, name });
        if (resource) await suspendOne(session, kind, resource);
        else tell.failure(`${kind.kind} ${name} not found in ${namespace} namespace`);
      } catch (error) {
        session.signal.throwIfAborted();
        const reason = (error as Error).message;
        tell.failure(`failed suspending ${kind.kind} ${name} in ${namespace} namespace: ${reason}`);
      }
    }
  });
}

async function suspendOne(session: Session, kind: ResourceKind, resource: Resource): Promise<void> {
  tell.action(`suspending ${kind.title} ${resource.name} in ${resource.namespace} namespace`);
  await session.client.patch(
    refTo(kind, resource),
    'merge',
    { spec: { suspend: true } },
    { fieldManager, as: 'own', signal: session.signal },
  );
  tell.success(`${kind.title} suspended`);
}
