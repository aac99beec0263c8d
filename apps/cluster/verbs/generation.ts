import { equal, type JsonObject } from '@millrace/json';
import type { Resource } from '../api/resource.ts';
import { objectAt } from '../api/tree.ts';

/** Built-in resources whose metadata.generation counts the changes of what users ask for. */
const counted = new Set([
  '/pods',
  '/replicationcontrollers',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apps/daemonsets',
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'batch/cronjobs',
  'batch/jobs',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'networking.k8s.io/ingressclasses',
  'networking.k8s.io/ingresses',
  'networking.k8s.io/networkpolicies',
  'policy/poddisruptionbudgets',
]);

/** Built-in resources that get a generation and never count. */
const uncounted = new Set(['scheduling.k8s.io/priorityclasses']);

/**
 * The generation after a write: 1 at creation, one more when anything but metadata (and status, where it is a
 * subresource) changed. Undefined for resources that do not count.
 */
export function nextGeneration(
  resource: Resource,
  object: JsonObject,
  old: JsonObject | undefined,
): number | undefined {
  const counts = resource.custom !== undefined || counted.has(resource.storage);
  if (!counts && !uncounted.has(resource.storage)) return undefined;
  if (!old) return 1;
  const before = Number((old.metadata as JsonObject).generation ?? 1);
  if (!counts) return before;
  return equal(asked(resource, object), asked(resource, old)) ? before : before + 1;
}

function asked(resource: Resource, object: JsonObject): JsonObject {
  const { metadata: _metadata, apiVersion: _version, ...rest } = object;
  if (resource.subresources.status) delete rest.status;
  // Deployments count changes of their annotations too: the controller copies them to ReplicaSets.
  if (resource.storage === 'apps/deployments') rest.annotations = objectAt(object, 'metadata', 'annotations');
  // Where a Pod runs is decided by its binding, which is no change of what was asked for.
  if (resource.storage === '/pods') {
    const { nodeName: _node, ...spec } = objectAt(rest, 'spec');
    rest.spec = spec;
  }
  return rest;
}
