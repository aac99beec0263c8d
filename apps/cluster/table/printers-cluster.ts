import type { JsonObject } from '@millrace/json';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { ageColumn, type Column, column, createdAt, selectorText, textColumn, wide } from './column.ts';

/** The kinds around workloads: network, access, storage, policy and the API itself. */
export const clusterPrinters: Readonly<Record<string, readonly Column[]>> = {
  'apiregistration.k8s.io/apiservices': [
    column('Service', object => {
      const { namespace, name } = objectAt(object, 'spec', 'service');
      return name ? `${namespace}/${name}` : 'Local';
    }),
    column(
      'Available',
      object =>
        textAt(
          objectsAt(object, 'status', 'conditions').find(({ type }) => type === 'Available'),
          'status',
        ) || 'Unknown',
    ),
    ageColumn,
  ],
  'apiextensions.k8s.io/customresourcedefinitions': [createdAt],
  'coordination.k8s.io/leases': [textColumn('Holder', ['spec', 'holderIdentity'], ''), ageColumn],
  'discovery.k8s.io/endpointslices': [
    textColumn('AddressType', ['addressType'], ''),
    column(
      'Ports',
      object =>
        objectsAt(object, 'ports')
          .map(({ port }) => String(port))
          .join(',') || '<unset>',
    ),
    column(
      'Endpoints',
      object =>
        objectsAt(object, 'endpoints')
          .flatMap(each => listAt(each, 'addresses'))
          .join(',') || '<unset>',
    ),
    ageColumn,
  ],
  'networking.k8s.io/ingressclasses': [
    textColumn('Controller', ['spec', 'controller'], ''),
    column('Parameters', () => '<none>'),
    ageColumn,
  ],
  'networking.k8s.io/ingresses': [
    textColumn('Class', ['spec', 'ingressClassName']),
    column(
      'Hosts',
      object =>
        objectsAt(object, 'spec', 'rules')
          .map(rule => textAt(rule, 'host') || '*')
          .join(',') || '*',
    ),
    column('Address', object =>
      objectsAt(object, 'status', 'loadBalancer', 'ingress')
        .map(each => textAt(each, 'ip') || textAt(each, 'hostname'))
        .join(','),
    ),
    column('Ports', object => (listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'networking.k8s.io/networkpolicies': [
    column('Pod-Selector', object => selectorText(object, 'spec', 'podSelector')),
    ageColumn,
  ],
  'policy/poddisruptionbudgets': [
    column('Min Available', object => String(valueAt(object, 'spec', 'minAvailable') ?? 'N/A')),
    column('Max Unavailable', object => String(valueAt(object, 'spec', 'maxUnavailable') ?? 'N/A')),
    column('Allowed Disruptions', object => numberAt(object, 'status', 'disruptionsAllowed') ?? 0, 'integer'),
    ageColumn,
  ],
  'rbac.authorization.k8s.io/clusterrolebindings': bindingColumns(),
  'rbac.authorization.k8s.io/rolebindings': bindingColumns(),
  'rbac.authorization.k8s.io/clusterroles': [createdAt],
  'rbac.authorization.k8s.io/roles': [createdAt],
  'scheduling.k8s.io/priorityclasses': [
    column('Value', object => numberAt(object, 'value') ?? 0, 'integer'),
    column('Global-Default', object => object.globalDefault === true, 'boolean'),
    ageColumn,
    textColumn('PreemptionPolicy', ['preemptionPolicy'], 'PreemptLowerPriority'),
  ],
  'storage.k8s.io/storageclasses': [
    textColumn('Provisioner', ['provisioner'], ''),
    textColumn('ReclaimPolicy', ['reclaimPolicy'], 'Delete'),
    textColumn('VolumeBindingMode', ['volumeBindingMode'], ''),
    column('AllowVolumeExpansion', object => object.allowVolumeExpansion === true),
    ageColumn,
  ],
};

function bindingColumns(): readonly Column[] {
  const subjects = (kind: string) => (object: JsonObject) =>
    objectsAt(object, 'subjects')
      .filter(subject => subject.kind === kind)
      .map(subject =>
        kind === 'ServiceAccount'
          ? `${textAt(subject, 'namespace')}/${textAt(subject, 'name')}`
          : textAt(subject, 'name'),
      )
      .join(', ');
  return [
    column('Role', object => `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`),
    ageColumn,
    wide('Users', subjects('User')),
    wide('Groups', subjects('Group')),
    wide('ServiceAccounts', subjects('ServiceAccount')),
  ];
}
