import type { Type } from './type.ts';

/** A type of objects that expressions can make: `Object.spec{replicas: 1}`. */
export interface MessageType {
  /** What an expression that makes one is. */
  readonly type: Type;
  /** The type of a field; undefined where there is no such field. */
  field(name: string): Type | undefined;
}

/** The message types of an environment, by their names. */
export type Messages = (name: string) => MessageType | undefined;
