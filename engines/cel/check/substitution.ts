import { dyn, isDynamic, same, type Type } from './type.ts';

/**
 * What type parameters stand for, as far as it is known. Grows while types are held against each other; a failed
 * attempt is thrown away as a whole.
 *
 * Source of the rule: type checking of cel-go, which the specification leaves to the implementation.
 */
export class Substitution {
  readonly #bound: Map<string, Type>;

  constructor(bound: ReadonlyMap<string, Type> = new Map()) {
    this.#bound = new Map(bound);
  }

  /** The substitution that makes the types of one list fit those of the other; undefined where none does. */
  fitting(from: readonly Type[], to: readonly Type[]): Substitution | undefined {
    const attempt = new Substitution(this.#bound);
    return attempt.#allFit(from, to) ? attempt : undefined;
  }

  /** The type with its parameters replaced; those still unknown become dyn where asked for. */
  apply(type: Type, unknownIsDyn = false): Type {
    if (type.kind === 'parameter') {
      const bound = this.#bound.get(type.name);
      if (bound) return this.apply(bound, unknownIsDyn);
      return unknownIsDyn ? dyn : type;
    }
    if (type.parameters.length === 0) return type;
    return { ...type, parameters: type.parameters.map(one => this.apply(one, unknownIsDyn)) };
  }

  #allFit(from: readonly Type[], to: readonly Type[]): boolean {
    return from.length === to.length && from.every((one, i) => this.#fits(one, to[i]!));
  }

  #fits(from: Type, to: Type): boolean {
    if (to.kind === 'parameter') {
      const { fits, isKnown } = this.#bind(from, to);
      if (fits || isKnown) return fits;
    }
    if (from.kind === 'parameter') return this.#bind(to, from).fits;
    if (isDynamic(from) || isDynamic(to)) return true;
    if (from.kind === 'null') return isNullable(to);
    if (to.kind === 'null') return isNullable(from);
    switch (from.kind) {
      case 'list':
      case 'map':
      case 'opaque':
        return from.kind === to.kind && from.name === to.name && this.#allFit(from.parameters, to.parameters);
      case 'type':
        return to.kind === 'type';
      default:
        return same(from, to);
    }
  }

  #bind(type: Type, parameter: Type): { fits: boolean; isKnown: boolean } {
    if (same(type, parameter)) return { fits: true, isKnown: true };
    const bound = this.#bound.get(parameter.name);
    if (!bound) {
      if (this.#occurs(parameter, type)) return { fits: false, isKnown: false };
      this.#bound.set(parameter.name, type);
      return { fits: true, isKnown: false };
    }
    if (same(type, bound)) return { fits: true, isKnown: true };
    if (!this.#fits(type, bound)) return { fits: false, isKnown: true };
    const general = moreGeneral(type, bound);
    if (!this.#occurs(parameter, general)) this.#bound.set(parameter.name, general);
    return { fits: true, isKnown: true };
  }

  #occurs(parameter: Type, within: Type): boolean {
    if (same(parameter, within)) return true;
    if (within.kind === 'parameter') {
      const bound = this.#bound.get(within.name);
      return bound !== undefined && this.#occurs(parameter, bound);
    }
    return within.parameters.some(one => this.#occurs(parameter, one));
  }
}

function isNullable({ kind }: Type): boolean {
  return ['null', 'opaque', 'object', 'any', 'duration', 'timestamp'].includes(kind);
}

/** Of two types that fit each other, the one that says less. */
export function moreGeneral(a: Type, b: Type): Type {
  return saysLess(a, b) ? a : b;
}

function saysLess(a: Type, b: Type): boolean {
  if (isWild(a)) return true;
  if (isWild(b) || a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'opaque':
    case 'list':
    case 'map':
      return (
        a.name === b.name &&
        a.parameters.length === b.parameters.length &&
        a.parameters.every((one, i) => saysLess(one, b.parameters[i]!))
      );
    case 'type':
      return true;
    default:
      return same(a, b);
  }
}

function isWild({ kind }: Type): boolean {
  return kind === 'dyn' || kind === 'any' || kind === 'parameter';
}
