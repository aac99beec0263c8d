import { equal, type Json, type JsonObject } from '@millrace/json';
import { isTrue } from '../../api/conditions.ts';
import { type Labels, matchLabelSelector } from '../../api/label-selector.ts';
import { childOf, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { read } from '../../store/entry.ts';
import { controllerReference } from '../world/owners.ts';
import { isTerminating } from '../world/pod-control.ts';
import type { World } from '../world/world.ts';

const slices = 'discovery.k8s.io/endpointslices';
/** The most endpoints of one slice: the default of kube-controller-manager. */
const sliceSize = 100;

/**
 * Write what stands behind a Service: its Pods with an address, as EndpointSlices and as Endpoints.
 * https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
export function publishEndpoints(world: World, service: JsonObject): void {
  const pods = podsBehind(world, service);
  // Endpoints know nothing of Pods that end but still serve.
  const staying = publishesAll(service) ? pods : pods.filter(pod => !isTerminating(pod));
  writeEndpoints(world.as('endpoint-controller'), service, staying);
  writeSlices(world.as('endpoint-slice-controller'), service, pods);
}

function podsBehind(world: World, service: JsonObject): JsonObject[] {
  const matchLabels = objectAt(service, 'spec', 'selector');
  return world.api.store
    .list('/pods', textAt(service, 'metadata', 'namespace'))
    .filter(entry => matchLabelSelector({ matchLabels }, entry.labels as Labels))
    .map(read)
    .filter(
      pod =>
        textAt(pod, 'status', 'podIP') && !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')),
    );
}

function reference(pod: JsonObject): JsonObject {
  const { name, namespace, uid } = objectAt(pod, 'metadata');
  return { kind: 'Pod', name: name!, namespace: namespace!, uid: uid! };
}

/** Some Services count Pods that are not ready too, such as for finding one another while they start. */
function publishesAll(service: JsonObject): boolean {
  return valueAt(service, 'spec', 'publishNotReadyAddresses') === true;
}

/** Pods of a headless Service are found by their host names. */
function hostnameOf(service: JsonObject, pod: JsonObject): { hostname?: string } {
  const hostname = textAt(pod, 'spec', 'hostname');
  return hostname && textAt(pod, 'spec', 'subdomain') === textAt(service, 'metadata', 'name')
    ? { hostname }
    : {};
}

function labelsFor(service: JsonObject): JsonObject {
  const headless = textAt(service, 'spec', 'clusterIP') === 'None';
  return {
    ...objectAt(service, 'metadata', 'labels'),
    ...(headless && { 'service.kubernetes.io/headless': '' }),
  };
}

function writeEndpoints(controller: World, service: JsonObject, pods: readonly JsonObject[]): void {
  const address = (pod: JsonObject) => ({
    ip: textAt(pod, 'status', 'podIP'),
    ...hostnameOf(service, pod),
    nodeName: textAt(pod, 'spec', 'nodeName'),
    targetRef: reference(pod),
  });
  const isIn = (pod: JsonObject) => publishesAll(service) || isTrue(pod, 'Ready');
  const hasPorts = objectsAt(service, 'spec', 'ports').length > 0;
  const known = groupByPorts(service, pods).filter(({ ports }) => ports.length > 0 || !hasPorts);
  const groups = known.map(({ ports, members }) => {
    const ready = members.filter(isIn).map(address);
    const waiting = members.filter(pod => !isIn(pod)).map(address);
    return {
      ...(ready.length > 0 && { addresses: ready }),
      ...(waiting.length > 0 && { notReadyAddresses: waiting }),
      ...(ports.length > 0 && { ports }),
    };
  });
  const metadata = {
    name: textAt(service, 'metadata', 'name'),
    namespace: textAt(service, 'metadata', 'namespace'),
    labels: { ...labelsFor(service), 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
  };
  const current = controller.get('/endpoints', metadata.namespace, metadata.name);
  put(controller, '/endpoints', current, metadata, { subsets: groups });
}

function writeSlices(controller: World, service: JsonObject, pods: readonly JsonObject[]): void {
  const name = textAt(service, 'metadata', 'name');
  const metadata = {
    generateName: `${name}-`,
    namespace: textAt(service, 'metadata', 'namespace'),
    labels: {
      ...labelsFor(service),
      'kubernetes.io/service-name': name,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    },
    ownerReferences: [controllerReference(service)],
  };
  const nameOf = (slice: JsonObject) => textAt(slice, 'metadata', 'name');
  const known = controller.owned(slices, service).toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const wanted = sliceContents(service, pods);
  for (const [i, content] of wanted.entries()) put(controller, slices, known[i], metadata, content);
  for (const surplus of known.slice(wanted.length)) controller.delete(slices, surplus);
}

function sliceContents(service: JsonObject, pods: readonly JsonObject[]): JsonObject[] {
  const contents = groupByPorts(service, pods).flatMap(({ ports, members }) => {
    const parts = Array.from({ length: Math.ceil(members.length / sliceSize) }, (_, i) =>
      members.slice(i * sliceSize, (i + 1) * sliceSize),
    );
    return parts.map(part => ({
      addressType: 'IPv4',
      endpoints: part.map(pod => endpoint(service, pod)),
      ports: ports.map(port => ({ ...port, name: port.name ?? '' })),
    }));
  });
  // A Service that nobody is behind has an empty one.
  return contents.length > 0 ? contents : [{ addressType: 'IPv4', endpoints: [], ports: [] }];
}

function endpoint(service: JsonObject, pod: JsonObject): JsonObject {
  const serving = isTrue(pod, 'Ready');
  const terminating = isTerminating(pod);
  const ready = publishesAll(service) || (serving && !terminating);
  return {
    addresses: [textAt(pod, 'status', 'podIP')],
    conditions: { ready, serving, terminating },
    ...hostnameOf(service, pod),
    nodeName: textAt(pod, 'spec', 'nodeName'),
    targetRef: reference(pod),
  };
}

interface PortGroup {
  readonly ports: JsonObject[];
  readonly members: readonly JsonObject[];
}

/** A target port may be the name of a container's, which Pods may give different numbers. */
function groupByPorts(service: JsonObject, pods: readonly JsonObject[]): PortGroup[] {
  const groups = Map.groupBy(pods, pod => JSON.stringify(portsOf(service, pod)));
  return [...groups].map(([ports, members]) => ({ ports: JSON.parse(ports) as JsonObject[], members }));
}

function portsOf(service: JsonObject, pod: JsonObject): JsonObject[] {
  return objectsAt(service, 'spec', 'ports').flatMap(({ name, port, targetPort, protocol, appProtocol }) => {
    const number = portNumber(targetPort ?? port, protocol, pod);
    if (number === undefined) return [];
    return [
      {
        ...(name !== undefined && { name }),
        port: number,
        protocol: protocol ?? 'TCP',
        ...(appProtocol !== undefined && { appProtocol }),
      },
    ];
  });
}

function portNumber(target: Json | undefined, protocol: Json | undefined, pod: JsonObject): Json | undefined {
  if (typeof target === 'number') return target;
  const ports = [
    ...objectsAt(pod, 'spec', 'containers'),
    ...objectsAt(pod, 'spec', 'initContainers'),
  ].flatMap(container => objectsAt(container, 'ports'));
  return ports.find(each => each.name === target && (each.protocol ?? 'TCP') === (protocol ?? 'TCP'))
    ?.containerPort;
}

/** Make an object, or bring labels and content of the known one to what they should be, and annotations if any are named. */
export function put(
  controller: World,
  storage: string,
  known: JsonObject | undefined,
  metadata: JsonObject,
  content: JsonObject,
): void {
  if (!known) {
    controller.create(storage, { metadata, ...content });
    return;
  }
  const { annotations } = metadata;
  const hasLabels =
    equal(objectAt(known, 'metadata', 'labels'), metadata.labels ?? {}) &&
    (annotations === undefined || equal(objectAt(known, 'metadata', 'annotations'), annotations));
  const hasContent = Object.keys(content).every(key => equal(known[key] ?? [], content[key] ?? []));
  if (hasLabels && hasContent) return;
  controller.change(storage, known, current => {
    Object.assign(childOf(current, 'metadata'), {
      labels: metadata.labels ?? {},
      ...(annotations !== undefined && { annotations }),
    });
    return { ...current, ...content };
  });
}
