import { equal, type JsonObject } from '@millrace/json';
import type { Target, WriteOptions } from '../api/api.ts';
import { forbidden, notFound } from '../api/status.ts';
import { listAt, textAt } from '../api/tree.ts';
import type { User } from '../http/authenticate.ts';
import { type Access, everything, masters, roleGroup } from './access.ts';
import {
  clusterRoleBindingStorage,
  clusterRoleStorage,
  roleBindingStorage,
  roleReference,
  roleStorage,
} from './grants.ts';
import { printRule, type Rule, rulesOfRole, uncovered } from './rule.ts';

/**
 * Nobody gives away what they do not hold: throws 403 for a role or binding that grants more than its writer has,
 * unless the writer may `escalate` roles or `bind` this one.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function refuseBeyondRights(
  { writer }: WriteOptions,
  target: Target,
  object: JsonObject,
  old: JsonObject | undefined,
): void {
  if (!writer) return;
  const { user, access } = writer;
  const { storage } = target.resource;
  const role = storage === roleStorage || storage === clusterRoleStorage;
  const binding = storage === roleBindingStorage || storage === clusterRoleBindingStorage;
  if ((!role && !binding) || user.groups.includes(masters)) return;
  if (role) refuseRole(access, user, target, object, old);
  else refuseBinding(access, user, target, object, old);
}

function refuseRole(
  access: Access,
  user: User,
  target: Target,
  role: JsonObject,
  old: JsonObject | undefined,
): void {
  const same = (field: string) => equal(role[field] ?? null, old?.[field] ?? null);
  if (old && same('rules') && same('aggregationRule')) return;
  if (mayDo(access, user, 'escalate', target, textAt(role, 'metadata', 'name'))) return;
  requireHeld(access, user, target, role, rulesOfRole(role));
  if (listAt(role, 'aggregationRule', 'clusterRoleSelectors').length === 0 && !role.aggregationRule) return;
  if (uncovered(access.holdings(user, '').rules, everything).length > 0)
    throw forbidden(
      target.resource,
      textAt(role, 'metadata', 'name'),
      'must have cluster-admin privileges to use the aggregationRule',
    );
}

function refuseBinding(
  access: Access,
  user: User,
  target: Target,
  binding: JsonObject,
  old: JsonObject | undefined,
): void {
  const same = (field: string) => equal(binding[field] ?? null, old?.[field] ?? null);
  if (old && same('roleRef') && same('subjects')) return;
  const reference = roleReference(binding);
  const resource = reference.kind === 'Role' ? 'roles' : 'clusterroles';
  const bound = { ...target, resource: { ...target.resource, resource } };
  if (mayDo(access, user, 'bind', bound, reference.name)) return;
  const rules = access.rulesOf(reference, target.namespace);
  if (!rules) throw notFound(target.resource, reference.name);
  requireHeld(access, user, target, binding, rules);
}

function mayDo(access: Access, user: User, verb: string, target: Target, name: string): boolean {
  const { version, resource } = target.resource;
  const action = {
    verb,
    group: roleGroup,
    version,
    resource,
    subresource: '',
    namespace: target.namespace,
    name,
  };
  return access.decide(user, action).allowed;
}

function requireHeld(
  access: Access,
  user: User,
  target: Target,
  object: JsonObject,
  wanted: readonly Rule[],
): void {
  const { rules, errors } = access.holdings(user, target.namespace);
  const missing = uncovered(rules, wanted);
  if (missing.length === 0) return;
  const groups = user.groups.map(group => JSON.stringify(group)).join(' ');
  const unresolved = errors.length === 0 ? '' : `; resolution errors: [${errors.join(', ')}]`;
  throw forbidden(
    target.resource,
    textAt(object, 'metadata', 'name'),
    `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${missing
      .map(printRule)
      .sort()
      .join('\n')}${unresolved}`,
  );
}
