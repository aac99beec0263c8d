import { equal, type JsonObject } from '@millrace/json';
import { type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { listAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { subdomain } from './validation/names.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#api-overview */
export const roleRules: KindRules = {
  prepare(object) {
    if (listAt(object, 'rules').length === 0) object.rules = null;
  },
  problems: object =>
    objectsAt(object, 'rules').flatMap((rule, i) => {
      const at = `rules[${i}]`;
      const problems: FieldError[] = [];
      const none = (field: string) => listAt(rule, field).length === 0;
      if (none('verbs')) problems.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
      if (!none('nonResourceURLs')) {
        if (object.kind !== 'Role') return problems;
        const why = 'namespaced rules cannot apply to non-resource URLs';
        problems.push(invalid(`${at}.nonResourceURLs`, rule.nonResourceURLs ?? null, why));
        return problems;
      }
      if (none('apiGroups'))
        problems.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
      if (none('resources'))
        problems.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
      return problems;
    }),
};

const rbacGroup = 'rbac.authorization.k8s.io';
const subjectKinds = ['ServiceAccount', 'User', 'Group'];

export const bindingRules: KindRules = {
  problems(object, old) {
    const reference = objectAt(object, 'roleRef');
    const problems: FieldError[] = [];
    const kinds = object.kind === 'ClusterRoleBinding' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
    const [kind, group] = [textAt(reference, 'kind'), textAt(reference, 'apiGroup')];
    if (group !== rbacGroup) problems.push(notSupported('roleRef.apiGroup', group, [rbacGroup]));
    if (!kinds.includes(kind)) problems.push(notSupported('roleRef.kind', kind, kinds));
    if (textAt(reference, 'name') === '') problems.push(required('roleRef.name'));
    objectsAt(object, 'subjects').forEach((subject, i) => {
      problems.push(...subjectProblems(subject, `subjects[${i}]`, object.kind === 'RoleBinding'));
    });
    if (old && !equal(reference, objectAt(old, 'roleRef'))) {
      const printed = { APIGroup: reference.apiGroup ?? '', Kind: kind, Name: reference.name ?? '' };
      problems.push(invalid('roleRef', printed, 'cannot change roleRef'));
    }
    return problems;
  },
};

/** The namespace of an account that a RoleBinding does not name is its own. */
function subjectProblems(subject: JsonObject, at: string, namespaced: boolean): FieldError[] {
  const problems: FieldError[] = [];
  const [kind, name, group] = [textAt(subject, 'kind'), textAt(subject, 'name'), textAt(subject, 'apiGroup')];
  if (name === '') problems.push(required(`${at}.name`));
  else if (kind === 'ServiceAccount') problems.push(...subdomain(name, `${at}.name`));
  const wanted = kind === 'ServiceAccount' ? '' : rbacGroup;
  if (subjectKinds.includes(kind) && group !== wanted)
    problems.push(notSupported(`${at}.apiGroup`, group, [wanted]));
  if (kind === 'ServiceAccount' && !namespaced && textAt(subject, 'namespace') === '')
    problems.push(required(`${at}.namespace`));
  if (!subjectKinds.includes(kind)) problems.push(notSupported(`${at}.kind`, kind, subjectKinds));
  return problems;
}
