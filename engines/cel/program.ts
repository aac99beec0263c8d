import { check } from './check/check.ts';
import type { Checked } from './check/checked.ts';
import type { Environment } from './check/environment.ts';
import type { Type } from './check/type.ts';
import { Frame, type Variables } from './evaluate/frame.ts';
import { Planner } from './evaluate/plan.ts';
import { parse } from './syntax/parse.ts';
import type { Value } from './value/value.ts';

/** What one evaluation of an expression may cost in Kubernetes. */
export const perCallLimit = 1_000_000;

export interface EvaluateOptions {
  /** The evaluation throws CostLimitExceeded beyond it; by default what Kubernetes allows a call. */
  readonly costLimit?: number;
  /** Told what the evaluation has cost, whether it ended in a value or in an error. */
  readonly onCost?: (cost: number) => void;
}

/** An expression that is ready to be evaluated, as often as needed. */
export interface Program {
  readonly expression: string;
  /** The type of the result, as far as it is known beforehand. */
  readonly type: Type;
  readonly checked: Checked;
  /**
   * The value for these variables. Throws EvaluationError where there is none, and CostLimitExceeded.
   * Where the variables are a function it is asked for each use, so that only those are made which are needed.
   */
  evaluate(variables: Variables | Readonly<Record<string, Value>>, options?: EvaluateOptions): Value;
  /** Whether the expression uses a variable. */
  uses(variable: string): boolean;
}

/**
 * Compile an expression: parse it, find out its types, and make it ready to be evaluated.
 * Throws CelError with each place where the text or its types are wrong, and EvaluationError where a constant part,
 * such as `int("x")`, has no value.
 */
export function compile(expression: string, environment: Environment): Program {
  const { source, root } = parse(expression, environment.macros);
  const checked = check(source, root, environment);
  const { step } = new Planner(checked).plan(root);
  return {
    expression,
    checked,
    type: checked.type,
    evaluate(variables, { costLimit = perCallLimit, onCost } = {}) {
      const frame = new Frame(typeof variables === 'function' ? variables : ofRecord(variables), costLimit);
      try {
        return step(frame);
      } finally {
        onCost?.(frame.cost);
      }
    },
    uses(variable) {
      return [...checked.references.values()].some(
        reference => reference.kind === 'variable' && reference.name === variable,
      );
    },
  };
}

function ofRecord(record: Readonly<Record<string, Value>>): Variables {
  return name => (Object.hasOwn(record, name) ? record[name] : undefined);
}
