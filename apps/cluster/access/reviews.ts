import { isObject, type Json, type JsonObject } from '@millrace/json';
import { badRequest, invalid } from '../api/status.ts';
import { listAt, objectAt, textAt } from '../api/tree.ts';
import type { User } from '../http/authenticate.ts';
import type { Access } from './access.ts';
import type { Action } from './action.ts';
import type { Authenticator } from './authenticate.ts';
import type { Rule } from './rule.ts';
import { issuer } from './tokens.ts';

const group = 'authorization.k8s.io';

/** The answer to `kubectl auth can-i`: what RBAC says of an action. Throws 422 for a question that names none. */
export function reviewSelf(access: Access, user: User, review: JsonObject): JsonObject {
  return answer(review, access, user, actionOf(review, 'SelfSubjectAccessReview'));
}

/** The same about somebody else. */
export function reviewSubject(access: Access, review: JsonObject, namespace = ''): JsonObject {
  const kind = namespace ? 'LocalSubjectAccessReview' : 'SubjectAccessReview';
  const spec = objectAt(review, 'spec');
  const action = actionOf(review, kind);
  const [name, groups] = [textAt(spec, 'user'), listAt(spec, 'groups').map(String)];
  if (!name && groups.length === 0)
    throw invalid({ group, resource: '', kind }, '', [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: "": at least one of user or group must be specified',
        field: 'spec.user',
      },
    ]);
  if (namespace && (!('namespace' in action) || action.namespace !== namespace))
    throw invalid({ group, resource: '', kind }, '', [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify('namespace' in action ? action.namespace : '')}: must match metadata.namespace`,
        field: 'spec.resourceAttributes.namespace',
      },
    ]);
  return answer(review, access, { name, groups }, action);
}

function answer(review: JsonObject, access: Access, user: User, action: Action): JsonObject {
  const { allowed, reason } = access.decide(user, action);
  return { ...review, status: { allowed, ...(reason && { reason }) } };
}

function actionOf(review: JsonObject, kind: string): Action {
  const spec = objectAt(review, 'spec');
  const [resource, path] = [spec.resourceAttributes, spec.nonResourceAttributes];
  if (isObject(resource) === isObject(path)) {
    const message = isObject(resource)
      ? 'Invalid value: {}: cannot be specified in combination with resourceAttributes'
      : 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified';
    const field = isObject(resource) ? 'spec.nonResourceAttributes' : 'spec.resourceAttributes';
    throw invalid({ group, resource: '', kind }, '', [{ reason: 'FieldValueInvalid', message, field }]);
  }
  if (isObject(path)) return { verb: textAt(path, 'verb'), path: textAt(path, 'path') };
  return {
    verb: textAt(resource, 'verb'),
    group: textAt(resource, 'group'),
    version: textAt(resource, 'version'),
    resource: textAt(resource, 'resource'),
    subresource: textAt(resource, 'subresource'),
    namespace: textAt(resource, 'namespace'),
    name: textAt(resource, 'name'),
  };
}

/** `kubectl auth can-i --list`: all rules of the user in a namespace. Throws 400 without one. */
export function reviewRules(access: Access, user: User, review: JsonObject): JsonObject {
  const namespace = textAt(review, 'spec', 'namespace');
  if (namespace === '') throw badRequest('no namespace on request');
  const { rules, errors } = access.holdings(user, namespace);
  const written = (rule: Rule, fields: readonly (keyof Rule)[]): JsonObject =>
    Object.fromEntries(
      fields.filter(field => rule[field].length > 0).map(field => [field, [...rule[field]] as Json]),
    );
  return {
    ...review,
    spec: {},
    status: {
      ...(errors.length > 0 && { evaluationError: errors.join(', ') }),
      incomplete: errors.length > 0,
      nonResourceRules: rules
        .filter(rule => rule.nonResourceURLs.length > 0)
        .map(rule => written(rule, ['nonResourceURLs', 'verbs'])),
      resourceRules: rules
        .filter(rule => rule.resources.length > 0)
        .map(rule => written(rule, ['apiGroups', 'resourceNames', 'resources', 'verbs'])),
    },
  };
}

/** Whose token it is. */
export function reviewToken(authenticator: Authenticator, review: JsonObject): JsonObject {
  const asked = listAt(review, 'spec', 'audiences').map(String);
  const verified = authenticator.review(textAt(review, 'spec', 'token'), asked.length > 0 ? asked : [issuer]);
  if (!verified) return { ...review, status: { error: 'invalid bearer token', user: {} } };
  const { user, audiences } = verified;
  return {
    ...review,
    status: { audiences: [...audiences], authenticated: true, user: userInfo(user) },
  };
}

/** A user as reviews print it. */
export function userInfo({ name, uid, groups, extra }: User): JsonObject {
  return {
    username: name,
    ...(uid && { uid }),
    groups: [...groups],
    ...(extra && {
      extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])),
    }),
  };
}
