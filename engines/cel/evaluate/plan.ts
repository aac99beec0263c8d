import type { Checked } from '../check/checked.ts';
import { EvaluationError } from '../error.ts';
import type { CallNode, IdentNode, ListNode, Literal, MapNode, Node, SelectNode } from '../syntax/node.ts';
import { Entries, keyOf, List } from '../value/collection.ts';
import { typeOf } from '../value/type-of.ts';
import { ListValue, Optional, TypeValue, type Value } from '../value/value.ts';
import { planCall } from './call.ts';
import { planComprehension } from './comprehension.ts';
import { and, notStrictlyFalse, or, ternary } from './control.ts';
import type { Frame, Step } from './frame.ts';
import { Locals } from './locals.ts';
import { planMessage } from './message.ts';
import { constant, type Parts, type Planned } from './planned.ts';
import { hasField, select, selectOptional } from './select.ts';

/** What lists and maps cost to make, and what any name or selection costs; as cel-go has them. */
const listCost = 10;
const mapCost = 30;

/** Makes steps out of a checked tree. */
export class Planner implements Parts {
  readonly checked: Checked;
  readonly locals = new Locals();

  constructor(checked: Checked) {
    this.checked = checked;
  }

  /**
   * Throws EvaluationError where a constant part has no value. A bare name or selection, such as a branch of a
   * choice, does not pay for its beginning.
   */
  plan(node: Node, isBare = false): Planned {
    switch (node.kind) {
      case 'literal':
        return constant(node.value satisfies Literal);
      case 'ident':
        return this.#name(node, isBare) ?? this.#missing(node.name);
      case 'select':
        return this.#name(node, isBare) ?? this.#select(node, isBare);
      case 'call':
        return this.#call(node, isBare);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'comprehension':
        return { step: planComprehension(this, node) };
      case 'struct':
        return planMessage(this, node);
    }
  }

  #missing(name: string): Planned {
    return {
      step() {
        throw new EvaluationError(`no such attribute(s): ${name}`);
      },
    };
  }

  #name(node: IdentNode | SelectNode, isBare: boolean): Planned | undefined {
    const cost = isBare ? 0 : 1;
    const reference = this.checked.references.get(node);
    switch (reference?.kind) {
      case undefined:
        return undefined;
      case 'type':
        return constant(new TypeValue(reference.type));
      case 'local':
        return { step: this.locals.read(reference.scope, reference.name, cost) };
      case 'variable': {
        const { name } = reference;
        return {
          step(frame) {
            frame.charge(cost);
            const value = frame.variables(name);
            if (value === undefined) throw new EvaluationError(`no such attribute(s): ${name}`);
            return value;
          },
        };
      }
    }
  }

  /** What is selected from. Names, selections and choices between them pay per step; others once more. */
  #operand(node: Node, isBare: boolean): Step {
    if (this.#isAttribute(node)) return this.plan(node, isBare).step;
    const { step } = this.plan(node);
    if (isBare) return step;
    return frame => {
      try {
        return step(frame);
      } finally {
        frame.charge(1);
      }
    };
  }

  /** What is selected. A name does not pay for its beginning there either. */
  #key(node: Node): Step {
    return this.plan(node, this.#isAttribute(node)).step;
  }

  #isAttribute(node: Node): boolean {
    if (node.kind === 'ident' || node.kind === 'select')
      return this.checked.references.get(node)?.kind !== 'type' && !(node.kind === 'select' && node.isTest);
    return node.kind === 'call' && ['_[_]', '_[?_]', '_?._', '_?_:_'].includes(node.name);
  }

  #select({ operand, field, isTest }: SelectNode, isBare: boolean): Planned {
    const step = this.#operand(operand, isBare);
    if (isTest) return { step: frame => hasField(step(frame), field) };
    return { step: this.#selecting(step, () => field) };
  }

  #selecting(operand: Step, key: Step): Step {
    return frame => {
      const value = operand(frame);
      const field = key(frame);
      frame.charge(1);
      return select(value, field);
    };
  }

  #selectingOptional(operand: Step, key: Step): Step {
    return frame => {
      const found = selectOptional(operand(frame), key(frame));
      if (found.value !== undefined) frame.charge(1);
      return found;
    };
  }

  #call(node: CallNode, isBare: boolean): Planned {
    const [first, second, third] = node.args;
    const step = (of: Node | undefined) => this.plan(of!).step;
    switch (node.name) {
      case '_[_]':
        return { step: this.#selecting(this.#operand(first!, isBare), this.#key(second!)) };
      case '_[?_]':
      case '_?._':
        return { step: this.#selectingOptional(this.#operand(first!, isBare), this.#key(second!)) };
      case '_&&_':
        return { step: and(step(first), step(second)) };
      case '_||_':
        return { step: or(step(first), step(second)) };
      case '_?_:_':
        return { step: ternary(step(first), this.plan(second!, true).step, this.plan(third!, true).step) };
      case '@not_strictly_false':
        return { step: notStrictlyFalse(step(first)) };
      default:
        return planCall(this, node);
    }
  }

  #list({ items, optional }: ListNode): Planned {
    const planned = items.map(item => this.plan(item));
    const constants = planned.flatMap(part => (part.constant === undefined ? [] : [part.constant]));
    if (constants.length === items.length && optional.size === 0) return constant(new List(constants));
    const steps = planned.map(({ step }) => step);
    return {
      step(frame) {
        const values: Value[] = [];
        try {
          steps.forEach((step, i) => {
            const value = optional.has(i) ? unwrapped(step, frame, 'list element') : step(frame);
            if (value !== undefined) values.push(value);
          });
        } finally {
          frame.charge(listCost);
        }
        return new List(values);
      },
    };
  }

  #map({ entries }: MapNode): Planned {
    const planned = entries.map(({ key, value, isOptional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      isOptional,
    }));
    const make = (frame: Frame) =>
      planned.flatMap(({ key, value, isOptional }): [Value, Value][] => {
        const name = key.step(frame);
        if (keyOf(name) === undefined)
          throw new EvaluationError(`unsupported key type: ${typeOf(name).name}`);
        const held = isOptional ? unwrapped(value.step, frame, 'entry value') : value.step(frame);
        return held === undefined ? [] : [[name, held]];
      });
    const isConstant = planned.every(
      ({ key, value, isOptional }) =>
        key.constant !== undefined &&
        value.constant !== undefined &&
        !isOptional &&
        keyOf(key.constant) !== undefined,
    );
    if (isConstant)
      return constant(new Entries(planned.map(({ key, value }) => [key.constant!, value.constant!])));
    return {
      step(frame) {
        try {
          return new Entries(make(frame));
        } finally {
          frame.charge(mapCost);
        }
      },
    };
  }
}

function unwrapped(step: Step, frame: Frame, what: string): Value | undefined {
  const value = step(frame);
  if (value instanceof Optional) return value.value;
  throw new EvaluationError(
    `cannot initialize optional ${what} from non-optional value ${value instanceof ListValue ? '[]' : String(value)}`,
  );
}
