import { equal, type Json, type JsonObject } from '@millrace/json';
import { isTrue } from '../api/conditions.ts';
import { type Labels, matchLabelSelector } from '../api/label-selector.ts';
import { objectAt, objectsAt, textAt } from '../api/tree.ts';
import { controllerReference } from './owners.ts';
import type { World } from './world.ts';

const services = '/services';
const slices = 'discovery.k8s.io/endpointslices';

/** Addresses for load balancers, and the endpoints behind every Service with a selector. */
export function simulateServices(world: World): void {
  const balancer = world.as('cloud-controller-manager');
  let last = 0;
  const nextAddress = () => `172.18.${255 - (++last >> 8)}.${last & 0xff || 1}`;
  world.reconcile(
    services,
    service => {
      if (textAt(service, 'metadata', 'deletionTimestamp')) return;
      const waits =
        textAt(service, 'spec', 'type') === 'LoadBalancer' &&
        objectsAt(service, 'status', 'loadBalancer', 'ingress').length === 0;
      if (waits)
        balancer.report(services, service, {
          loadBalancer: { ingress: [{ ip: nextAddress(), ipMode: 'VIP' }] },
        });
      publish(world, service);
    },
    ({ entry, previous }) => {
      if (entry.resource !== '/pods') return [];
      const labels = [entry.labels, ...(previous ? [previous.labels] : [])];
      return world
        .list(services, entry.namespace)
        .filter(service => labels.some(each => selects(service, each)))
        .map(service => `${entry.namespace}/${textAt(service, 'metadata', 'name')}`);
    },
  );
}

function selects(service: JsonObject, labels: Labels): boolean {
  const matchLabels = objectAt(service, 'spec', 'selector');
  return Object.keys(matchLabels).length > 0 && matchLabelSelector({ matchLabels }, labels);
}

function publish(world: World, service: JsonObject): void {
  const namespace = textAt(service, 'metadata', 'namespace');
  if (Object.keys(objectAt(service, 'spec', 'selector')).length === 0) return;
  const pods = world.api.store
    .list('/pods', namespace)
    .filter(entry => selects(service, entry.labels) && !entry.terminating)
    .map(entry => JSON.parse(entry.json) as JsonObject)
    .filter(pod => textAt(pod, 'status', 'podIP'));
  writeEndpoints(world.as('endpoint-controller'), service, pods);
  writeSlice(world.as('endpointslice-controller'), service, pods);
}

function reference(pod: JsonObject): JsonObject {
  const { name, namespace, uid } = objectAt(pod, 'metadata');
  return { kind: 'Pod', name: name!, namespace: namespace!, uid: uid! };
}

function writeEndpoints(controller: World, service: JsonObject, pods: readonly JsonObject[]): void {
  const address = (pod: JsonObject) => ({
    ip: textAt(pod, 'status', 'podIP'),
    nodeName: textAt(pod, 'spec', 'nodeName'),
    targetRef: reference(pod),
  });
  const ready = pods.filter(pod => isTrue(pod, 'Ready')).map(address);
  const waiting = pods.filter(pod => !isTrue(pod, 'Ready')).map(address);
  const ports = portsOf(service, pods[0]);
  const subset = {
    ...(ready.length > 0 && { addresses: ready }),
    ...(waiting.length > 0 && { notReadyAddresses: waiting }),
    ports,
  };
  const metadata = {
    name: textAt(service, 'metadata', 'name'),
    namespace: textAt(service, 'metadata', 'namespace'),
    labels: objectAt(service, 'metadata', 'labels'),
  };
  put(controller, '/endpoints', metadata, { subsets: pods.length > 0 ? [subset] : [] });
}

function writeSlice(controller: World, service: JsonObject, pods: readonly JsonObject[]): void {
  const name = textAt(service, 'metadata', 'name');
  const metadata = {
    name: `${name}-millrace`,
    namespace: textAt(service, 'metadata', 'namespace'),
    labels: {
      'kubernetes.io/service-name': name,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    },
    ownerReferences: [controllerReference(service)],
  };
  const endpoints = pods.map(pod => {
    const ready = isTrue(pod, 'Ready');
    return {
      addresses: [textAt(pod, 'status', 'podIP')],
      conditions: { ready, serving: ready, terminating: false },
      nodeName: textAt(pod, 'spec', 'nodeName'),
      targetRef: reference(pod),
    };
  });
  put(controller, slices, metadata, { addressType: 'IPv4', endpoints, ports: portsOf(service, pods[0]) });
}

/** A target port may be the name of a container's. */
function portsOf(service: JsonObject, pod: JsonObject | undefined): Json[] {
  return objectsAt(service, 'spec', 'ports').map(({ name, port, targetPort, protocol }) => {
    const named = objectsAt(pod, 'spec', 'containers')
      .flatMap(container => objectsAt(container, 'ports'))
      .find(each => each.name === targetPort);
    return {
      ...(name !== undefined && { name }),
      port: typeof targetPort === 'number' ? targetPort : (named?.containerPort ?? port!),
      protocol: protocol ?? 'TCP',
    };
  });
}

function put(
  controller: World,
  storage: string,
  metadata: JsonObject & { name: string; namespace: string },
  content: JsonObject,
): void {
  const known = controller.get(storage, metadata.namespace, metadata.name);
  if (!known) controller.create(storage, { metadata, ...content });
  else if (Object.keys(content).some(key => !equal(known[key], content[key])))
    controller.change(storage, known, current => ({ ...current, ...content }));
}
