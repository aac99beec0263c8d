import type { JsonObject } from '@millrace/json';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { age } from './age.ts';
import { ageColumn, type Column, column, labelText, textColumn, wide } from './column.ts';
import { podColumns } from './pod-columns.ts';

/** The kinds of the core group. */
export const corePrinters: Readonly<Record<string, readonly Column[]>> = {
  '/configmaps': [column('Data', dataCount), ageColumn],
  '/endpoints': [column('Endpoints', endpoints), ageColumn],
  '/events': [
    column('Last Seen', (event, now) => age(lastSeen(event), now)),
    textColumn('Type', ['type'], ''),
    textColumn('Reason', ['reason'], ''),
    column(
      'Object',
      event =>
        `${textAt(event, 'involvedObject', 'kind').toLowerCase()}/${textAt(event, 'involvedObject', 'name')}`,
    ),
    wide('Subobject', event => textAt(event, 'involvedObject', 'fieldPath')),
    wide('Source', event => textAt(event, 'source', 'component') || textAt(event, 'reportingComponent')),
    column('Message', event => textAt(event, 'message').trim()),
    wide('First Seen', (event, now) =>
      age(textAt(event, 'firstTimestamp') || textAt(event, 'eventTime'), now),
    ),
    wide('Count', event => numberAt(event, 'count') ?? 1),
    wide('Name', event => textAt(event, 'metadata', 'name')),
  ],
  '/namespaces': [textColumn('Status', ['status', 'phase'], ''), ageColumn],
  '/nodes': [
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    ageColumn,
    textColumn('Version', ['status', 'nodeInfo', 'kubeletVersion'], ''),
    wide('Internal-IP', node => addressOf(node, 'InternalIP')),
    wide('External-IP', node => addressOf(node, 'ExternalIP')),
    wide('OS-Image', node => textAt(node, 'status', 'nodeInfo', 'osImage') || '<unknown>'),
    wide('Kernel-Version', node => textAt(node, 'status', 'nodeInfo', 'kernelVersion') || '<unknown>'),
    wide(
      'Container-Runtime',
      node => textAt(node, 'status', 'nodeInfo', 'containerRuntimeVersion') || '<unknown>',
    ),
  ],
  '/persistentvolumeclaims': [
    textColumn('Status', ['status', 'phase'], ''),
    textColumn('Volume', ['spec', 'volumeName'], ''),
    textColumn('Capacity', ['status', 'capacity', 'storage'], ''),
    column('Access Modes', claim => modes(listAt(claim, 'status', 'accessModes'))),
    textColumn('StorageClass', ['spec', 'storageClassName'], ''),
    textColumn('VolumeAttributesClass', ['spec', 'volumeAttributesClassName'], '<unset>'),
    ageColumn,
    wide('VolumeMode', claim => textAt(claim, 'spec', 'volumeMode')),
  ],
  '/persistentvolumes': [
    textColumn('Capacity', ['spec', 'capacity', 'storage'], ''),
    column('Access Modes', volume => modes(listAt(volume, 'spec', 'accessModes'))),
    textColumn('Reclaim Policy', ['spec', 'persistentVolumeReclaimPolicy'], ''),
    textColumn('Status', ['status', 'phase'], ''),
    column('Claim', volume => {
      const { namespace, name } = objectAt(volume, 'spec', 'claimRef');
      return name ? `${namespace}/${name}` : '';
    }),
    textColumn('StorageClass', ['spec', 'storageClassName'], ''),
    textColumn('VolumeAttributesClass', ['spec', 'volumeAttributesClassName'], '<unset>'),
    textColumn('Reason', ['status', 'reason'], ''),
    ageColumn,
    wide('VolumeMode', volume => textAt(volume, 'spec', 'volumeMode')),
  ],
  '/pods': podColumns,
  '/secrets': [textColumn('Type', ['type'], ''), column('Data', dataCount), ageColumn],
  '/resourcequotas': [
    column('Request', quota => usage(quota, name => !name.startsWith('limits.'))),
    column('Limit', quota => usage(quota, name => name.startsWith('limits.'))),
    ageColumn,
  ],
  '/serviceaccounts': [ageColumn],
  '/services': [
    textColumn('Type', ['spec', 'type'], ''),
    textColumn('Cluster-IP', ['spec', 'clusterIP']),
    column('External-IP', externalAddress),
    column('Port(s)', ports),
    ageColumn,
    wide('Selector', service => labelText(objectAt(service, 'spec', 'selector'))),
  ],
};

/** What of a quota is used, as `pods: 1/5, …`. */
function usage(quota: JsonObject, wanted: (name: string) => boolean): string {
  const [hard, used] = [objectAt(quota, 'status', 'hard'), objectAt(quota, 'status', 'used')];
  const names = Object.keys(hard).filter(wanted).sort();
  return names.map(name => `${name}: ${String(used[name] ?? 0)}/${String(hard[name])}`).join(', ');
}

function dataCount(object: JsonObject): number {
  return Object.keys(objectAt(object, 'data')).length + Object.keys(objectAt(object, 'binaryData')).length;
}

function lastSeen(event: JsonObject): string {
  return (
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'eventTime') ||
    textAt(event, 'metadata', 'creationTimestamp')
  );
}

function endpoints(object: JsonObject): string {
  const all = objectsAt(object, 'subsets').flatMap(subset => {
    const numbers = objectsAt(subset, 'ports').map(port => port.port);
    return objectsAt(subset, 'addresses').flatMap(({ ip }) =>
      numbers.length > 0 ? numbers.map(port => `${ip}:${port}`) : [String(ip)],
    );
  });
  if (all.length === 0) return '<none>';
  return all.length <= 3 ? all.join(',') : `${all.slice(0, 3).join(',')} + ${all.length - 3} more...`;
}

function nodeStatus(node: JsonObject): string {
  const ready = objectsAt(node, 'status', 'conditions').find(({ type }) => type === 'Ready');
  const state = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return valueAt(node, 'spec', 'unschedulable') === true ? `${state},SchedulingDisabled` : state;
}

function nodeRoles(node: JsonObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(objectAt(node, 'metadata', 'labels')).filter(key => key.startsWith(prefix));
  return (
    roles
      .map(key => key.slice(prefix.length))
      .sort()
      .join(',') || '<none>'
  );
}

function addressOf(node: JsonObject, type: string): string {
  return (
    textAt(
      objectsAt(node, 'status', 'addresses').find(address => address.type === type),
      'address',
    ) || '<none>'
  );
}

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modes(all: readonly unknown[]): string {
  return all.map(mode => shortModes[String(mode)] ?? String(mode)).join(',');
}

function externalAddress(service: JsonObject): string {
  const type = textAt(service, 'spec', 'type');
  if (type === 'ExternalName') return textAt(service, 'spec', 'externalName');
  const given = listAt(service, 'spec', 'externalIPs').map(String);
  const balanced = objectsAt(service, 'status', 'loadBalancer', 'ingress').map(
    each => textAt(each, 'ip') || textAt(each, 'hostname'),
  );
  const all = type === 'LoadBalancer' ? [...balanced, ...given] : given;
  return all.join(',') || (type === 'LoadBalancer' ? '<pending>' : '<none>');
}

function ports(service: JsonObject): string {
  const all = objectsAt(service, 'spec', 'ports').map(
    ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`,
  );
  return all.join(',') || '<none>';
}
