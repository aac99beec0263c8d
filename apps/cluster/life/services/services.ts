import type { JsonObject } from '@millrace/json';
import { objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { type Entry, read } from '../../store/entry.ts';
import { isTerminating } from '../world/pod-control.ts';
import { record } from '../world/recorder.ts';
import { Selected } from '../world/selected.ts';
import type { World } from '../world/world.ts';
import { publishEndpoints } from './endpoints.ts';

const services = '/services';

/** Addresses for load balancers, and the endpoints behind every Service with a selector. */
export function simulateServices(world: World): void {
  const balancer = world.as('service-controller');
  const selected = new Selected(services, service => {
    const matchLabels = objectAt(service, 'spec', 'selector');
    return Object.keys(matchLabels).length > 0 ? { matchLabels } : undefined;
  });
  world.reconcile(
    services,
    service => {
      if (isTerminating(service)) return;
      balance(balancer, service);
      const selector = objectAt(service, 'spec', 'selector');
      if (Object.keys(selector).length === 0 || textAt(service, 'spec', 'type') === 'ExternalName') return;
      publishEndpoints(world, service);
    },
    event => selected.concerned(world, event),
  );
  world.api.store.subscribe(({ type, entry }) => {
    if (entry.resource === services && type === 'DELETED') forget(world, entry);
  });
}

/** Endpoints have no owner who would take them along. */
function forget(world: World, { namespace, name }: Entry): void {
  const endpoints = world.get('/endpoints', namespace, name);
  if (endpoints) world.as('endpoint-controller').delete('/endpoints', endpoints);
}

/** A load balancer gets an address, and a Service that is none any more loses it. */
function balance(balancer: World, service: JsonObject): void {
  const given = objectsAt(service, 'status', 'loadBalancer', 'ingress');
  if (textAt(service, 'spec', 'type') !== 'LoadBalancer') {
    if (given.length > 0) balancer.report(services, service, { loadBalancer: {} });
    return;
  }
  if (given.length > 0) return;
  const ip = textAt(service, 'spec', 'loadBalancerIP') || freeAddress(balancer);
  const tell = (reason: string, message: string) =>
    record(balancer, service, { type: 'Normal', reason, message });
  tell('EnsuringLoadBalancer', 'Ensuring load balancer');
  balancer.report(services, service, { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } });
  tell('EnsuredLoadBalancer', 'Ensured load balancer');
}

/** Of 172.18.0.0/16 from the top, as local load balancers have it. */
function freeAddress(world: World): string {
  const used = new Set(
    world.api.store
      .list(services)
      .filter(({ json }) => json.includes('"ipMode"'))
      .flatMap(entry => objectsAt(read(entry), 'status', 'loadBalancer', 'ingress').map(each => each.ip)),
  );
  for (let i = 1; i < 255 * 254; i++) {
    const address = `172.18.${255 - Math.floor(i / 254)}.${(i % 254) + 1}`;
    if (!used.has(address)) return address;
  }
  throw new RangeError('no address is left for load balancers in 172.18.0.0/16');
}
