import type { Value } from '../value/value.ts';
import type { Type } from './type.ts';

/** The cost of a call, by its arguments and its result (undefined where it failed). */
export type CallCost = (args: readonly Value[], result: Value | undefined) => number;

/** One signature of a function; the target of a member function is its first parameter. */
export interface Overload {
  readonly isMember: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
  /** Throws EvaluationError. */
  readonly call: (...args: Value[]) => Value;
  /** The cost where the types of the expression leave this overload only; 1 unless said. */
  readonly cost?: CallCost;
}

/** A function or operator under its name. */
export interface CelFunction {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** The cost of every call, whatever the overload. */
  readonly cost?: CallCost;
  /** The error of a call whose arguments fit no overload at run time; by default it shows their types. */
  readonly mismatch?: (args: readonly Value[], name: string) => string;
  /** Calls with constant arguments are done when the program is made, and cost nothing. */
  readonly isConversion?: boolean;
}

type Rest = Pick<CelFunction, 'cost' | 'mismatch' | 'isConversion'>;

export function celFunction(name: string, overloads: readonly Overload[], rest: Rest = {}): CelFunction {
  return { name, overloads, ...rest };
}

/** An implementation; its arguments are of the types of the parameters: nothing else reaches it. */
type Call = (...args: never[]) => Value;

/** `f(a, b)` */
export function global(parameters: readonly Type[], result: Type, call: Call, cost?: CallCost): Overload {
  return { isMember: false, parameters, result, call: call as Overload['call'], ...(cost && { cost }) };
}

/** `a.f(b)`. */
export function member(parameters: readonly Type[], result: Type, call: Call, cost?: CallCost): Overload {
  return { ...global(parameters, result, call, cost), isMember: true };
}
