import type { JsonObject } from '@millrace/json';
import { notSupported } from '@millrace/schema';
import type { Cause } from '../api/status.ts';
import { listAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import type { KindRules } from '../kinds/kind-rules.ts';
import type { Declarations } from './expression.ts';
import { bad, conditionProblems, required } from './match-conditions.ts';
import { compileMutation } from './mutating-policy.ts';
import { compileVariables } from './policy.ts';
import { expressionProblems, variableProblems } from './policy-rules.ts';

/** What the API server asks of MutatingAdmissionPolicies beyond their schema. */
export const mutatingPolicyRules: KindRules = {
  problems(policy) {
    const spec = objectAt(policy, 'spec');
    const params = valueAt(spec, 'paramKind') !== undefined;
    return [
      ...constraintProblems(spec),
      ...conditionProblems(objectsAt(spec, 'matchConditions'), 'spec.matchConditions', params),
      ...variableProblems(spec, params, true),
      ...mutationsProblems(spec, params),
      ...reinvocationProblems(textAt(spec, 'reinvocationPolicy')),
    ];
  },
};

const operations = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
const patchTypes = ['ApplyConfiguration', 'JSONPatch'];
const reinvocations = ['IfNeeded', 'Never'];

/** What is deleted cannot be changed. */
function constraintProblems(spec: JsonObject): Cause[] {
  const at = 'spec.matchConstraints';
  if (valueAt(spec, 'matchConstraints') === undefined) return [required(at)];
  const rules = objectsAt(spec, 'matchConstraints', 'resourceRules');
  if (rules.length === 0) return [required(`${at}.resourceRules`)];
  return rules
    .flatMap(rule => listAt(rule, 'operations'))
    .filter(operation => !operations.includes(String(operation)))
    .map(operation => notSupported(`${at}.resourceRules.operations`, operation, operations));
}

function mutationsProblems(spec: JsonObject, params: boolean): Cause[] {
  const mutations = objectsAt(spec, 'mutations');
  if (mutations.length === 0) return [required('spec.mutations', 'mutations must contain at least one item')];
  const { types } = compileVariables(spec, params, true);
  const declarations = { params, authorizer: true, mutates: true, variables: types };
  return mutations.flatMap((mutation, i) => mutationProblems(mutation, `spec.mutations[${i}]`, declarations));
}

function mutationProblems(mutation: JsonObject, at: string, declarations: Declarations): Cause[] {
  const type = textAt(mutation, 'patchType');
  if (type === '') return [required(`${at}.patchType`)];
  if (!patchTypes.includes(type)) return [notSupported(`${at}.patchType`, type, patchTypes)];
  const [own, other] =
    type === 'JSONPatch' ? ['jsonPatch', 'applyConfiguration'] : ['applyConfiguration', 'jsonPatch'];
  const problems: Cause[] = [];
  if (valueAt(mutation, own!) === undefined)
    problems.push(required(`${at}.${own}`, `must be specified when patchType is ${type}`));
  else {
    const { expression } = compileMutation(mutation, declarations);
    problems.push(...expressionProblems(`${at}.${own}.expression`, expression));
  }
  if (valueAt(mutation, other!) !== undefined)
    problems.push(bad(`${at}.${other}`, `{${other}}`, `must not be specified when patchType is ${type}`));
  return problems;
}

function reinvocationProblems(policy: string): Cause[] {
  const at = 'spec.reinvocationPolicy';
  if (policy === '') return [required(at)];
  return reinvocations.includes(policy) ? [] : [notSupported(at, policy, reinvocations)];
}
