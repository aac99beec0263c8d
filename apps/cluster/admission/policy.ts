import { types } from '@millrace/cel';
import type { JsonObject } from '@millrace/json';
import { objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { type Compiled, compileExpression, type Declarations } from './expression.ts';
import { compileConditions } from './match-conditions.ts';

/** One thing that a policy asks of objects. */
export interface PolicyValidation {
  readonly expression: Compiled;
  readonly message: string;
  readonly messageExpression: Compiled | undefined;
  readonly reason: string;
}

/** A ValidatingAdmissionPolicy, its expressions compiled. */
export interface Policy {
  readonly name: string;
  readonly constraints: JsonObject;
  readonly conditions: readonly Compiled[];
  readonly variables: ReadonlyMap<string, Compiled>;
  readonly validations: readonly PolicyValidation[];
  readonly paramKind: { readonly apiVersion: string; readonly kind: string } | undefined;
  readonly ignoresFailure: boolean;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/validating-admission-policy-v1/ */
export function parsePolicy(policy: JsonObject): Policy {
  const spec = objectAt(policy, 'spec');
  const params = valueAt(spec, 'paramKind') !== undefined;
  const { variables, types: declared } = compileVariables(spec, params);
  const declarations: Declarations = { params, authorizer: true, variables: declared };
  return {
    name: textAt(policy, 'metadata', 'name'),
    constraints: objectAt(spec, 'matchConstraints'),
    conditions: compileConditions(objectsAt(spec, 'matchConditions'), params),
    variables,
    validations: objectsAt(spec, 'validations').map(validation => ({
      expression: compileExpression(textAt(validation, 'expression'), declarations, [types.bool]),
      message: textAt(validation, 'message').trim(),
      messageExpression: textAt(validation, 'messageExpression')
        ? compileExpression(textAt(validation, 'messageExpression'), { ...declarations, authorizer: false }, [
            types.string,
          ])
        : undefined,
      reason: textAt(validation, 'reason') || 'Invalid',
    })),
    paramKind: params
      ? { apiVersion: textAt(spec, 'paramKind', 'apiVersion'), kind: textAt(spec, 'paramKind', 'kind') }
      : undefined,
    ignoresFailure: textAt(spec, 'failurePolicy') === 'Ignore',
  };
}

/** Each variable sees those before it. */
export function compileVariables(
  spec: JsonObject,
  params: boolean,
  mutates = false,
): { variables: Map<string, Compiled>; types: Map<string, types.Type> } {
  const variables = new Map<string, Compiled>();
  const declared = new Map<string, types.Type>();
  for (const variable of objectsAt(spec, 'variables')) {
    const name = textAt(variable, 'name');
    const visible = new Map(declared);
    const compiled = compileExpression(textAt(variable, 'expression'), {
      params,
      authorizer: true,
      mutates,
      variables: visible,
    });
    variables.set(name, compiled);
    declared.set(name, 'program' in compiled ? compiled.program.type : types.dyn);
  }
  return { variables, types: declared };
}
