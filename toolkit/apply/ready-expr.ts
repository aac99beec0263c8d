import {
  compile,
  createEnvironment,
  fluxLibraries,
  fromJson,
  type Program,
  types,
  withVariables,
} from '@millrace/cel';
import { Stalled } from '@millrace/controller';
import { asJson, type KubeObject } from '@millrace/kube';

const { bool, dyn, map, string } = types;

const environment = withVariables(createEnvironment(fluxLibraries), {
  self: map(string, dyn),
  dep: map(string, dyn),
});

/** Why nothing but another spec helps, as Flux begins it. */
const terminal = 'Reconciliation failed terminally due to configuration error';

/** Nothing but another expression helps: the reason and the words that Flux has for it. */
export function invalidExpression(message: string, cause?: unknown): Stalled {
  return new Stalled('InvalidCELExpression', `${terminal}: ${message}`, { cause });
}

/**
 * Whether dependsOn[].readyExpr holds for the dependency (`dep`) and its dependent (`self`). Throws Stalled where the
 * expression is none or not of type bool, and EvaluationError or CostLimitExceeded where it has no value.
 */
export function isReadyBy(expression: string, self: KubeObject, dep: KubeObject): boolean {
  const program = compileReady(expression, dep.metadata.name);
  const variables = { self: fromJson(asJson(self)), dep: fromJson(asJson(dep)) };
  return program.evaluate(variables, { costLimit }) === true;
}

/** Expressions are few, and looked at whenever a dependency changes. */
const compiled = new Map<string, Program>();
const mostCompiled = 1000;

/** Characters of an expression, and what its evaluation may cost, beside everybody's work. */
const longest = 20_000;
const costLimit = 100_000;

function compileReady(expression: string, dependency: string): Program {
  const refuse = (problem: string, cause?: unknown) =>
    invalidExpression(`terminal error: failed to evaluate dependency ${dependency}: ${problem}`, cause);
  const before = compiled.get(expression);
  if (before) return before;
  if (expression.length > longest) throw refuse(`the expression has more than ${longest} characters`);
  let program: Program;
  try {
    program = compile(expression, environment);
  } catch (error) {
    throw refuse(`failed to parse the CEL expression '${expression}': ${(error as Error).message}`, error);
  }
  if (!types.same(program.type, bool))
    throw refuse(`CEL expression output type mismatch: expected bool, got ${types.typeText(program.type)}`);
  if (compiled.size >= mostCompiled) compiled.clear();
  compiled.set(expression, program);
  return program;
}
