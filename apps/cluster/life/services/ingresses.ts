import { objectsAt } from '../../api/tree.ts';
import { nodeAddress, nodeNames } from '../scheduling/nodes.ts';
import type { World } from '../world/world.ts';

/** Every Ingress is reached at the node. */
export function simulateIngresses(world: World): void {
  const storage = 'networking.k8s.io/ingresses';
  world.reconcile(storage, ingress => {
    if (objectsAt(ingress, 'status', 'loadBalancer', 'ingress').length > 0) return;
    world.report(storage, ingress, {
      loadBalancer: { ingress: [{ ip: nodeAddress(world, nodeNames(1)[0]!) }] },
    });
  });
}
