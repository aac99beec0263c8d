import type { Macros } from '../syntax/macro.ts';
import type { Problem } from '../syntax/source.ts';
import type { Checked } from './checked.ts';
import type { CelFunction, Overload } from './function.ts';
import type { Messages } from './message.ts';
import type { Type } from './type.ts';

/** Functions, macros and types that go together. */
export interface Library {
  readonly functions?: readonly CelFunction[];
  readonly macros?: Macros;
  /** Types that expressions may name, such as `net.IP`. */
  readonly types?: readonly Type[];
  /** Objects that expressions can make. */
  readonly messages?: Messages;
  /** What is wrong with an expression besides its types. */
  readonly validate?: (checked: Checked) => Problem[];
}

/** What expressions may name. Made once, extended with variables as often as needed. */
export interface Environment {
  readonly macros: Macros;
  readonly functions: ReadonlyMap<string, CelFunction>;
  readonly types: ReadonlyMap<string, Type>;
  readonly variables: ReadonlyMap<string, Type>;
  readonly messages: Messages;
  readonly validators: readonly NonNullable<Library['validate']>[];
  /** A name that nothing declares is a variable of any type; where it has no value, its use is an EvaluationError. */
  readonly anyVariable?: boolean;
}

/** An environment of libraries; functions of one name add up their overloads. */
export function createEnvironment(libraries: readonly Library[]): Environment {
  const functions = new Map<string, CelFunction>();
  for (const one of libraries.flatMap(library => library.functions ?? [])) {
    const before = functions.get(one.name);
    functions.set(one.name, before ? merged(before, one) : one);
  }
  return {
    macros: new Map(libraries.flatMap(({ macros }) => [...(macros ?? [])])),
    functions,
    types: new Map(libraries.flatMap(({ types }) => (types ?? []).map(type => [type.name, type] as const))),
    variables: new Map(),
    messages: name => {
      for (const { messages } of libraries) {
        const found = messages?.(name);
        if (found) return found;
      }
      return undefined;
    },
    validators: libraries.flatMap(({ validate }) => validate ?? []),
  };
}

function merged(one: CelFunction, other: CelFunction): CelFunction {
  const overloads: Overload[] = [...one.overloads, ...other.overloads];
  return { ...one, ...other, overloads };
}

/** The environment with more variables; those of the same name are replaced. */
export function withVariables(
  environment: Environment,
  variables: Readonly<Record<string, Type>>,
): Environment {
  return {
    ...environment,
    variables: new Map([...environment.variables, ...Object.entries(variables)]),
  };
}

/**
 * The environment for expressions over what nobody describes beforehand: every other name is a variable. For what
 * cel-go does with expressions that it parses and does not check.
 */
export function withAnyVariable(environment: Environment): Environment {
  return { ...environment, anyVariable: true, validators: [] };
}
