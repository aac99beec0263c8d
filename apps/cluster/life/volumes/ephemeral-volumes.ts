import { clone, type JsonObject } from '@millrace/json';
import { ApiError } from '../../api/status.ts';
import { objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { controllerReference } from '../world/owners.ts';
import { record } from '../world/recorder.ts';
import type { World } from '../world/world.ts';

const claims = '/persistentvolumeclaims';

/** The name of the claim behind a volume of a Pod; empty where there is none. */
export function claimNameOf(pod: JsonObject, volume: JsonObject): string {
  if (valueAt(volume, 'ephemeral') === undefined) return textAt(volume, 'persistentVolumeClaim', 'claimName');
  return `${textAt(pod, 'metadata', 'name')}-${textAt(volume, 'name')}`;
}

/**
 * Make the claims that live and go with their Pod.
 * https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes
 */
export function ensureEphemeralClaims(world: World, pod: JsonObject): void {
  for (const volume of objectsAt(pod, 'spec', 'volumes')) {
    if (valueAt(volume, 'ephemeral') === undefined) continue;
    const name = claimNameOf(pod, volume);
    const namespace = textAt(pod, 'metadata', 'namespace');
    if (world.get(claims, namespace, name)) continue;
    const { metadata, spec } = objectAt(volume, 'ephemeral', 'volumeClaimTemplate');
    const controller = world.as('ephemeral_volume');
    const owner = { apiVersion: 'v1', kind: 'Pod', ...pod };
    const made = controller.createOrRefusal(claims, {
      metadata: { ...objectAt(metadata), name, namespace, ownerReferences: [controllerReference(owner)] },
      spec: clone(objectAt(spec)),
    });
    if (!(made instanceof ApiError)) continue;
    const what = `ephemeral volume ${textAt(volume, 'name')}: create PVC ${name}: ${made.message}`;
    record(controller, pod, { type: 'Warning', reason: 'FailedBinding', message: what });
  }
}
