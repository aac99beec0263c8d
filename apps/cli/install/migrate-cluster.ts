import { display, isConflict, isNotFound, type KubeObject } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import { tell } from '../output/print.ts';
import { partOfFlux } from '../verbs/controller-pods.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import type { Session } from '../verbs/session.ts';

interface Definition extends KubeObject {
  spec: { group: string; names: { kind: string }; versions: { name: string; storage: boolean }[] };
  status?: { storedVersions?: string[] };
}

const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** How often an object is taken up again that others change meanwhile. */
const attempts = 5;

/**
 * Write every object of Flux's kinds once more, so that all are stored in the version that is stored now, and say so
 * in their definitions: a former version can then be left out of these. Throws CliError that names the object.
 */
export async function migrateCluster(session: Session): Promise<void> {
  tell.action('starting migration of custom resources');
  const { client, signal } = session;
  const { items } = await client.listAll<Definition>(definitions.apiVersion, definitions.kind, {
    labelSelector: partOfFlux,
    signal,
    as: 'own',
  });
  for (const definition of items) await migrateKind(session, definition);
  tell.success('custom resources migrated successfully');
}

async function migrateKind(session: Session, definition: Definition): Promise<void> {
  const { client, signal } = session;
  const { name } = definition.metadata;
  const version = definition.spec.versions.find(({ storage }) => storage)?.name;
  if (version === undefined) throw new CliError(`no storage version found for CRD ${name}`);
  const apiVersion = `${definition.spec.group}/${version}`;
  const { kind } = definition.spec.names;
  const { items } = await client.listAll(apiVersion, kind, { signal, as: 'own' });
  for (const item of items) {
    await migrateObject(session, { ...item, apiVersion, kind });
    tell.success(`${display({ kind, ...item.metadata })} migrated to version ${version}`);
  }
  const stored = definition.status?.storedVersions ?? [];
  if (stored.length === 1 && stored[0] === version) return;
  const patch = { status: { storedVersions: [version] } };
  const options = { as: 'own', fieldManager, subresource: 'status', signal } as const;
  await client.patch({ ...definitions, name }, 'merge', patch, options);
  tell.success(`${name} migrated to storage version ${version}`);
}

/** What managers own is told in a version too: one that is no longer served would spoil their next apply. */
async function migrateObject({ client, signal }: Session, item: KubeObject): Promise<void> {
  const { apiVersion, kind, metadata } = item;
  const ref = {
    apiVersion,
    kind,
    name: metadata.name,
    ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
  };
  const options = { as: 'own', fieldManager, signal } as const;
  for (let attempt = 1, now = item; ; attempt++) {
    const { managedFields = [], resourceVersion } = now.metadata;
    const entries = managedFields.map(entry => ({ ...entry, apiVersion }));
    const moved = managedFields.some(entry => entry.apiVersion !== apiVersion);
    try {
      await client.patch(
        ref,
        'merge',
        moved ? { metadata: { managedFields: entries, resourceVersion: resourceVersion ?? null } } : {},
        options,
      );
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt === attempts)
        throw new CliError(`${display(ref)} failed to migrate: ${(error as Error).message}`, {
          cause: error,
        });
    }
    now = await client.get(ref, { as: 'own', signal });
  }
}
