import { type FieldError, invalid, required } from '@millrace/schema';
import { subdomainProblem } from '../api/names.ts';
import { textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';

const longest = 250;
const path = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

/** https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class */
export const ingressClassRules: KindRules = {
  problems(object, old) {
    const controller = textAt(object, 'spec', 'controller');
    const field = 'spec.controller';
    if (old && controller !== textAt(old, 'spec', 'controller'))
      return [invalid(field, controller, 'field is immutable')];
    return controller === '' ? [required(field)] : controllerProblems(controller, field);
  },
};

/** A domain and a path, such as acme.io/foo. */
function controllerProblems(controller: string, field: string): FieldError[] {
  const problems: FieldError[] = [];
  if (controller.length > longest)
    problems.push({
      field,
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${longest} bytes`,
    });
  const slash = controller.indexOf('/');
  const [domain, rest] = [controller.slice(0, slash), controller.slice(slash + 1)];
  if (slash <= 0 || rest === '') {
    problems.push(invalid(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")'));
    return problems;
  }
  const why = subdomainProblem(domain);
  if (why !== undefined) problems.push(invalid(field, domain, why));
  if (!path.test(rest)) {
    const allowed = path.source.slice(1, -1).replace('\\/', '/');
    problems.push(invalid(field, rest, `Invalid path (regex used for validation is '${allowed}')`));
  }
  return problems;
}
