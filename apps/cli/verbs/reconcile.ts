import { names } from '@millrace/api';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { findKind } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import { awaitResource, hasSucceeded } from './await-resource.ts';
import { one, refTo } from './select.ts';
import { type Session, withCluster } from './session.ts';

/** As whom Flux's CLI writes; a field that it holds is left alone by the kustomize-controller. */
export const fieldManager = 'flux';

export interface ReconcileOptions {
  withSource?: boolean;
  /** Of releases: install or upgrade, also where nothing has changed. */
  force?: boolean;
  /** Of releases: forget how often they have failed. */
  reset?: boolean;
}

/** `reconcile KIND NAME`: ask for a reconcile and wait for its end. Throws CliError with why it failed. */
export async function reconcile(
  kind: ResourceKind,
  name: string | undefined,
  options: ReconcileOptions,
  globals: Globals,
): Promise<void> {
  if (name === undefined) throw new CliError(`${kind.kind} name is required`);
  await withCluster(globals, async session => {
    await reconcileOne(session, kind, { name, namespace: globals.namespace }, options);
  });
}

async function reconcileOne(
  session: Session,
  kind: ResourceKind,
  where: { name: string; namespace: string },
  options: ReconcileOptions,
): Promise<void> {
  const resource = await one(session, kind, where);
  if (kind.isStatic?.(resource)) return tell.success('reconciliation not supported by the object');
  if (resource.suspended) throw new CliError('resource is suspended');
  if (options.withSource) {
    const source = (kind.reconciledSource ?? kind.source)?.(resource);
    const sourceKind = source && findKind(source.kind);
    if (!sourceKind || sourceKind.readOnly)
      throw new CliError(`cannot reconcile source of kind ${source?.kind ?? 'none'}`);
    await reconcileOne(session, sourceKind, source, { withSource: sourceKind.comesWithSource ?? false });
  }
  await request(session, kind, resource, options);
}

async function request(
  session: Session,
  kind: ResourceKind,
  resource: Resource,
  { force, reset }: ReconcileOptions,
): Promise<void> {
  const { name, namespace } = resource;
  tell.action(`annotating ${kind.kind} ${name} in ${namespace} namespace`);
  const asked = new Date().toISOString();
  await session.client.patch(
    refTo(kind, resource),
    'merge',
    {
      metadata: {
        annotations: {
          [names.requestedAt]: asked,
          ...(force && { [names.forceAt]: asked }),
          ...(reset && { [names.resetAt]: asked }),
        },
      },
    },
    { fieldManager, as: 'own', signal: session.signal },
  );
  tell.success(`${kind.kind} annotated`);
  tell.waiting(`waiting for ${kind.kind} reconciliation`);
  const before = resource.lastHandledReconcileAt;
  try {
    const done = await awaitResource(
      session,
      kind,
      resource,
      now => now.lastHandledReconcileAt !== before && hasSucceeded(now),
    );
    tell.success(kind.achieved(done));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(`${kind.kind} reconciliation failed: ${error.message}`, { cause: error });
  }
}
