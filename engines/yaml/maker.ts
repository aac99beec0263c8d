import type { Json } from '@millrace/json';
import type { Cursor } from './cursor.ts';

/** What the reader makes of a document: plain values (`json-maker.ts`), or nodes that remember their places. */
export interface Maker<T> {
  /** `tag`: what was written before it; `plain`: it was written without quotes. */
  scalar(cursor: Cursor, text: string, tag: string | undefined, plain: boolean, at: number): T;
  /** A value that is known already: what an alias points at, a flow collection, or nothing where nothing is written. */
  value(value: Json): T;
  /** For what anchors and keys are. */
  toJson(value: T): Json;
  map(cursor: Cursor, column: number): MapMaker<T>;
  list(cursor: Cursor, column: number): ListMaker<T>;
}

/** `at` is where a key starts. */
export interface MapMaker<T> {
  add(key: string, value: T, at: number): void;
  merge(value: T, at: number): void;
  build(): T;
}

/** `at` is where the dash of an item stands. */
export interface ListMaker<T> {
  add(item: T, at: number): void;
  build(): T;
}
