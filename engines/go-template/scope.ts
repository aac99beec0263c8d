import type { TemplateFunction } from './value.ts';

interface Variable {
  name: string;
  slot: number;
  /** Whether it holds an interface value: an element of a list or map, as range gives it. */
  boxed: boolean;
}

/**
 * What is known at a place of a template while it is compiled: the variables and their slots, whether the dot is
 * an interface value (Go then names its type `interface {}` in errors), and the functions.
 */
export class Scope {
  readonly functionNamed: (name: string) => { function: TemplateFunction; isBuiltin: boolean } | undefined;
  dotBoxed = false;
  slots = 1;
  readonly #variables: Variable[] = [{ name: '$', slot: 0, boxed: false }];

  constructor(functionNamed: Scope['functionNamed']) {
    this.functionNamed = functionNamed;
  }

  declare(name: string, boxed: boolean): number {
    const slot = this.slots++;
    this.#variables.push({ name, slot, boxed });
    return slot;
  }

  /** The variable declared last under a name. The parser lets names through that only an assignment made known. */
  find(name: string): Variable | undefined {
    return this.#variables.findLast(variable => variable.name === name);
  }

  /** Compile a part whose declarations end with it and whose dot may be another. */
  within<T>(compile: () => T): T {
    const [known, boxed] = [this.#variables.length, this.dotBoxed];
    const result = compile();
    this.#variables.length = known;
    this.dotBoxed = boxed;
    return result;
  }
}
