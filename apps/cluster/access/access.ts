import { ApiError, forbidden, qualified } from '../api/status.ts';
import type { User } from '../http/authenticate.ts';
import { type Action, isPathAction, type ResourceAction, resourceName } from './action.ts';
import type { Grant, Grants } from './grants.ts';
import { permits, type Rule } from './rule.ts';

/** Kubernetes refuses nothing to the members of this group. */
export const masters = 'system:masters';

export interface Decision {
  readonly allowed: boolean;
  /** What decided, or what kept a role from being considered; empty when there is nothing to say. */
  readonly reason: string;
}

/** The rules of a user in a namespace, and what kept further ones from being found. */
export interface Holdings {
  readonly rules: readonly Rule[];
  readonly errors: readonly string[];
}

/** Decides by RBAC. https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export class Access {
  readonly #grants: Grants;

  constructor(grants: Grants) {
    this.#grants = grants;
  }

  decide(user: User, action: Action): Decision {
    if (user.groups.includes(masters)) return { allowed: true, reason: '' };
    const missing: string[] = [];
    for (const grant of this.#grants.of(user, isPathAction(action) ? '' : action.namespace)) {
      const rules = this.#grants.rules(grant.role, grant.namespace);
      if (!rules)
        missing.push(`${grant.role.kind.toLowerCase()}.${roleGroup} "${grant.role.name}" not found`);
      else if (rules.some(rule => permits(rule, action)))
        return { allowed: true, reason: `RBAC: allowed by ${describe(grant)}` };
    }
    return { allowed: false, reason: missing.length === 0 ? '' : `RBAC: ${list(missing)}` };
  }

  /** Throws 403 where the user may not. */
  require(user: User, action: Action): void {
    const { allowed, reason } = this.decide(user, action);
    if (!allowed) throw this.refusal(user, action, reason);
  }

  /** The 403 of an action. */
  refusal(user: User, action: Action, reason: string): ApiError {
    return refusal(user, action, reason);
  }

  /** All that a user may do in a namespace; empty for the cluster as a whole. */
  holdings(user: User, namespace: string): Holdings {
    const rules: Rule[] = user.groups.includes(masters) ? [...everything] : [];
    const errors: string[] = [];
    for (const grant of this.#grants.of(user, namespace)) {
      const found = this.#grants.rules(grant.role, grant.namespace);
      if (found) rules.push(...found);
      else errors.push(`${grant.role.kind.toLowerCase()}s.${roleGroup} "${grant.role.name}" not found`);
    }
    return { rules, errors };
  }

  /** The rules of a role; undefined when there is none of that name. */
  rulesOf(role: Grant['role'], namespace: string): readonly Rule[] | undefined {
    return this.#grants.rules(role, namespace);
  }
}

export const roleGroup = 'rbac.authorization.k8s.io';

/** What cluster-admin holds. */
export const everything: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
];

function describe({ namespace, binding, role, subject }: Grant): string {
  const where = namespace ? `RoleBinding "${binding}/${namespace}"` : `ClusterRoleBinding "${binding}"`;
  return `${where} of ${role.kind} "${role.name}" to ${subject}`;
}

/** Several errors as Go joins them. */
function list(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}

function refusal(user: User, action: Action, reason: string): ApiError {
  const why = reason ? `: ${reason}` : '';
  const who = `User ${JSON.stringify(user.name)} cannot ${action.verb}`;
  if (isPathAction(action)) {
    const message = `forbidden: ${who} path ${JSON.stringify(action.path)}${why}`;
    return new ApiError(403, 'Forbidden', message, {});
  }
  const { group, namespace } = action;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  const what = `resource ${JSON.stringify(resourceName(action))} in API group ${JSON.stringify(group)} ${where}`;
  return refused(action, `${who} ${what}${why}`);
}

/** Collections have no name, and their messages leave its place out. */
function refused(action: ResourceAction, why: string): ApiError {
  const subject = { group: action.group, resource: action.resource, kind: action.resource };
  if (action.name) return forbidden(subject, action.name, why);
  return new ApiError(403, 'Forbidden', `${qualified(subject)} is forbidden: ${why}`, {
    ...(action.group && { group: action.group }),
    kind: action.resource,
  });
}
