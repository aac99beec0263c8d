import type { JsonObject } from '@millrace/json';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { duration } from './age.ts';
import { ageColumn, type Column, column, nameColumn, textColumn } from './column.ts';

/** The kinds that drivers, nodes and the API server itself keep. */
export const machineryPrinters: Readonly<Record<string, readonly Column[]>> = {
  '/componentstatuses': ['Status', 'Message', 'Error'].map(name => column(name, () => '')),
  'certificates.k8s.io/certificatesigningrequests': [
    ageColumn,
    textColumn('SignerName', ['spec', 'signerName']),
    textColumn('Requestor', ['spec', 'username'], ''),
    column('RequestedDuration', object => {
      const seconds = numberAt(object, 'spec', 'expirationSeconds');
      return seconds === undefined ? '<none>' : duration(seconds);
    }),
    column('Condition', requestState),
  ],
  'flowcontrol.apiserver.k8s.io/flowschemas': [
    textColumn('PriorityLevel', ['spec', 'priorityLevelConfiguration', 'name'], ''),
    column('MatchingPrecedence', object => numberAt(object, 'spec', 'matchingPrecedence') ?? 0),
    textColumn('DistinguisherMethod', ['spec', 'distinguisherMethod', 'type']),
    ageColumn,
    column('MissingPL', object => {
      const dangling = objectsAt(object, 'status', 'conditions').find(({ type }) => type === 'Dangling');
      return dangling ? textAt(dangling, 'status') : '?';
    }),
  ],
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': [
    textColumn('Type', ['spec', 'type'], ''),
    limit('NominalConcurrencyShares', 'nominalConcurrencyShares'),
    limit('Queues', 'limitResponse', 'queuing', 'queues'),
    limit('HandSize', 'limitResponse', 'queuing', 'handSize'),
    limit('QueueLengthLimit', 'limitResponse', 'queuing', 'queueLengthLimit'),
    ageColumn,
  ],
  'networking.k8s.io/ipaddresses': [column('ParentRef', parentOf)],
  'networking.k8s.io/servicecidrs': [
    column('CIDRs', object => listAt(object, 'spec', 'cidrs').join(',')),
    ageColumn,
  ],
  'node.k8s.io/runtimeclasses': [textColumn('Handler', ['handler'], ''), ageColumn],
  'resource.k8s.io/deviceclasses': [ageColumn],
  'resource.k8s.io/resourceclaims': [column('State', claimState), ageColumn],
  'resource.k8s.io/resourceclaimtemplates': [ageColumn],
  'resource.k8s.io/resourceslices': [
    textColumn('Node', ['spec', 'nodeName'], ''),
    textColumn('Driver', ['spec', 'driver'], ''),
    textColumn('Pool', ['spec', 'pool', 'name'], ''),
    ageColumn,
  ],
  'storage.k8s.io/csidrivers': [
    flag('AttachRequired', 'attachRequired', true),
    flag('PodInfoOnMount', 'podInfoOnMount'),
    flag('StorageCapacity', 'storageCapacity'),
    column('TokenRequests', object =>
      valueAt(object, 'spec', 'tokenRequests') === undefined
        ? '<unset>'
        : objectsAt(object, 'spec', 'tokenRequests')
            .map(each => textAt(each, 'audience'))
            .join(','),
    ),
    flag('RequiresRepublish', 'requiresRepublish'),
    column('Modes', object => listAt(object, 'spec', 'volumeLifecycleModes').join(',') || '<none>'),
    ageColumn,
  ],
  'storage.k8s.io/csinodes': [
    column('Drivers', object => listAt(object, 'spec', 'drivers').length, 'integer'),
    ageColumn,
  ],
  'storage.k8s.io/volumeattachments': [
    nameColumn,
    { ...textColumn('Attacher', ['spec', 'attacher'], ''), format: 'name' },
    textColumn('PV', ['spec', 'source', 'persistentVolumeName'], ''),
    textColumn('Node', ['spec', 'nodeName'], ''),
    column('Attached', object => valueAt(object, 'status', 'attached') === true, 'boolean'),
    ageColumn,
  ],
  'storage.k8s.io/volumeattributesclasses': [textColumn('DriverName', ['driverName'], ''), ageColumn],
};

function flag(name: string, field: string, absent = false): Column {
  return column(name, object => valueAt(object, 'spec', field) ?? absent, 'boolean');
}

function limit(name: string, ...path: string[]): Column {
  return column(name, object => numberAt(object, 'spec', 'limited', ...path) ?? '<none>');
}

/** What has been decided about a request for a certificate, and whether it was issued. */
function requestState(object: JsonObject): string {
  const types = objectsAt(object, 'status', 'conditions').map(({ type }) => String(type));
  const decided = ['Approved', 'Denied'].filter(type => types.includes(type));
  const failed = types.includes('Failed') ? ['Failed'] : [];
  const issued = textAt(object, 'status', 'certificate') ? ['Issued'] : [];
  return [...(decided.length > 0 ? decided : ['Pending']), ...failed, ...issued].join(',');
}

function parentOf(object: JsonObject): string {
  const { group, resource, namespace, name } = objectAt(object, 'spec', 'parentRef');
  if (name === undefined) return '<none>';
  const kind = `${resource}${group ? `.${group}` : ''}`.toLowerCase();
  return [kind, ...(namespace ? [namespace] : []), name].join('/');
}

function claimState(object: JsonObject): string {
  const deleted = valueAt(object, 'metadata', 'deletionTimestamp') === undefined ? [] : ['deleted'];
  if (valueAt(object, 'status', 'allocation') === undefined) return [...deleted, 'pending'].join(',');
  const reserved = listAt(object, 'status', 'reservedFor').length > 0 ? ['reserved'] : [];
  return [...deleted, 'allocated', ...reserved].join(',');
}
