import type { Alert, Provider } from '@millrace/api';
import {
  compile,
  createEnvironment,
  fluxLibraries,
  fromJson,
  type Program,
  types,
  withVariables,
} from '@millrace/cel';
import type { JsonObject } from '@millrace/json';
import { asJson } from '@millrace/kube';
import { commitStatusTypes, type Event, eventAsJson } from '@millrace/notifications';

const { dyn, map, string } = types;
const object = map(string, dyn);
const environment = withVariables(createEnvironment(fluxLibraries), {
  event: object,
  alert: object,
  provider: object,
});

/** Characters of an expression, and what its evaluation may cost. */
const longest = 20_000;
const costLimit = 100_000;

/** Expressions are few, and evaluated for every event. */
const known = new Map<string, Program>();
const mostKnown = 1000;

/**
 * What the status of a commit is called: by the Provider's expression, or after the object, with the beginning of the
 * Provider's uid to tell clusters apart. Empty for other types. Throws where the expression has no text as its value.
 */
export function commitStatusOf(provider: Provider, alert: Alert, event: Event): string {
  const { commitStatusExpr, type } = provider.spec;
  if (!commitStatusTypes.includes(type)) return '';
  const { kind = '', name = '' } = event.involvedObject;
  if (!commitStatusExpr)
    return `${kind}/${name}/${(provider.metadata.uid ?? '').split('-')[0]}`.toLowerCase();
  const variables = {
    event: fromJson(JSON.parse(eventAsJson(event)) as JsonObject),
    alert: fromJson(asJson(alert)),
    provider: fromJson(asJson(provider)),
  };
  return String(compiled(commitStatusExpr).evaluate(variables, { costLimit }));
}

function compiled(expression: string): Program {
  const before = known.get(expression);
  if (before) return before;
  const refuse = (problem: string, cause?: unknown) =>
    new Error(`failed to compile expression: ${problem}`, { cause });
  if (expression.length > longest) throw refuse(`it has more than ${longest} characters`);
  let program: Program;
  try {
    program = compile(expression, environment);
  } catch (error) {
    const { message } = error as Error;
    throw refuse(`failed to parse the CEL expression '${expression}': ${message}`, error);
  }
  if (!types.same(program.type, string))
    throw refuse(`CEL expression output type mismatch: expected string, got ${types.typeText(program.type)}`);
  if (known.size >= mostKnown) known.clear();
  known.set(expression, program);
  return program;
}
