import type { JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import { matchLabelSelector } from '../api/label-selector.ts';
import { parseGroupVersion } from '../api/resource.ts';
import { objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { read } from '../store/entry.ts';
import type { Review } from './admission.ts';
import { matchesNamespace, matchesObject, matchesRules } from './match.ts';

/** The policy or its binding is not fit to be asked. */
export class Misconfigured extends Error {
  override name = 'Misconfigured';
}

/** The kind of the parameters of a policy. */
export interface ParamKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Whether a policy or a binding is about a write. A binding without rules is about all that its policy is about. */
export function matchesConstraints(api: Api, constraints: JsonObject, review: Review): boolean {
  const rules = objectsAt(constraints, 'resourceRules');
  const policy = matchPolicy(constraints);
  return (
    (rules.length === 0 || matchesRules(rules, review, policy)) &&
    !matchesRules(objectsAt(constraints, 'excludeResourceRules'), review, policy) &&
    matchesNamespace(api, constraints.namespaceSelector, review) &&
    matchesObject(constraints.objectSelector, review)
  );
}

export function matchPolicy(constraints: JsonObject): string {
  return textAt(constraints, 'matchPolicy') || 'Equivalent';
}

/**
 * The parameters that a binding gives to its policy; null for none. Throws Misconfigured.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#parameter-resources
 */
export function paramsOf(
  api: Api,
  paramKind: ParamKind | undefined,
  spec: JsonObject,
  review: Review,
): (JsonObject | null)[] {
  const ref = objectAt(spec, 'paramRef');
  if (!paramKind || valueAt(spec, 'paramRef') === undefined) return [null];
  const { group, version } = parseGroupVersion(paramKind.apiVersion);
  const resource = api.registry.findKind(group, version, paramKind.kind);
  if (!resource)
    throw new Misconfigured(`paramKind kind \`${paramKind.apiVersion}, Kind=${paramKind.kind}\` not known`);
  const namespace = resource.namespaced ? textAt(ref, 'namespace') || review.target.namespace : '';
  if (resource.namespaced && namespace === '')
    throw new Misconfigured(
      'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    );
  if (!resource.namespaced && textAt(ref, 'namespace') !== '')
    throw new Misconfigured('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  const name = textAt(ref, 'name');
  const entries = name
    ? [api.store.get(resource.storage, namespace, name)]
    : api.store
        .list(resource.storage, namespace)
        .filter(entry => matchLabelSelector(ref.selector ?? {}, entry.labels ?? {}));
  const found = entries.flatMap(entry => (entry ? [read(entry)] : []));
  if (found.length === 0 && textAt(ref, 'parameterNotFoundAction') === 'Deny')
    throw new Misconfigured('no params found for policy binding with `Deny` parameterNotFoundAction');
  return found;
}

/** The namespace of a namespaced object, as expressions see it. */
export function namespaceOf(api: Api, { target: { resource, namespace } }: Review): JsonObject | null {
  if (!namespace || resource.storage === '/namespaces') return null;
  const entry = api.store.get('/namespaces', '', namespace);
  if (!entry) return null;
  const { metadata, spec, status } = read(entry) as Record<string, JsonObject>;
  const { managedFields: _fields, ownerReferences: _owners, ...kept } = metadata!;
  return { metadata: kept, spec: spec ?? {}, status: status ?? {} };
}
