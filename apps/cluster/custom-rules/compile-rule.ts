import {
  CelError,
  compile,
  createEnvironment,
  type Declaration,
  type Environment,
  kubernetesLibraries,
  type Program,
  types,
  withVariables,
} from '@millrace/cel';
import { isObject, type Json, type JsonObject } from '@millrace/json';

/** A rule of `x-kubernetes-validations`, ready to be held against values. */
export interface CompiledRule {
  readonly rule: JsonObject;
  /** Missing where the rule is empty or does not compile. */
  readonly program?: Program;
  /** Why it does not compile. */
  readonly problem?: string;
  readonly usesOldSelf: boolean;
  readonly message?: Program;
  readonly messageProblem?: string;
}

const base = createEnvironment(kubernetesLibraries);

/** The rules of one schema, compiled for values of the declared type. Nothing is thrown: problems are kept. */
export function compileRules(rules: Json | undefined, { type }: Declaration): CompiledRule[] {
  if (!Array.isArray(rules)) return [];
  const plain = withVariables(base, { self: type, oldSelf: type });
  const optional = withVariables(base, { self: type, oldSelf: types.optional(type) });
  return rules
    .filter(isObject)
    .map(rule => compileRule(rule, rule.optionalOldSelf === true ? optional : plain));
}

function compileRule(rule: JsonObject, environment: Environment): CompiledRule {
  const text = String(rule.rule ?? '');
  if (text.trim() === '') return { rule, usesOldSelf: false };
  const { program, problem } = attempt(text, environment, 'bool', '');
  if (!program) return { rule, problem: problem!, usesOldSelf: false };
  const compiled = { rule, program, usesOldSelf: program.uses('oldSelf') };
  if (typeof rule.messageExpression !== 'string' || rule.messageExpression === '') return compiled;
  const message = attempt(rule.messageExpression, environment, 'string', 'messageExpression ');
  return message.program
    ? { ...compiled, message: message.program }
    : { ...compiled, messageProblem: message.problem! };
}

function attempt(
  text: string,
  environment: Environment,
  wanted: 'bool' | 'string',
  what: string,
): { program?: Program; problem?: string } {
  try {
    const program = compile(text, environment);
    if (program.type.kind === wanted) return { program };
    return { problem: `${what || 'cel expression '}must evaluate to a ${wanted}` };
  } catch (error) {
    const why = (error as Error).message;
    if (error instanceof CelError) return { problem: `${what}compilation failed: ${why}` };
    return { problem: `${what || 'program '}instantiation failed: ${why}` };
  }
}
