import { names, type Receiver } from '@millrace/api';
import type { Places } from '@millrace/controller';
import { type KubeClient, type ObjectRef, refOf } from '@millrace/kube';
import type { Filter } from './filters.ts';
import { requestTime } from './request-time.ts';

type Named = Receiver['spec']['resources'][number];

export interface ResourceDeps {
  client: KubeClient;
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  /** For requests to the API server, of which there are only so many at once: namespaces take turns. */
  places: Places;
  woken(ref: ObjectRef): void;
}

/** Of entries without an apiVersion (notification-controller v1.9.3); other kinds need one. */
const versions = new Map([
  ['Bucket', 'source.toolkit.fluxcd.io/v1'],
  ['HelmChart', 'source.toolkit.fluxcd.io/v1'],
  ['HelmRepository', 'source.toolkit.fluxcd.io/v1'],
  ['GitRepository', 'source.toolkit.fluxcd.io/v1'],
  ['OCIRepository', 'source.toolkit.fluxcd.io/v1'],
  ['ImageRepository', 'image.toolkit.fluxcd.io/v1'],
  ['ArtifactGenerator', 'source.extensions.fluxcd.io/v1beta1'],
]);

/**
 * Ask for a reconcile of the objects that an entry names and its filter lets through. Rejects with the first problem.
 */
export async function wake(
  resource: Named,
  { metadata }: Receiver,
  filter: Filter | undefined,
  on: ResourceDeps,
): Promise<void> {
  const { kind, name } = resource;
  const namespace = resource.namespace ?? metadata.namespace ?? '';
  if (!on.crossNamespaceRefs && namespace !== metadata.namespace)
    throw new Error(`${kind} ${namespace}/${name}: cross-namespace references are not allowed`);
  const apiVersion = resource.apiVersion || versions.get(kind);
  if (!apiVersion) throw new Error(`apiVersion must be specified for kind "${kind}"`);
  if (name === '*') return wakeMany({ ...resource, apiVersion, namespace }, filter, on);
  const ref = { apiVersion, kind, namespace, name };
  if (filter && !(await filter(await inTurn(namespace, on, () => on.client.get(ref, { as: 'own' }))))) return;
  await annotate(ref, on);
}

/** All are tried: one that cannot be woken holds up no other. */
async function wakeMany(
  { apiVersion, kind, namespace, matchLabels }: Named & { apiVersion: string; namespace: string },
  filter: Filter | undefined,
  on: ResourceDeps,
): Promise<void> {
  if (!matchLabels) throw new Error("matchLabels field not set when using wildcard '*' as name");
  const labelSelector = selectorOf(matchLabels);
  if (labelSelector === undefined) return;
  const query = { namespace, labelSelector, metadataOnly: true, as: 'own' } as const;
  const { items } = await inTurn(namespace, on, () => on.client.listAll(apiVersion, kind, query));
  const problems: unknown[] = [];
  const fail = (problem: unknown) => void problems.push(problem);
  const writing: Promise<void>[] = [];
  for (const item of items) {
    const wanted = !filter || (await filter(item).catch(fail));
    if (wanted) writing.push(annotate(refOf(item), on).catch(fail));
  }
  await Promise.all(writing);
  if (problems.length > 0) throw problems[0];
}

async function annotate(ref: ObjectRef, on: ResourceDeps): Promise<void> {
  const patch = { metadata: { annotations: { [names.requestedAt]: requestTime() } } };
  const options = { fieldManager: 'notification-controller', as: 'own' } as const;
  await inTurn(ref.namespace ?? '', on, () => on.client.patch(ref, 'merge', patch, options));
  on.woken(ref);
}

const forever = new AbortController().signal;

async function inTurn<T>(namespace: string, { places }: ResourceDeps, ask: () => Promise<T>): Promise<T> {
  const leave = await places.take(namespace, forever);
  try {
    return await ask();
  } finally {
    leave();
  }
}

const name = '[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?';
const isKey = new RegExp(`^([a-z0-9.-]{1,253}/)?${name}$`);
const isValue = new RegExp(`^(${name})?$`);

/** Undefined for labels that no object can have: in a selector they would mean something else. */
function selectorOf(labels: Record<string, string>): string | undefined {
  const entries = Object.entries(labels);
  if (!entries.every(([key, value]) => isKey.test(key) && isValue.test(value))) return undefined;
  return entries.map(([key, value]) => `${key}=${value}`).join(',');
}
