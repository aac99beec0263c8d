import type { JsonObject } from '@millrace/json';
import { parseQuantity } from '../../admission/builtin/quantity.ts';
import { type Labels, matchLabelSelector } from '../../api/label-selector.ts';
import { listAt, objectAt, textAt, valueAt } from '../../api/tree.ts';

/** What a claim wants of the class of its volume; classes used to be annotations. */
export function classOf(object: JsonObject): string {
  const beta = 'volume.beta.kubernetes.io/storage-class';
  return textAt(object, 'spec', 'storageClassName') || textAt(object, 'metadata', 'annotations', beta);
}

export function sizeOf(object: JsonObject, ...path: string[]): bigint {
  return parseQuantity(textAt(object, ...path, 'storage') || '0').nano;
}

/** Whom a volume is kept for. */
export function isReservedFor(volume: JsonObject, claim: JsonObject): boolean {
  const reference = objectAt(volume, 'spec', 'claimRef');
  const isSame = ['name', 'namespace'].every(
    field => textAt(reference, field) === textAt(claim, 'metadata', field),
  );
  const uid = textAt(reference, 'uid');
  return isSame && (uid === '' || uid === textAt(claim, 'metadata', 'uid'));
}

export function isReserved(volume: JsonObject): boolean {
  return textAt(volume, 'spec', 'claimRef', 'name') !== '';
}

/**
 * The volume that fits a claim: one that is kept for it, else the smallest that is free and large enough.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
 */
export function fittingVolume(
  claim: JsonObject,
  volumes: readonly JsonObject[],
  isAllowed: (volume: JsonObject) => boolean = () => true,
): JsonObject | undefined {
  const fitting = volumes.filter(
    volume =>
      textAt(volume, 'metadata', 'deletionTimestamp') === '' && fits(volume, claim) && isAllowed(volume),
  );
  const kept = fitting.find(volume => isReserved(volume) && isReservedFor(volume, claim));
  if (kept) return kept;
  const selector = valueAt(claim, 'spec', 'selector');
  return fitting
    .filter(volume => !isReserved(volume))
    .filter(volume => matchLabelSelector(selector ?? {}, objectAt(volume, 'metadata', 'labels') as Labels))
    .sort((a, b) => (sizeOf(a, 'spec', 'capacity') < sizeOf(b, 'spec', 'capacity') ? -1 : 1))[0];
}

function fits(volume: JsonObject, claim: JsonObject): boolean {
  return mismatchOf(volume, claim) === undefined;
}

/** Why a volume is not what a claim wants, as its controller words it. */
export function mismatchOf(volume: JsonObject, claim: JsonObject): string | undefined {
  const modeOf = (object: JsonObject) => textAt(object, 'spec', 'volumeMode') || 'Filesystem';
  const modes = listAt(volume, 'spec', 'accessModes');
  if (sizeOf(volume, 'spec', 'capacity') < sizeOf(claim, 'spec', 'resources', 'requests'))
    return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if (modeOf(volume) !== modeOf(claim)) return 'incompatible volumeMode';
  const isOpen = listAt(claim, 'spec', 'accessModes').every(mode => modes.includes(mode));
  return isOpen ? undefined : 'incompatible accessMode';
}
