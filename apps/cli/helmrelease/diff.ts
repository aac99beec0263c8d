import type { Release } from '@millrace/helm';
import type { Json } from '@millrace/json';
import { type Change, changesBetween, isObject } from '@millrace/json';
import {
  asJson,
  display,
  groupOf,
  isNotFound,
  type KubeClient,
  type KubeObject,
  type ObjectRef,
  refusalWords,
} from '@millrace/kube';
import { masked, maskedChanges, secretsIn } from '@millrace/masking';
import { markedAsOwned, type Resource, resourcesIn } from '@millrace/releases';
import { formatChanges } from '../output/changes.ts';
import { type Previewed, previewed } from './inputs.ts';
import type { PreviewFlags, PreviewPlace } from './preview-place.ts';

export interface DiffFlags extends PreviewFlags {
  output?: 'json';
}

/** What would become of an object. */
export interface ObjectDiff {
  object: string;
  action: 'created' | 'changed' | 'deleted' | 'failed';
  changes: Change[];
  /** Why it cannot be told. */
  problem?: string;
}

/** By which the API server knows who applies. */
const fieldManager = 'helm-controller';

/** `diff helmrelease NAME`: what its next release would change in the cluster. Throws CliError. */
export async function diffHelmRelease(
  name: string,
  flags: DiffFlags,
  place: PreviewPlace & { client: KubeClient },
): Promise<ObjectDiff[]> {
  const found = await previewed(name, flags, place);
  const { client, signal } = place;
  const { preview, current, secrets } = found;
  const where = { client, namespace: preview.namespace };
  const wanted = markedAsOwned(await resourcesIn(preview.manifest, where), preview);
  const definitions = await definitionsOf(found, where);
  const diffs: ObjectDiff[] = [];
  const own: KubeObject[] = [];
  const saw = (object: KubeObject) => object.kind === 'Secret' && own.push(object);
  for (const resource of [...definitions, ...wanted]) {
    const diff = await diffOf(resource, { client, signal }, saw);
    if (diff) diffs.push(diff);
  }
  for (const { ref } of await goneFrom(current, wanted, where))
    if (await liveOf(ref, { client, signal }))
      diffs.push({ object: display(ref), action: 'deleted', changes: [] });
  // What the Secrets of the release hold may stand in others of its objects.
  const hidden = [...secrets, ...secretsIn(own)];
  return diffs.map(diff => withoutSecrets(diff, hidden));
}

/** Definitions that the chart brings and that the policy of the next action installs. */
async function definitionsOf(
  { release, preview, current }: Previewed,
  where: { client: KubeClient; namespace: string },
): Promise<Resource[]> {
  const { install, upgrade } = release.spec;
  const policy = current ? (upgrade?.crds ?? 'Skip') : (install?.crds ?? 'Create');
  if (policy === 'Skip') return [];
  const texts = preview.crds.map(({ file }) => Buffer.from(file.data).toString('utf8'));
  const all = (await Promise.all(texts.map(text => resourcesIn(text, where)))).flat();
  const definitions = all.filter(({ ref }) => ref.kind === 'CustomResourceDefinition');
  if (policy === 'CreateReplace') return definitions;
  const there = await Promise.all(
    definitions.map(({ ref }) => liveOf(ref, { client: where.client, signal: AbortSignal.timeout(60_000) })),
  );
  return definitions.filter((_, i) => !there[i]);
}

interface Cluster {
  client: KubeClient;
  signal: AbortSignal;
}

async function liveOf(ref: ObjectRef, { client, signal }: Cluster): Promise<KubeObject | undefined> {
  return client.get(ref, { as: 'own', signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

async function diffOf(
  { ref, object }: Resource,
  cluster: Cluster,
  saw: (object: KubeObject) => void,
): Promise<ObjectDiff | undefined> {
  const live = await liveOf(ref, cluster);
  if (live) saw(live);
  if (!live) return { object: display(ref), action: 'created', changes: [] };
  const { client, signal } = cluster;
  const options = { fieldManager, force: true, dryRun: true, as: 'own', signal } as const;
  try {
    const { object: after } = await client.apply(object, options);
    saw(after);
    const changes = changesBetween(comparable(live), comparable(after));
    return changes.length === 0 ? undefined : { object: display(ref), action: 'changed', changes };
  } catch (error) {
    signal.throwIfAborted();
    return { object: display(ref), action: 'failed', changes: [], problem: refusalWords(ref, error) };
  }
}

/** What the server keeps by itself is no change. A Secret shows that a value is another, and not which. */
function comparable(object: KubeObject): Json {
  const { status: _, metadata, ...rest } = asJson(object);
  const { managedFields, resourceVersion, generation, uid, creationTimestamp, ...marks } = isObject(metadata)
    ? metadata
    : {};
  return { metadata: marks, ...rest };
}

/** What the release has and the next one has not, unless it is to be kept. */
async function goneFrom(
  current: Release | undefined,
  wanted: Resource[],
  where: { client: KubeClient; namespace: string },
): Promise<Resource[]> {
  if (!current) return [];
  const key = ({ ref }: Resource) => `${groupOf(ref.apiVersion)}/${display(ref)}`;
  const stays = new Set(wanted.map(key));
  const before = await resourcesIn(current.manifest, where);
  return before.filter(
    resource =>
      !stays.has(key(resource)) &&
      resource.object.metadata.annotations?.['helm.sh/resource-policy'] !== 'keep',
  );
}

function withoutSecrets(diff: ObjectDiff, secrets: readonly string[]): ObjectDiff {
  const changes = maskedChanges(diff.object.startsWith('Secret/'), diff.changes, secrets);
  return { ...diff, changes, ...(diff.problem !== undefined && { problem: masked(diff.problem, secrets) }) };
}

/** The diff for the eye. */
export function formatDiff(diffs: readonly ObjectDiff[]): string {
  return diffs
    .map(({ object, action, changes, problem }) => {
      if (action === 'failed') return `✗ ${object} ${problem ?? ''}\n`;
      return `► ${object} ${action}\n${formatChanges(changes, '    ')}`;
    })
    .join('');
}
