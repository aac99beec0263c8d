import type { JsonObject } from '@millrace/json';
import { isTrue } from '../api/conditions.ts';
import { randomSuffix } from '../api/names.ts';
import { childOf, objectAt, textAt } from '../api/tree.ts';
import { byController } from './owners.ts';
import { createPod, recordDeletion } from './replica-sets.ts';
import { hashOf } from './stateful-sets.ts';
import type { World } from './world.ts';

const storage = 'apps/daemonsets';
const revisionLabel = 'controller-revision-hash';

/** One Pod on each node. */
export function simulateDaemonSets(world: World): void {
  const concerns = byController('/pods', 'DaemonSet');
  world.reconcile(storage, set => reconcile(world, set), concerns);
}

function reconcile(world: World, set: JsonObject): void {
  if (textAt(set, 'metadata', 'deletionTimestamp')) return;
  const revision = hashOf(objectAt(set, 'spec', 'template'));
  const rolls = textAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
  const controller = world.as('daemonset-controller');
  const nodes = world.list('/nodes').map(node => textAt(node, 'metadata', 'name'));
  const isCurrent = (pod: JsonObject) => textAt(pod, 'metadata', 'labels', revisionLabel) === revision;
  for (const pod of world.owned('/pods', set)) {
    const stays = nodes.includes(textAt(pod, 'spec', 'nodeName')) && (isCurrent(pod) || !rolls);
    if (stays) continue;
    world.delete('/pods', pod);
    recordDeletion(controller, set, pod);
  }
  const left = world.owned('/pods', set);
  for (const node of nodes) {
    if (left.some(pod => textAt(pod, 'spec', 'nodeName') === node)) continue;
    const name = `${textAt(set, 'metadata', 'name')}-${randomSuffix()}`;
    const onNode = (pod: JsonObject) => {
      childOf(childOf(pod, 'metadata'), 'labels')[revisionLabel] = revision;
      childOf(pod, 'spec').nodeName = node;
    };
    createPod(world, controller, set, name, onNode);
  }
  const pods = world.owned('/pods', set);
  const ready = pods.filter(pod => isTrue(pod, 'Ready')).length;
  world.report(storage, set, {
    observedGeneration: objectAt(set, 'metadata').generation,
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: nodes.length,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: ready || undefined,
    numberUnavailable: nodes.length - ready || undefined,
    updatedNumberScheduled: pods.filter(isCurrent).length || undefined,
  });
}
