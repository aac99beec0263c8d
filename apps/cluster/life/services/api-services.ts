import { timestamp } from '../../api/api.ts';
import { type Condition, withConditions } from '../../api/conditions.ts';
import { valueAt } from '../../api/tree.ts';
import type { World } from '../world/world.ts';

const storage = 'apiregistration.k8s.io/apiservices';
const local: Condition = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};
const passed: Condition = {
  type: 'Available',
  status: 'True',
  reason: 'Passed',
  message: 'all checks passed',
};

/** What a registered API would need to answer does not run here; local groups are served by this server. */
export function simulateApiServices(world: World): void {
  world.reconcile(storage, service => {
    const condition = valueAt(service, 'spec', 'service') === undefined ? local : passed;
    world.report(storage, service, {
      conditions: withConditions(service, [condition], timestamp(world.api.now())),
    });
  });
}
