import type { State } from './state.ts';
import type { Value } from './value.ts';

export type Evaluate = (state: State, dot: Value) => Value;

/** A command, given the value piped into it (which it looks at only if it was compiled for one). */
export type Command = (state: State, dot: Value, final: Value) => Value;

/** An argument once the type of its parameter is known. */
export type Argument = (type: string) => Evaluate;
