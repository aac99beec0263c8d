import { clone, equal, type Json, type JsonObject } from '@millrace/json';
import { ApiError } from '../../api/status.ts';
import { childOf, listAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { controllerReference } from '../world/owners.ts';
import { record } from '../world/recorder.ts';
import type { World } from '../world/world.ts';

const storage = '/persistentvolumeclaims';

/** The names of the claims of a StatefulSet's Pod, by the volume that each is for. */
function claimsOf(
  set: JsonObject,
  pod: string,
): { readonly volume: string; readonly name: string; readonly template: JsonObject }[] {
  return objectsAt(set, 'spec', 'volumeClaimTemplates').map(template => {
    const volume = textAt(template, 'metadata', 'name');
    return { volume, name: `${volume}-${pod}`, template };
  });
}

/** Let a Pod mount its claims. */
export function mountClaims(set: JsonObject, pod: string, spec: JsonObject): void {
  const claims = claimsOf(set, pod);
  if (claims.length === 0) return;
  const others = objectsAt(spec, 'volumes').filter(
    ({ name }) => !claims.some(({ volume }) => volume === name),
  );
  const volumes: Json[] = claims.map(({ volume, name }) => ({
    name: volume,
    persistentVolumeClaim: { claimName: name },
  }));
  spec.volumes = [...volumes, ...others];
}

/** Make the claims of a Pod that are missing. Answers with why one was refused. */
export function ensureClaims(controller: World, set: JsonObject, pod: string): ApiError | undefined {
  const namespace = textAt(set, 'metadata', 'namespace');
  for (const { name, template } of claimsOf(set, pod)) {
    if (controller.get(storage, namespace, name)) continue;
    const labels = {
      ...objectAt(template, 'metadata', 'labels'),
      ...objectAt(set, 'spec', 'selector', 'matchLabels'),
    };
    const annotations = objectAt(template, 'metadata', 'annotations');
    const made = controller.createOrRefusal(storage, {
      metadata: { name, namespace, labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: clone(objectAt(template, 'spec')),
    });
    const refused = made instanceof ApiError ? made : undefined;
    const owner = textAt(set, 'metadata', 'name');
    const start = `Create Claim ${name} Pod ${pod} in StatefulSet ${owner}`;
    record(controller, set, {
      type: refused ? 'Warning' : 'Normal',
      reason: refused ? 'FailedCreate' : 'SuccessfulCreate',
      message: refused ? `${start} failed error: ${refused.message}` : `${start} success`,
    });
    if (refused) return refused;
  }
  return undefined;
}

/**
 * Say by owner references what becomes of the claims of a Pod: they go with the set, with the Pod that is one too
 * many, or stay.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
 */
export function retainClaims(controller: World, set: JsonObject, pod: JsonObject, isSurplus: boolean): void {
  const policy = objectAt(set, 'spec', 'persistentVolumeClaimRetentionPolicy');
  const byPod = isSurplus && policy.whenScaled === 'Delete';
  const owner = byPod
    ? { apiVersion: 'v1', kind: 'Pod', ...pod }
    : policy.whenDeleted === 'Delete'
      ? set
      : undefined;
  const namespace = textAt(set, 'metadata', 'namespace');
  for (const { name } of claimsOf(set, textAt(pod, 'metadata', 'name'))) {
    const claim = controller.get(storage, namespace, name);
    if (!claim) continue;
    const given = listAt(claim, 'metadata', 'ownerReferences');
    const foreign = objectsAt(claim, 'metadata', 'ownerReferences').filter(
      ({ kind, controller: controls }) => controls !== true || (kind !== 'StatefulSet' && kind !== 'Pod'),
    );
    const wanted = owner ? [...foreign, controllerReference(owner as JsonObject)] : foreign;
    if (equal(given, wanted)) continue;
    controller.change(storage, claim, current => {
      const metadata = childOf(current, 'metadata');
      if (wanted.length > 0) metadata.ownerReferences = wanted;
      else delete metadata.ownerReferences;
      return current;
    });
  }
}
