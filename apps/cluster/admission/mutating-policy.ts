import type { JsonObject } from '@millrace/json';
import { objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import type { ParamKind } from './binding.ts';
import { type Compiled, compileExpression, type Declarations } from './expression.ts';
import { compileConditions } from './match-conditions.ts';
import { objectType, patchListType } from './mutation-library.ts';
import { compileVariables } from './policy.ts';

/** One change that a policy makes: an object to be merged in, or the operations of a JSON patch. */
export interface Mutation {
  readonly kind: 'ApplyConfiguration' | 'JSONPatch';
  readonly expression: Compiled;
}

/** A MutatingAdmissionPolicy, its expressions compiled. */
export interface MutatingPolicy {
  readonly name: string;
  readonly constraints: JsonObject;
  readonly conditions: readonly Compiled[];
  readonly variables: ReadonlyMap<string, Compiled>;
  readonly mutations: readonly Mutation[];
  readonly paramKind: ParamKind | undefined;
  readonly ignoresFailure: boolean;
  /** Whether it is asked again when a later one has changed the object. */
  readonly isReinvoked: boolean;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/mutating-admission-policy-v1/ */
export function parseMutatingPolicy(policy: JsonObject): MutatingPolicy {
  const spec = objectAt(policy, 'spec');
  const params = valueAt(spec, 'paramKind') !== undefined;
  const { variables, types } = compileVariables(spec, params, true);
  const declarations: Declarations = { params, authorizer: true, mutates: true, variables: types };
  return {
    name: textAt(policy, 'metadata', 'name'),
    constraints: objectAt(spec, 'matchConstraints'),
    conditions: compileConditions(objectsAt(spec, 'matchConditions'), params),
    variables,
    mutations: objectsAt(spec, 'mutations').map(mutation => compileMutation(mutation, declarations)),
    paramKind: params
      ? { apiVersion: textAt(spec, 'paramKind', 'apiVersion'), kind: textAt(spec, 'paramKind', 'kind') }
      : undefined,
    ignoresFailure: textAt(spec, 'failurePolicy') === 'Ignore',
    isReinvoked: textAt(spec, 'reinvocationPolicy') === 'IfNeeded',
  };
}

export function compileMutation(mutation: JsonObject, declarations: Declarations): Mutation {
  if (textAt(mutation, 'patchType') === 'JSONPatch') {
    const text = textAt(mutation, 'jsonPatch', 'expression');
    return { kind: 'JSONPatch', expression: compileExpression(text, declarations, [patchListType]) };
  }
  const text = textAt(mutation, 'applyConfiguration', 'expression');
  return { kind: 'ApplyConfiguration', expression: compileExpression(text, declarations, [objectType]) };
}
