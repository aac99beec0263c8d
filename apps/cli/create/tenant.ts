import { equal, type JsonObject } from '@millrace/json';
import { asJson, isNotFound, type KubeObject, refOf } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import { type Session, withCluster } from '../verbs/session.ts';
import { labelsOf, printManifest, requireName } from './create.ts';
import type { CreateOptions } from './flags.ts';

export interface TenantOptions extends CreateOptions {
  withNamespace?: string[];
  withServiceAccount?: string;
  clusterRole: string;
  skipNamespace?: boolean;
}

/** `create tenant`: namespaces, and in each who reconciles there and what they may do. */
export async function createTenant(
  given: string | undefined,
  options: TenantOptions,
  globals: Globals,
): Promise<void> {
  const tenant = requireName(given);
  const { withNamespace: namespaces, clusterRole, skipNamespace } = options;
  if (clusterRole === '') throw new CliError('cluster-role is required');
  if (!namespaces) throw new CliError('with-namespace is required');
  const account = options.withServiceAccount || tenant;
  for (const [what, name] of [
    ...namespaces.map(name => ['namespace', name] as const),
    ['service-account name', account] as const,
  ])
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)) throw new CliError(`invalid ${what} '${name}'`);
  const labels = { ...labelsOf(options.label ?? []), 'toolkit.fluxcd.io/tenant': tenant };
  const sets = namespaces.map(namespace => objectsOf({ tenant, namespace, account, clusterRole, labels }));
  if (options.export) {
    for (const { namespace, others } of sets)
      for (const object of [...(skipNamespace ? [] : [namespace]), ...others]) printManifest(object);
    return;
  }
  await withCluster(globals, async session => {
    for (const { namespace, others } of sets) {
      if (!skipNamespace) await apply(session, namespace, 'namespace');
      await apply(session, others[0]!, 'service account');
      await apply(session, others[1]!, 'role binding');
    }
  });
  tell.success('tenant setup completed');
}

interface Tenant {
  tenant: string;
  namespace: string;
  account: string;
  clusterRole: string;
  labels: Record<string, string>;
}

function objectsOf({ tenant, namespace, account, clusterRole, labels }: Tenant) {
  const apiGroup = 'rbac.authorization.k8s.io';
  const metadata = (name: string) => ({ name, namespace, labels });
  return {
    namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } } as KubeObject,
    others: [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(account) },
      {
        apiVersion: `${apiGroup}/v1`,
        kind: 'RoleBinding',
        metadata: metadata(`${tenant}-reconciler`),
        roleRef: { apiGroup, kind: 'ClusterRole', name: clusterRole },
        subjects: [
          { apiGroup, kind: 'User', name: `gotk:${namespace}:reconciler` },
          { kind: 'ServiceAccount', name: account, namespace },
        ],
      },
    ] as KubeObject[],
  };
}

/** Labels are put in place; a binding to another role has to be made anew. */
async function apply({ client, signal }: Session, object: KubeObject, what: string): Promise<void> {
  tell.action(`applying ${what} ${object.metadata.name}`);
  const options = { as: 'own' as const, signal };
  const there = await client.get(refOf(object), options).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  if (there && sameRights(there, object)) {
    if (holds(there.metadata.labels ?? {}, object.metadata.labels ?? {})) return;
    const { labels } = object.metadata;
    await client.patch(refOf(object), 'merge', { metadata: { labels } } as never, {
      ...options,
      fieldManager,
    });
    return;
  }
  if (there) await client.delete(refOf(object), options);
  await client.create(object, { ...options, fieldManager });
}

const holds = (all: Record<string, string>, some: Record<string, string>) =>
  Object.entries(some).every(([key, value]) => all[key] === value);

function sameRights(there: KubeObject, wanted: KubeObject): boolean {
  const part = (object: KubeObject, field: string) => (asJson(object) as JsonObject)[field] ?? null;
  if (!equal(part(there, 'roleRef'), part(wanted, 'roleRef'))) return false;
  // The API server adds what it implies to subjects.
  const subjects = (object: KubeObject) =>
    ((part(object, 'subjects') ?? []) as { kind: string; name: string; namespace?: string }[]).map(
      ({ kind, name, namespace = '' }) => `${kind}/${namespace}/${name}`,
    );
  return equal(subjects(there), subjects(wanted));
}
