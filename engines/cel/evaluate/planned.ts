import type { Checked } from '../check/checked.ts';
import type { Node } from '../syntax/node.ts';
import type { Value } from '../value/value.ts';
import type { Step } from './frame.ts';
import type { Locals } from './locals.ts';

/** A part of a program, or its value where that is known beforehand. */
export interface Planned {
  readonly step: Step;
  readonly constant?: Value;
}

export function constant(value: Value): Planned & { readonly constant: Value } {
  return { step: () => value, constant: value };
}

/** Plans parts of an expression for those who plan a whole. */
export interface Parts {
  readonly checked: Checked;
  readonly locals: Locals;
  plan(node: Node, isBare?: boolean): Planned;
}
