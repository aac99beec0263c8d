import {
  apiVersionOfKind,
  externalArtifact,
  helmRelease,
  type Kind,
  kinds,
  kustomization,
} from '@millrace/api';
import type { JsonObject } from '@millrace/json';
import { display, isNotFound, type KubeObject, NoMatchError, type ObjectRef, refOf } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { confirm } from '../output/confirm.ts';
import { tell } from '../output/print.ts';
import { partOfFlux } from '../verbs/controller-pods.ts';
import { installationOf } from '../verbs/installation.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import { type Session, withCluster } from '../verbs/session.ts';

export interface UninstallOptions {
  dryRun?: boolean;
  keepNamespace?: boolean;
  silent?: boolean;
}

/**
 * `uninstall`: the controllers go first, then their rights, so that nobody acts on what comes: objects lose the
 * finalizers by which controllers would delete what they have deployed, and then go with their definitions. A controller
 * that still runs, outside of the cluster, finds them suspended, and deletes nothing. What goes wrong with one object is
 * said and does not keep the others.
 */
export async function uninstall(options: UninstallOptions, globals: Globals): Promise<void> {
  const { dryRun = false, silent = false, keepNamespace = false } = options;
  await withCluster(globals, async session => {
    if (!dryRun && !silent) await ask(session);
    const work: Work = { session, dryRun };
    tell.action(`deleting components in ${globals.namespace} namespace`);
    let gone = true;
    for (const component of components) gone = (await removeAll(work, component)) && gone;
    if (!gone)
      throw new CliError(
        'uninstall failed: controllers that still have rights would delete what they have deployed',
      );
    tell.action('deleting toolkit.fluxcd.io finalizers in all namespaces');
    for (const kind of inFluxOrder()) await removeFinalizers(work, kind);
    tell.action('deleting toolkit.fluxcd.io custom resource definitions');
    await removeAll(work, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
    if (!keepNamespace) await remove(work, { apiVersion: 'v1', kind: 'Namespace', name: globals.namespace });
    tell.success('uninstall finished');
  });
}

interface Work {
  session: Session;
  dryRun: boolean;
}

/** What is labelled as a part of Flux and has these kinds is deleted, in this order. */
const components = [
  { apiVersion: 'apps/v1', kind: 'Deployment', namespaced: true },
  { apiVersion: 'v1', kind: 'Service', namespaced: true },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespaced: true },
  { apiVersion: 'v1', kind: 'ServiceAccount', namespaced: true },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' },
];

async function ask(session: Session): Promise<void> {
  const there = await installationOf(session).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw new CliError(`cluster info unavailable: ${(error as Error).message}`, { cause: error });
  });
  const by = there?.managedBy ?? '';
  const question =
    by === '' || by === 'flux'
      ? 'Are you sure you want to delete Flux and its custom resource definitions'
      : `Flux is managed by ${by}! Are you sure you want to delete Flux and its CRDs using Flux CLI`;
  await confirm(question);
}

async function removeAll(
  work: Work,
  { apiVersion, kind, namespaced }: { apiVersion: string; kind: string; namespaced?: boolean },
): Promise<boolean> {
  const { client, globals, signal } = work.session;
  const { items } = await client.listAll(apiVersion, kind, {
    ...(namespaced ? { namespace: globals.namespace } : {}),
    labelSelector: partOfFlux,
    signal,
    as: 'own',
  });
  let gone = true;
  for (const { metadata } of items) {
    const ref = { apiVersion, kind, name: metadata.name, ...inNamespace(metadata.namespace) };
    gone = (await remove(work, ref)) && gone;
  }
  return gone;
}

const inNamespace = (namespace: string | undefined) => (namespace ? { namespace } : {});

async function remove({ session, dryRun }: Work, ref: ObjectRef): Promise<boolean> {
  const { client, signal } = session;
  return attempt(`${display(ref)} deleted ${mark(dryRun)}`, `${display(ref)} deletion failed`, session, () =>
    client.delete(ref, { as: 'own', dryRun, signal }),
  );
}

const mark = (dryRun: boolean) => (dryRun ? '(dry run)' : '');

/** The order of flux's own command; ExternalArtifacts, which that forgets, keep their definition from going. */
function inFluxOrder(): Kind[] {
  const order = [
    ...[
      'GitRepository',
      'OCIRepository',
      'HelmRepository',
      'HelmChart',
      'Bucket',
      'Kustomization',
      'HelmRelease',
    ],
    ...['Alert', 'Provider', 'Receiver', 'ImagePolicy', 'ImageRepository', 'ImageUpdateAutomation'],
    ...['ArtifactGenerator', 'ExternalArtifact'],
  ];
  return kinds.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

async function removeFinalizers({ session, dryRun }: Work, kind: Kind): Promise<void> {
  const { client, signal } = session;
  const acts = kind === kustomization || kind === helmRelease;
  const patch: JsonObject = { metadata: { finalizers: null }, ...(acts && { spec: { suspend: true } }) };
  for (const object of await objectsOf(session, kind)) {
    if (kind === externalArtifact && !object.metadata.finalizers?.length) continue;
    const named = display({ ...object.metadata, kind: kind.kind });
    const options = { as: 'own', fieldManager, dryRun, signal } as const;
    await attempt(
      `${named} finalizers deleted ${mark(dryRun)}`,
      `${named} removing finalizers failed`,
      session,
      () =>
        client.patch(
          refOf({ ...object, apiVersion: apiVersionOfKind(kind), kind: kind.kind }),
          'merge',
          patch,
          options,
        ),
    );
  }
}

/** None where the cluster does not know the kind, or not in this version. */
async function objectsOf({ client, signal }: Session, kind: Kind): Promise<KubeObject[]> {
  const options = { metadataOnly: true, signal, as: 'own' } as const;
  try {
    return (await client.listAll(apiVersionOfKind(kind), kind.kind, options)).items;
  } catch (error) {
    if (error instanceof NoMatchError || isNotFound(error)) return [];
    throw error;
  }
}

/** Whether it was done. */
async function attempt(
  done: string,
  failed: string,
  { signal }: Session,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    tell.success(done);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    tell.failure(`${failed}: ${(error as Error).message}`);
    return false;
  }
}
