import type { JsonObject } from '@millrace/json';
import { listAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { claimWarnings } from './claims.ts';
import { deprecatedNodeLabel, requiredTermWarnings } from './node-labels.ts';
import { deprecatedVolumeWarnings } from './volumes.ts';

const betaClass = 'volume.beta.kubernetes.io/storage-class';
const betaOptions = 'volume.beta.kubernetes.io/mount-options';
const volumePlugins = ['cephfs', 'photonPersistentDisk', 'scaleIO', 'storageos', 'glusterfs', 'rbd'];

export function persistentVolumeWarnings(volume: JsonObject): string[] {
  const spec = objectAt(volume, 'spec');
  const annotations = objectAt(volume, 'metadata', 'annotations');
  const warnings: string[] = [];
  if (Object.hasOwn(annotations, betaClass))
    warnings.push(
      `metadata.annotations[${betaClass}]: deprecated since v1.8; use "storageClassName" attribute instead`,
    );
  if (Object.hasOwn(annotations, betaOptions))
    warnings.push(
      `metadata.annotations[${betaOptions}]: deprecated since v1.31; use "mountOptions" attribute instead`,
    );
  if (spec.persistentVolumeReclaimPolicy === 'Recycle')
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  const nodes = objectAt(spec, 'nodeAffinity', 'required');
  warnings.push(...requiredTermWarnings(nodes, 'spec.nodeAffinity.required'));
  warnings.push(...deprecatedVolumeWarnings(spec, 'spec', volumePlugins));
  return warnings;
}

export function persistentVolumeClaimWarnings(claim: JsonObject): string[] {
  const isBeta = Object.hasOwn(objectAt(claim, 'metadata', 'annotations'), betaClass);
  const instead = 'deprecated since v1.8; use "storageClassName" attribute instead';
  return [
    ...(isBeta ? [`metadata.annotations[${betaClass}]: ${instead}`] : []),
    ...claimWarnings(objectAt(claim, 'spec'), 'spec'),
  ];
}

export function storageClassWarnings(storageClass: JsonObject): string[] {
  return objectsAt(storageClass, 'allowedTopologies').flatMap((topology, i) =>
    objectsAt(topology, 'matchLabelExpressions').flatMap((expression, k) => {
      const why = deprecatedNodeLabel(textAt(expression, 'key'));
      return why === undefined ? [] : [`allowedTopologies[${i}].matchLabelExpressions[${k}].key: ${why}`];
    }),
  );
}

export function csiDriverWarnings(driver: JsonObject): string[] {
  const spec = objectAt(driver, 'spec');
  if (listAt(spec, 'tokenRequests').length === 0 || spec.serviceAccountTokenInSecrets !== undefined)
    return [];
  return [
    'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
  ];
}
