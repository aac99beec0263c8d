import type { TemplateFunction } from './value.ts';

interface Variable {
  name: string;
  slot: number;
  /** The slot of what range went over, if the variable holds an element of it. */
  holder: number | undefined;
  /** The variable declared before. */
  before: Variable | undefined;
}

/**
 * What is known at a place of a template while it is compiled: the variables and their slots, the slot of
 * the list or map that the dot is an element of (Go then names the dot by the type of elements in errors), and
 * the functions.
 */
export class Scope {
  readonly functionNamed: (name: string) => { function: TemplateFunction; isBuiltin: boolean } | undefined;
  dotHolder: number | undefined;
  #last: Variable = { name: '$', slot: 0, holder: undefined, before: undefined };
  readonly #slots: { used: number };

  constructor(functionNamed: Scope['functionNamed'], slots = { used: 1 }) {
    this.functionNamed = functionNamed;
    this.#slots = slots;
  }

  /** A new variable: its slot, which no other of the template has. */
  declare(name: string): number {
    const slot = this.#slots.used++;
    this.#last = { name, slot, holder: undefined, before: this.#last };
    return slot;
  }

  /** The variable declared last under a name. The parser lets names through that only an assignment made known. */
  find(name: string): Variable | undefined {
    let variable: Variable | undefined = this.#last;
    while (variable && variable.name !== name) variable = variable.before;
    return variable;
  }

  /** A scope for a part of the template: it knows what is known here now, and what it declares ends with it. */
  inner(dotHolder: number | undefined = this.dotHolder): Scope {
    const scope = new Scope(this.functionNamed, this.#slots);
    scope.#last = this.#last;
    scope.dotHolder = dotHolder;
    return scope;
  }
}
