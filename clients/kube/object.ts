import { isObject, type Json, type JsonObject } from '@millrace/json';

/** What metadata.managedFields holds for one manager. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  time?: string;
  subresource?: string;
  fieldsType?: string;
  fieldsV1?: JsonObject;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
}

/** Any Kubernetes object. What stands beside the metadata is the kind's own business. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
}

/** Which kind: `version` is one that the server serves. */
export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** Names one object of the cluster. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** `apps/v1` is group apps; `v1` is the core group, whose name is empty. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

export function refOf(object: KubeObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace ? { namespace } : {}) };
}

/** `namespace/name`, or `name` for cluster-scoped objects: the key of caches and queues. */
export function keyOf(object: { namespace?: string | undefined; name: string }): string {
  return object.namespace ? `${object.namespace}/${object.name}` : object.name;
}

/** `Deployment/apps/podinfo`: how messages and events name an object. */
export function display(ref: { kind: string; namespace?: string | undefined; name: string }): string {
  return `${ref.kind}/${keyOf(ref)}`;
}

/** Parse a JSON value as an object of the cluster; throws a TypeError that names what is missing. */
export function asKubeObject(value: Json | undefined): KubeObject {
  if (!isObject(value)) throw new TypeError('not a Kubernetes object: expected a mapping');
  if (typeof value.apiVersion !== 'string')
    throw new TypeError('not a Kubernetes object: apiVersion is missing');
  if (typeof value.kind !== 'string') throw new TypeError('not a Kubernetes object: kind is missing');
  if (!isObject(value.metadata))
    throw new TypeError(`not a Kubernetes object: ${value.kind} has no metadata`);
  return value as unknown as KubeObject;
}

/** The same object seen as plain JSON. */
export function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}

/**
 * True when `a` is the older state of an object. Resource versions are numbers that grow (KEP-5504); of versions
 * that are not, nothing can be said.
 */
export function isOlder(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && /^\d+$/.test(a) && /^\d+$/.test(b) && BigInt(a) < BigInt(b);
}

/** The object without metadata.managedFields, which are as large as all else, for caches that do not look at them. */
export function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}
