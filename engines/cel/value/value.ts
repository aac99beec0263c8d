import type { Type } from '../check/type.ts';

/** An unsigned integer of 64 bits; ints are plain bigints. */
export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** Nanoseconds. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** Nanoseconds since 1970 in UTC, and the minutes by which the clock is ahead that it is printed by. */
export class Timestamp {
  readonly nanos: bigint;
  readonly offset: number;

  constructor(nanos: bigint, offset = 0) {
    this.nanos = nanos;
    this.offset = offset;
  }
}

/** A type as a value: what `type(x)` and names such as `int` are. */
export class TypeValue {
  readonly type: Type;

  constructor(type: Type) {
    this.type = type;
  }
}

/** A value that may be missing. */
export class Optional {
  readonly value: Value | undefined;

  constructor(value?: Value) {
    this.value = value;
  }
}

export const none = new Optional();

/** A list, however its items are kept. Items may throw EvaluationError where the data does not fit its schema. */
export abstract class ListValue {
  abstract readonly size: number;
  abstract at(index: number): Value;

  *[Symbol.iterator](): IterableIterator<Value> {
    for (let i = 0; i < this.size; i++) yield this.at(i);
  }

  /** Whether the other list equals this one, where it is more than the same items in the same order. */
  equals?(other: ListValue): boolean;
  concat?(other: ListValue): ListValue;
}

/** A map or an object, however its entries are kept. */
export abstract class MapValue {
  abstract readonly size: number;
  /** The value under a key; undefined when there is none. Keys equal across numeric types. */
  abstract find(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;
  /** Whether the other map equals this one, where it is more than the same entries. */
  equals?(other: MapValue): boolean;
  /** The type of objects that is not map. */
  readonly type?: Type;
}

/** A value of a library's own type. */
export abstract class OpaqueValue {
  abstract readonly type: Type;
  abstract equals(other: OpaqueValue): boolean;
  /** What costs are reckoned from; none means 1. */
  readonly size?: number;
}

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | TypeValue
  | Optional
  | ListValue
  | MapValue
  | OpaqueValue;
