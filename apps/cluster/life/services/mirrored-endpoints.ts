import { isIPv6 } from 'node:net';
import { isObject, type JsonObject } from '@millrace/json';
import { objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { byController, controllerReference } from '../world/owners.ts';
import { keyOf, type World } from '../world/world.ts';
import { put } from './endpoints.ts';

const services = '/services';
const endpoints = '/endpoints';
const slices = 'discovery.k8s.io/endpointslices';
/** The most addresses of a subset: the default of kube-controller-manager. */
const mostAddresses = 1000;
const managedBy = 'endpointslice.kubernetes.io/managed-by';
const controllerName = 'endpointslicemirroring-controller.k8s.io';

/** Of these the Endpoints alone have a use. */
const unmirrored = [
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
];

/**
 * Show as EndpointSlices what users write as Endpoints, behind Services without a selector.
 * https://kubernetes.io/docs/concepts/services-networking/service/#endpointslice-mirroring
 */
export function mirrorEndpoints(world: World): void {
  const controller = world.as('endpointslicemirroring-controller');
  const mirror = (written: JsonObject) => {
    const known = controller.owned(slices, written);
    const wanted = isMirrored(controller, written) ? sliceContents(written) : [];
    const metadata = metadataOf(written);
    for (const [i, content] of wanted.entries()) put(controller, slices, known[i], metadata, content);
    for (const surplus of known.slice(wanted.length)) controller.delete(slices, surplus);
  };
  const ofSlice = byController(slices, 'Endpoints');
  controller.reconcile(endpoints, mirror, event =>
    event.entry.resource === services ? [keyOf(event.entry)] : ofSlice(event),
  );
}

function isMirrored(world: World, written: JsonObject): boolean {
  const { name, namespace, labels, annotations } = objectAt(written, 'metadata');
  if (textAt(labels, 'endpointslice.kubernetes.io/skip-mirror') === 'true') return false;
  if (isObject(annotations) && 'control-plane.alpha.kubernetes.io/leader' in annotations) return false;
  const service = world.get(services, String(namespace), String(name));
  return service !== undefined && Object.keys(objectAt(service, 'spec', 'selector')).length === 0;
}

function metadataOf(written: JsonObject): JsonObject {
  const { name, namespace } = objectAt(written, 'metadata');
  const annotations = Object.entries(objectAt(written, 'metadata', 'annotations'));
  return {
    generateName: `${name}-`,
    namespace: namespace!,
    labels: {
      ...objectAt(written, 'metadata', 'labels'),
      'kubernetes.io/service-name': name!,
      [managedBy]: controllerName,
    },
    annotations: Object.fromEntries(annotations.filter(([key]) => !unmirrored.includes(key))),
    ownerReferences: [controllerReference(written)],
  };
}

/** One slice for each set of ports and family of addresses. */
function sliceContents(written: JsonObject): JsonObject[] {
  const all = objectsAt(written, 'subsets').flatMap(subset => {
    const ports = objectsAt(subset, 'ports').map(port => ({ name: '', ...port }));
    return addressesIn(subset).map(({ ip, ready, ...rest }) => ({
      endpoint: { addresses: [ip!], conditions: { ready: ready! }, ...rest },
      ports,
      addressType: isIPv6(String(ip)) ? 'IPv6' : 'IPv4',
    }));
  });
  const groups = Map.groupBy(all, ({ ports, addressType }) => JSON.stringify([addressType, ports]));
  return [...groups.values()].map(members => ({
    addressType: members[0]!.addressType,
    ports: members[0]!.ports,
    endpoints: members.map(({ endpoint }) => endpoint),
  }));
}

function addressesIn(subset: JsonObject): JsonObject[] {
  const ready = objectsAt(subset, 'addresses').map(address => ({ ...address, ready: true }));
  const waiting = objectsAt(subset, 'notReadyAddresses').map(address => ({ ...address, ready: false }));
  return [...ready, ...waiting].slice(0, mostAddresses);
}
