import { EvaluationError } from '../error.ts';
import type { ComprehensionNode } from '../syntax/node.ts';
import type { Step } from './frame.ts';

/** Where a loop keeps its variables: its result, then one or two for the element. */
const slots = 3;

/** The places of the variables of loops; loops of the same depth share them. */
export class Locals {
  readonly #bases = new Map<ComprehensionNode, number>();
  #depth = 0;

  /** The first place of a loop whose parts are planned inside. */
  enter<T>(node: ComprehensionNode, plan: (base: number) => T): T {
    const base = this.#depth++ * slots;
    this.#bases.set(node, base);
    try {
      return plan(base);
    } finally {
      this.#depth--;
    }
  }

  read(scope: ComprehensionNode, name: string, cost: number): Step {
    const base = this.#bases.get(scope)!;
    const slot = base + (name === scope.accumulator ? 0 : name === scope.variable2 ? 2 : 1);
    return frame => {
      frame.charge(cost);
      const value = frame.locals[slot]!;
      if (value instanceof EvaluationError) throw value;
      return value;
    };
  }
}
