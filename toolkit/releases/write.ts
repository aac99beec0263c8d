import { mergePatchBetween, threeWayMergePatch, threeWayStrategicPatch } from '@millrace/apply';
import type { Json, JsonObject } from '@millrace/json';
import { asJson, delay, isConflict, isNotFound, type KubeObject, refusalWords } from '@millrace/kube';
import { kubernetes } from '@millrace/schema';
import type { ReleaseContext } from './context.ts';
import { takeOverClientSide } from './field-managers.ts';
import { messageOf, ReleaseError } from './release-error.ts';
import type { Resource } from './resource.ts';

/** How objects are written. */
export interface WriteMode {
  /** Server-side apply; else as Helm 3 did, with patches that are made here. */
  serverSide: boolean;
  /** Take fields that others own. */
  forceConflicts?: boolean;
}

/** How objects that are there already are changed. */
export interface ChangeMode extends WriteMode {
  /** Put the whole object in the place of the one that is there. */
  replace?: boolean;
  /** Custom resources too are merged with what others have added. */
  mergeCustom?: boolean;
  /** What was written client-side before becomes a part of what is applied. */
  fromClientSide?: boolean;
}

/** client-go's DefaultRetry: five tries. */
const tries = 5;

/** Make an object that is not there. */
export async function createOne({ object }: Resource, mode: WriteMode, on: ReleaseContext): Promise<void> {
  if (mode.serverSide) return applyOne(object, mode, on);
  const { client, as, signal, fieldManager } = on;
  try {
    const made = await again(signal, isConflict, () => client.create(object, { as, signal, fieldManager }));
    on.wrote?.(made);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ReleaseError(refusalWords(object, cause), { cause });
  }
}

/** Bring an object that is there to what the release says now. */
export async function changeOne(
  before: KubeObject,
  { object, ref }: Resource,
  mode: ChangeMode,
  on: ReleaseContext,
): Promise<void> {
  if (mode.replace) return replaceOne(object, on);
  if (!mode.serverSide) return patchOne(before, { object, ref }, mode.mergeCustom ?? false, on);
  if (mode.fromClientSide) await again(on.signal, isConflict, () => takeOverClientSide(ref, on));
  await applyOne(object, mode, on);
}

/** Admission that counts quotas refuses one of two that come together: that one is tried again. */
const isQuotaRace = (error: unknown) =>
  isConflict(error) &&
  messageOf(error).includes('Operation cannot be fulfilled on resourcequotas') &&
  messageOf(error).includes('the object has been modified');

async function applyOne(object: KubeObject, { forceConflicts = false }: WriteMode, on: ReleaseContext) {
  const { client, as, signal, fieldManager } = on;
  const options = { as, signal, fieldManager, force: forceConflicts, fieldValidation: 'Strict' } as const;
  try {
    const applied = await again(signal, isQuotaRace, () => client.apply(object, options));
    on.wrote?.(applied.object);
  } catch (cause) {
    signal.throwIfAborted();
    const { namespace = '', name } = object.metadata;
    const which = `${namespace}/${name} ${versionOf(object)}, Kind=${object.kind}`;
    const what = isConflict(cause)
      ? `conflict occurred while applying object ${which}`
      : `server-side apply failed for object ${which}`;
    throw new ReleaseError(`${what}: ${refusalWords(object, cause)}`, { cause });
  }
}

/** Go writes the group of the core kinds too: it is empty. */
function versionOf({ apiVersion }: KubeObject): string {
  return apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
}

async function replaceOne(object: KubeObject, on: ReleaseContext): Promise<void> {
  const { client, as, signal, fieldManager } = on;
  const { name, namespace } = object.metadata;
  const ref = { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace && { namespace }) };
  try {
    const live = await client.get(ref, { as, signal });
    const metadata = { ...object.metadata, resourceVersion: live.metadata.resourceVersion ?? '' };
    const options = { as, signal, fieldManager, fieldValidation: 'Strict' } as const;
    const replaced = await client.update({ ...object, metadata }, options);
    on.wrote?.(replaced);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ReleaseError(`failed to replace object: ${refusalWords(object, cause)}`, { cause });
  }
}

async function patchOne(
  before: KubeObject,
  { object, ref }: Pick<Resource, 'object' | 'ref'>,
  mergeCustom: boolean,
  on: ReleaseContext,
): Promise<void> {
  const { client, as, signal, fieldManager } = on;
  const live = await client.get(ref, { as, signal }).catch(error => {
    if (isNotFound(error)) return { ...object, metadata: { name: ref.name } };
    throw error;
  });
  const { type, patch } = patchFor(asJson(before), asJson(object), asJson(live), mergeCustom);
  if (Object.keys(patch).length === 0) return;
  const patched = await client.patch(ref, type, patch, { as, signal, fieldManager }).catch(cause => {
    signal.throwIfAborted();
    throw new ReleaseError(`cannot patch "${ref.name}" with kind ${ref.kind}: ${refusalWords(ref, cause)}`, {
      cause,
    });
  });
  on.wrote?.(patched);
}

/** Kinds that Helm knows are merged with the live object by their rules; of others the release's own changes are sent. */
function patchFor(
  before: JsonObject,
  after: JsonObject,
  live: JsonObject,
  mergeCustom: boolean,
): { type: 'strategic' | 'merge'; patch: JsonObject } {
  const schema = kubernetes.schemaFor(kindOf(after));
  if (schema) return { type: 'strategic', patch: threeWayStrategicPatch(before, after, live, schema) };
  return {
    type: 'merge',
    patch: mergeCustom ? threeWayMergePatch(before, after, live) : mergePatchBetween(before, after),
  };
}

function kindOf({ apiVersion, kind }: JsonObject) {
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');
  const [version = '', group = ''] = text(apiVersion).split('/').reverse();
  return { group, version, kind: text(kind) };
}

/** As often as client-go tries, a moment apart. */
async function again<T>(
  signal: AbortSignal,
  isWorthIt: (error: unknown) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !isWorthIt(error)) throw error;
      await delay(10 * (1 + Math.random()), signal);
    }
  }
}
