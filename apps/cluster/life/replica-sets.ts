import type { JsonObject } from '@millrace/json';
import { clone } from '@millrace/json';
import { isTrue } from '../api/conditions.ts';
import { randomSuffix } from '../api/names.ts';
import { numberAt, objectAt, textAt } from '../api/tree.ts';
import { byController, controllerReference } from './owners.ts';
import { record } from './recorder.ts';
import type { World } from './world.ts';

const storage = 'apps/replicasets';

/** Keep as many Pods as each ReplicaSet asks for. */
export function simulateReplicaSets(world: World): void {
  world.reconcile(storage, set => reconcile(world, set), byController('/pods', 'ReplicaSet'));
}

function reconcile(world: World, set: JsonObject): void {
  const all = world.owned('/pods', set).filter(isActive);
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  if (!textAt(set, 'metadata', 'deletionTimestamp')) {
    const controller = world.as('replicaset-controller');
    for (let i = all.length; i < wanted; i++)
      createPod(world, controller, set, `${textAt(set, 'metadata', 'name')}-${randomSuffix()}`);
    for (const pod of surplus(all, all.length - wanted)) {
      world.delete('/pods', pod);
      recordDeletion(controller, set, pod);
    }
  }
  const pods = world.owned('/pods', set).filter(isActive);
  const ready = pods.filter(pod => isTrue(pod, 'Ready')).length;
  world.report(storage, set, {
    replicas: pods.length,
    fullyLabeledReplicas: pods.length || undefined,
    readyReplicas: ready || undefined,
    availableReplicas: ready || undefined,
    observedGeneration: objectAt(set, 'metadata').generation,
  });
}

/** Create a Pod of an owner and tell of it under the name of the owner's controller. */
export function createPod(
  world: World,
  controller: World,
  owner: JsonObject,
  name: string,
  extra?: (pod: JsonObject) => void,
): void {
  const pod = world.create('/pods', podFrom(owner, name, extra));
  if (!pod) return;
  record(controller, owner, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}` });
}

/** Tell that a Pod of an owner was deleted. */
export function recordDeletion(controller: World, owner: JsonObject, pod: JsonObject): void {
  const message = `Deleted pod: ${textAt(pod, 'metadata', 'name')}`;
  record(controller, owner, { type: 'Normal', reason: 'SuccessfulDelete', message });
}

/** Those that are not ready go first, then the youngest. */
function surplus(pods: JsonObject[], count: number): JsonObject[] {
  if (count <= 0) return [];
  const rank = (pod: JsonObject) => (isTrue(pod, 'Ready') ? 1 : 0);
  const age = (pod: JsonObject) => textAt(pod, 'metadata', 'creationTimestamp');
  return [...pods].sort((a, b) => rank(a) - rank(b) || (age(a) < age(b) ? 1 : -1)).slice(0, count);
}

export function isActive(pod: JsonObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return !textAt(pod, 'metadata', 'deletionTimestamp') && phase !== 'Failed' && phase !== 'Succeeded';
}

/** A Pod made from the template of its owner. */
export function podFrom(
  owner: JsonObject,
  name: string,
  extra: (pod: JsonObject) => void = () => {},
): JsonObject {
  const { metadata, spec } = clone(objectAt(owner, 'spec', 'template'));
  const pod: JsonObject = {
    metadata: {
      ...(metadata as JsonObject | undefined),
      name,
      namespace: textAt(owner, 'metadata', 'namespace'),
      ownerReferences: [controllerReference(owner)],
    },
    spec: spec ?? {},
  };
  extra(pod);
  return pod;
}
