import type { Resource } from '../api/resource.ts';

/** What clients may write of an object's metadata besides its identity. */
const all = ['annotations', 'finalizers', 'labels', 'ownerReferences'];

/** Of these the status alone is written by way of the status; of custom resources too. */
const statusOnly = new Set([
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'certificates.k8s.io/podcertificaterequests',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'internal.apiserver.k8s.io/storageversions',
  'networking.k8s.io/servicecidrs',
  'resource.k8s.io/devicetaintrules',
  'resource.k8s.io/resourceclaims',
  'resource.k8s.io/resourcepoolstatusrequests',
  'scheduling.k8s.io/podgroups',
  'storage.k8s.io/volumeattachments',
  'storagemigration.k8s.io/storageversionmigrations',
]);

const kept: Readonly<Record<string, string>> = { '/pods': 'ownerReferences', 'apps/deployments': 'labels' };

/**
 * The fields of metadata that a write of the status writes as well: the older kinds hold back their spec only, as
 * kube-apiserver's strategies have it. The controller of Deployments notes its revision so.
 */
export function metadataBesideStatus({ storage, custom }: Resource): readonly string[] {
  if (custom || statusOnly.has(storage)) return [];
  return all.filter(field => field !== kept[storage]);
}
