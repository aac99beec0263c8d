import type { Value } from '@millrace/go-template';
import { type Failure, someFailure } from './failure.ts';
import type { Schema } from './schema.ts';

/** What validates one value by one schema asks of the whole. */
export interface Run {
  schema: Schema;
  path: readonly string[];
  failures: Failure[];
  /** Whether only matters whether it fails: the first failure is enough, its text is none. */
  quick: boolean;
  /** The properties and items that nothing has looked at yet. */
  unevaluated: Unevaluated;
  /** The value of a key or an item by a schema. */
  below: (schema: Schema, value: Value, key: string) => Failure | undefined;
  /** The same value by another schema; what that evaluates counts as evaluated here if it does not fail. */
  again: (schema: Schema, quick?: boolean) => Failure | undefined;
  /** A value that stands nowhere, such as the name of a property. */
  apart: (schema: Schema, value: Value) => Failure[];
}

export interface Unevaluated {
  keys: Set<string>;
  items: Set<number>;
}

/** Take note of a failure of a keyword. */
export function fail(run: Run, message: () => string, causes: Failure[] = []): void {
  run.failures.push(run.quick ? someFailure : { path: run.path, kind: 'keyword', message, causes });
}

/** Take note of what failed elsewhere. */
export function note(run: Run, failure: Failure | undefined): void {
  if (failure !== undefined) run.failures.push(failure);
}

/** The keys that a table should have and has not. */
export function missingKeys(table: { [key: string]: Value }, wanted: readonly string[]): string[] {
  return wanted.filter(key => !Object.hasOwn(table, key));
}
