import type { Json, JsonObject } from '@millrace/json';
import type { Api, Target } from '../api/api.ts';
import { matchLabelSelector } from '../api/label-selector.ts';
import { listAt, objectAt, objectsAt } from '../api/tree.ts';
import type { Review } from './admission.ts';

/** The kinds that no webhook and no policy is asked about: with them one could lock oneself out. */
const exempt = [
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
];

/** Whether anybody may have a say in writes of a resource. */
export function isReviewable({ resource }: Target): boolean {
  return !exempt.includes(resource.storage);
}

/**
 * Whether one of the rules is about the operation and resource of a review. With `Equivalent`, a rule that names
 * another version of the resource counts too.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules
 */
export function matchesRules(
  rules: readonly JsonObject[],
  { operation, target }: Pick<Review, 'operation' | 'target'>,
  matchPolicy: string,
): boolean {
  return rules.some(rule => {
    const includes = (field: string, wanted: string) => {
      const list = listAt(rule, field);
      return list.includes('*') || list.includes(wanted);
    };
    return (
      includes('operations', operation) &&
      includes('apiGroups', target.resource.group) &&
      (matchPolicy === 'Equivalent' || includes('apiVersions', target.resource.version)) &&
      matchesResource(rule, target) &&
      matchesScope(rule, target) &&
      matchesName(rule, target)
    );
  });
}

/** `*` is all resources without their subresources; all with them takes a star on either side of the slash. */
function matchesResource(rule: JsonObject, { resource, subresource }: Target): boolean {
  return listAt(rule, 'resources').some(pattern => {
    const [wanted, part = ''] = String(pattern).split('/');
    return (wanted === '*' || wanted === resource.resource) && (part === '*' || part === subresource);
  });
}

function matchesScope(rule: JsonObject, { resource }: Target): boolean {
  if (rule.scope === 'Namespaced') return resource.namespaced;
  return rule.scope !== 'Cluster' || !resource.namespaced;
}

/** Policies may name objects; webhooks' rules have no such field. */
function matchesName(rule: JsonObject, { name }: Target): boolean {
  const names = listAt(rule, 'resourceNames');
  return names.length === 0 || names.includes(name);
}

/** Whether the labels of a review's namespace, or of a namespace itself, are selected; other cluster objects always are. */
export function matchesNamespace(api: Api, selector: Json | undefined, review: Review): boolean {
  const { resource, namespace } = review.target;
  if (resource.storage === '/namespaces') return selects(selector, review.object ?? review.old);
  if (!resource.namespaced || isEmptySelector(selector)) return true;
  return matchLabelSelector(selector ?? {}, api.store.get('/namespaces', '', namespace)?.labels ?? {});
}

/** Whether the object, before or after, is selected by its labels. */
export function matchesObject(selector: Json | undefined, { object, old }: Review): boolean {
  return isEmptySelector(selector) || [object, old].some(state => state !== null && selects(selector, state));
}

function selects(selector: Json | undefined, object: JsonObject | null): boolean {
  if (isEmptySelector(selector)) return true;
  const labels = objectAt(object ?? undefined, 'metadata', 'labels') as Record<string, string>;
  return matchLabelSelector(selector ?? {}, labels);
}

function isEmptySelector(selector: Json | undefined): boolean {
  return (
    Object.keys(objectAt(selector, 'matchLabels')).length === 0 &&
    objectsAt(selector, 'matchExpressions').length === 0
  );
}
