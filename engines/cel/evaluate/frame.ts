import { CostLimitExceeded, type EvaluationError } from '../error.ts';
import type { Value } from '../value/value.ts';

/** Where the values of variables come from; undefined for one that has none. */
export type Variables = (name: string) => Value | undefined;

/** The state of one evaluation: variables, those of loops, and what it has cost so far. */
export class Frame {
  readonly variables: Variables;
  /** A loop's result may be an error until a later element makes it irrelevant. */
  readonly locals: (Value | EvaluationError)[] = [];
  readonly #limit: number;
  cost = 0;

  constructor(variables: Variables, limit: number) {
    this.variables = variables;
    this.#limit = limit;
  }

  /** Throws CostLimitExceeded. */
  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#limit) throw new CostLimitExceeded();
  }
}

/** A part of a program. Throws EvaluationError where it has no value. */
export type Step = (frame: Frame) => Value;
