import { equal, type JsonObject } from '@millrace/json';
import { type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { listAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#api-overview */
export const roleRules: KindRules = {
  problems: object =>
    objectsAt(object, 'rules').flatMap((rule, i) => {
      const at = `rules[${i}]`;
      const problems: FieldError[] = [];
      const none = (field: string) => listAt(rule, field).length === 0;
      if (none('verbs')) problems.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
      if (!none('nonResourceURLs')) return problems;
      if (none('apiGroups'))
        problems.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
      if (none('resources'))
        problems.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
      return problems;
    }),
};

const subjectKinds = ['ServiceAccount', 'User', 'Group'];

export const bindingRules: KindRules = {
  problems(object, old) {
    const reference = objectAt(object, 'roleRef');
    const problems: FieldError[] = [];
    const kinds = object.kind === 'ClusterRoleBinding' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
    const kind = textAt(reference, 'kind');
    if (!kinds.includes(kind)) problems.push(notSupported('roleRef.kind', kind, kinds));
    if (textAt(reference, 'name') === '') problems.push(required('roleRef.name'));
    objectsAt(object, 'subjects').forEach((subject, i) => {
      problems.push(...subjectProblems(subject, `subjects[${i}]`));
    });
    if (old && !equal(reference, objectAt(old, 'roleRef'))) {
      const printed = { APIGroup: reference.apiGroup ?? '', Kind: kind, Name: reference.name ?? '' };
      problems.push(invalid('roleRef', printed, 'cannot change roleRef'));
    }
    return problems;
  },
};

function subjectProblems(subject: JsonObject, at: string): FieldError[] {
  const problems: FieldError[] = [];
  const kind = textAt(subject, 'kind');
  if (textAt(subject, 'name') === '') problems.push(required(`${at}.name`));
  if (kind === 'ServiceAccount' && textAt(subject, 'namespace') === '')
    problems.push(required(`${at}.namespace`));
  if (!subjectKinds.includes(kind)) problems.push(notSupported(`${at}.kind`, kind, subjectKinds));
  return problems;
}
