import { type Json, type JsonObject, put } from '@millrace/json';
import type { Schema } from './schema.ts';

/** A value without the fields that its schema does not know, and where those were. */
export type Pruned<T extends Json> = {
  readonly value: T;
  /** Paths as in `unknown field "spec.foo"`, e.g. `spec.containers[0].foo`, in document order. */
  readonly pruned: readonly string[];
};

/**
 * Drops the fields that the schema does not name, as the API server does before it stores an object.
 * The result shares with the input whatever did not change.
 *
 * Source of the rule: Kubernetes, "Field pruning" of custom resources; the root and embedded resources keep
 * apiVersion, kind and the known fields of metadata.
 */
export function prune<T extends Json>(value: T, schema: Schema): Pruned<T> {
  const pruned: string[] = [];
  const kept = pruneValue(value, schema, false, pruned);
  return { value: kept as T, pruned: pruned.map(withoutDot) };
}

function withoutDot(path: string): string {
  return path.startsWith('.') ? path.slice(1) : path;
}

/**
 * `preserve` comes down through lists only: the items of a preserving list are preserved too. Adds to `pruned` paths
 * from the value on: they are made on the way back, as most objects lose nothing.
 */
function pruneValue(value: Json, schema: Schema | undefined, preserve: boolean, pruned: string[]): Json {
  if (typeof value !== 'object' || value === null) return value;
  const readsAs = schema?.readsAs;
  if (readsAs && !Array.isArray(value)) return pruneFields(value, readsAs, preserve, []);
  const keep = preserve || schema?.preserveUnknownFields === true;
  return Array.isArray(value)
    ? pruneItems(value, schema?.items, keep, pruned)
    : pruneFields(value, schema, keep, pruned);
}

function pruneItems(value: Json[], items: Schema | undefined, keep: boolean, pruned: string[]): Json[] {
  if (keep && !items) return value;
  let copy: Json[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const item = value[i] as Json;
    const known = pruned.length;
    const kept = pruneValue(item, items, keep, pruned);
    if (pruned.length > known) stepBefore(`[${i}]`, pruned, known);
    if (kept !== item) (copy ??= value.slice())[i] = kept;
  }
  return copy ?? value;
}

function pruneFields(
  value: JsonObject,
  schema: Schema | undefined,
  keep: boolean,
  pruned: string[],
): JsonObject {
  const properties = schema?.properties;
  const rest = schema?.additionalProperties;
  let copy: JsonObject | undefined;
  for (const name in value) {
    const field = properties?.[name];
    if (!field && !rest) {
      if (keep) continue;
      pruned.push(`.${name}`);
      delete (copy ??= { ...value })[name];
      continue;
    }
    const item = value[name] as Json;
    if (typeof item !== 'object') continue;
    const inside = field ?? (typeof rest === 'object' ? rest : undefined);
    const known = pruned.length;
    const kept = pruneValue(item, inside, false, pruned);
    if (pruned.length > known) stepBefore(`.${name}`, pruned, known);
    if (kept !== item) put((copy ??= { ...value }), name, kept);
  }
  return copy ?? value;
}

function stepBefore(step: string, paths: string[], from: number): void {
  for (let i = from; i < paths.length; i++) paths[i] = `${step}${paths[i]}`;
}
