import {
  CelError,
  compile,
  createEnvironment,
  type Environment,
  fluxLibraries,
  type Program,
  types,
  type Value,
  withVariables,
} from '@millrace/cel';

/** The expression is none, or not of the type that it has to have. */
export class InvalidExpression extends Error {
  override readonly name = 'InvalidExpression';
}

/** What the places of a Receiver's spec may name. */
const variables = {
  filter: ['res', 'req'],
  filterWithClaims: ['res', 'req', 'claims'],
  claims: ['claims', 'vars'],
} as const;

export type Place = keyof typeof variables;

/** Characters of an expression. */
const longest = 20_000;

const libraries = createEnvironment(fluxLibraries);
const struct = types.map(types.string, types.dyn);
const environments = Object.fromEntries(
  Object.entries(variables).map(([place, names]) => [
    place,
    withVariables(libraries, Object.fromEntries(names.map(name => [name, struct]))),
  ]),
) as Record<Place, Environment>;

/** Expressions are few, and evaluated at every request. */
const programs = new Map<string, Program>();
const mostPrograms = 1000;

/** An expression of any type. Throws InvalidExpression, in the words of fluxcd/pkg/runtime/cel. */
export function compileAt(place: Place, expression: string): Program {
  const key = `${place} ${expression}`;
  const before = programs.get(key);
  if (before) return before;
  if (expression.length > longest)
    throw new InvalidExpression(`the CEL expression has more than ${longest} characters`);
  let program: Program;
  try {
    program = compile(expression, environments[place]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const step =
      error instanceof CelError
        ? `failed to parse the CEL expression '${expression}'`
        : 'failed to create CEL program';
    throw new InvalidExpression(`${step}: ${message}`, { cause: error });
  }
  if (programs.size >= mostPrograms) programs.clear();
  programs.set(key, program);
  return program;
}

/** An expression that is true or false. Throws InvalidExpression. */
export function compileCondition(place: Place, expression: string): Program {
  const program = compileAt(place, expression);
  if (!types.same(program.type, types.bool))
    throw new InvalidExpression(
      `CEL expression output type mismatch: expected bool, got ${types.typeText(program.type)}`,
    );
  return program;
}

/** What the expressions of one request may cost, beside everybody's work. */
export class Budget {
  #left = 5_000_000;

  /** Throws EvaluationError, and CostLimitExceeded where the expression or all of the request are too dear. */
  evaluate(program: Program, value: (variable: string) => Value | undefined): Value {
    const onCost = (cost: number) => {
      this.#left -= cost;
    };
    return program.evaluate(value, { costLimit: Math.min(500_000, Math.max(this.#left, 0)), onCost });
  }
}
