import type { TemplateFunction } from './value.ts';

interface Variable {
  name: string;
  slot: number;
  /** The slot of what range went over, if the variable holds an element of it. */
  holder: number | undefined;
}

/**
 * What is known at a place of a template while it is compiled: the variables and their slots, the slot of
 * the list or map that the dot is an element of (Go then names the dot by the type of elements in errors), and
 * the functions.
 */
export class Scope {
  readonly functionNamed: (name: string) => { function: TemplateFunction; isBuiltin: boolean } | undefined;
  dotHolder: number | undefined;
  slots = 1;
  readonly #variables: Variable[] = [{ name: '$', slot: 0, holder: undefined }];

  constructor(functionNamed: Scope['functionNamed']) {
    this.functionNamed = functionNamed;
  }

  declare(name: string): number {
    const slot = this.slots++;
    this.#variables.push({ name, slot, holder: undefined });
    return slot;
  }

  /** The variable declared last under a name. The parser lets names through that only an assignment made known. */
  find(name: string): Variable | undefined {
    return this.#variables.findLast(variable => variable.name === name);
  }

  /** Compile a part whose declarations end with it and whose dot may be another. */
  within<T>(compile: () => T): T {
    const [known, holder] = [this.#variables.length, this.dotHolder];
    const result = compile();
    this.#variables.length = known;
    this.dotHolder = holder;
    return result;
  }
}
