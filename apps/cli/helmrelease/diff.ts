import type { Release } from '@millrace/helm';
import { type Change, changesBetween, equal, isObject, type JsonObject } from '@millrace/json';
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
import { masked, maskedChanges, secretsGently } from '@millrace/masking';
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

type Place = PreviewPlace & { client: KubeClient };

/** `diff helmrelease NAME`: what its next release would change in the cluster. Throws CliError. */
export async function diffHelmRelease(name: string, flags: DiffFlags, place: Place): Promise<ObjectDiff[]> {
  const { pairs, secrets } = await compareRelease(await previewed(name, flags, place), place);
  return pairs.map(pair => withoutSecrets(diffOf(pair), secrets));
}

/** An object as it is and as it would be, as far as there is one. */
export interface ObjectPair extends Omit<ObjectDiff, 'changes'> {
  before?: JsonObject;
  after?: JsonObject;
}

/** As much of a preview as it takes. */
export type Compared = Pick<Previewed, 'release' | 'preview' | 'current' | 'secrets'>;

/** What the next release would change, and what Secrets hold that may stand in it. */
export async function compareRelease(
  found: Compared,
  place: Place,
): Promise<{ pairs: ObjectPair[]; same: number; secrets: string[] }> {
  const { client } = place;
  const { preview, current, secrets } = found;
  const where = { client, namespace: preview.namespace };
  const wanted = markedAsOwned(await resourcesIn(preview.manifest, where), preview);
  const definitions = await definitionsOf(found, where, place);
  const pairs: ObjectPair[] = [];
  const own: KubeObject[] = [];
  const saw = (object: KubeObject) => object.kind === 'Secret' && own.push(object);
  let same = 0;
  for (const resource of [...definitions, ...wanted]) {
    const pair = await pairOf(resource, place, saw);
    if (pair) pairs.push(pair);
    else same++;
  }
  for (const { ref } of await goneFrom(current, wanted, where)) {
    const live = await liveOf(ref, place);
    if (live) saw(live);
    if (live) pairs.push({ object: display(ref), action: 'deleted', before: comparable(live) });
  }
  // What the Secrets of the release hold may stand in others of its objects.
  return { pairs, same, secrets: [...secrets, ...(await secretsGently(own))] };
}

/** Definitions that the chart brings and that the policy of the next action installs. */
async function definitionsOf(
  { release, preview, current }: Compared,
  where: { client: KubeClient; namespace: string },
  place: Place,
): Promise<Resource[]> {
  const { install, upgrade } = release.spec;
  const policy = current ? (upgrade?.crds ?? 'Skip') : (install?.crds ?? 'Create');
  if (policy === 'Skip') return [];
  const texts = preview.crds.map(({ file }) => Buffer.from(file.data).toString('utf8'));
  const all = (await Promise.all(texts.map(text => resourcesIn(text, where)))).flat();
  const definitions = all.filter(({ ref }) => ref.kind === 'CustomResourceDefinition');
  if (policy === 'CreateReplace') return definitions;
  const there = await Promise.all(definitions.map(({ ref }) => liveOf(ref, place)));
  return definitions.filter((_, i) => !there[i]);
}

async function liveOf(ref: ObjectRef, { client, as, signal }: Place): Promise<KubeObject | undefined> {
  return client.get(ref, { as, signal }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

/** Undefined where nothing would change. */
async function pairOf(
  { ref, object }: Resource,
  place: Place,
  saw: (object: KubeObject) => void,
): Promise<ObjectPair | undefined> {
  const { client, as, signal } = place;
  const live = await liveOf(ref, place);
  if (live) saw(live);
  else saw(object);
  if (!live) return { object: display(ref), action: 'created', after: comparable(object) };
  const options = { fieldManager, force: true, dryRun: true, as, signal } as const;
  try {
    const { object: tried } = await client.apply(object, options);
    saw(tried);
    const [before, after] = [comparable(live), comparable(tried)];
    return equal(before, after) ? undefined : { object: display(ref), action: 'changed', before, after };
  } catch (error) {
    signal.throwIfAborted();
    return { object: display(ref), action: 'failed', problem: refusalWords(ref, error) };
  }
}

function diffOf({ before, after, ...pair }: ObjectPair): ObjectDiff {
  return { ...pair, changes: before && after ? changesBetween(before, after) : [] };
}

/** What the server keeps by itself is no change. A Secret shows that a value is another, and not which. */
function comparable(object: KubeObject): JsonObject {
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
