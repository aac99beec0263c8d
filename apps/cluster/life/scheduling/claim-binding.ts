import type { JsonObject } from '@millrace/json';
import { childOf, objectsAt, textAt } from '../../api/tree.ts';
import { claimNameOf } from '../volumes/ephemeral-volumes.ts';
import { classOf, fittingVolume } from '../volumes/volume-fit.ts';
import { noProvisioner, selectedNode, waitsForConsumer } from '../volumes/volumes.ts';
import type { World } from '../world/world.ts';
import { matchesNodeTerms } from './placement.ts';

const claims = '/persistentvolumeclaims';
const volumes = '/persistentvolumes';

/** The claims of a Pod, by name; undefined for those that are not there. */
function claimsOf(world: World, pod: JsonObject): Map<string, JsonObject | undefined> {
  const names = objectsAt(pod, 'spec', 'volumes')
    .map(volume => claimNameOf(pod, volume))
    .filter(Boolean);
  const namespace = textAt(pod, 'metadata', 'namespace');
  return new Map(names.map(name => [name, world.get(claims, namespace, name)]));
}

function isBound(claim: JsonObject): boolean {
  return textAt(claim, 'status', 'phase') === 'Bound';
}

/** Why a Pod can run on no node because of its claims, as the scheduler words it. */
export function claimProblem(world: World, pod: JsonObject): string | undefined {
  for (const [name, claim] of claimsOf(world, pod)) {
    const what = `persistentvolumeclaim ${JSON.stringify(name)}`;
    if (!claim) return `${what} not found`;
    if (textAt(claim, 'status', 'phase') === 'Lost')
      return `${what} bound to non-existent persistentvolume ${JSON.stringify(textAt(claim, 'spec', 'volumeName'))}`;
    if (textAt(claim, 'metadata', 'deletionTimestamp')) return `${what} is being deleted`;
    if (!isBound(claim) && !isDelayed(world, claim))
      return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return undefined;
}

/** True also once the node is chosen. */
function isDelayed(world: World, claim: JsonObject): boolean {
  return waitsForConsumer(world, claim) || textAt(claim, 'metadata', 'annotations', selectedNode) !== '';
}

/** What keeps a Pod from a node: volumes that are to be reached from elsewhere, or none that is free. */
export function volumeMisfit(world: World, pod: JsonObject, node: JsonObject): string | undefined {
  for (const claim of claimsOf(world, pod).values()) {
    if (!claim) continue;
    if (isBound(claim)) {
      const volume = world.get(volumes, '', textAt(claim, 'spec', 'volumeName'));
      if (volume && !isReachable(volume, node)) return 'node(s) had volume node affinity conflict';
    } else if (
      provisionerOf(world, claim) === noProvisioner &&
      !fittingVolume(claim, world.list(volumes), volume => isReachable(volume, node))
    )
      return "node(s) didn't find available persistent volumes to bind";
  }
  return undefined;
}

function provisionerOf(world: World, claim: JsonObject): string {
  return textAt(world.get('storage.k8s.io/storageclasses', '', classOf(claim)), 'provisioner');
}

function isReachable(volume: JsonObject, node: JsonObject): boolean {
  const terms = objectsAt(volume, 'spec', 'nodeAffinity', 'required', 'nodeSelectorTerms');
  return terms.length === 0 || matchesNodeTerms(terms, node);
}

/** Let the claims be bound that waited for the Pod's node. Answers true when there are some: they come first. */
export function chooseNode(world: World, pod: JsonObject, node: string): boolean {
  const waiting = [...claimsOf(world, pod).values()].filter(
    claim => claim !== undefined && !isBound(claim),
  ) as JsonObject[];
  for (const claim of waiting)
    world.change(claims, claim, current => {
      childOf(childOf(current, 'metadata'), 'annotations')[selectedNode] = node;
      return current;
    });
  return waiting.length > 0;
}
