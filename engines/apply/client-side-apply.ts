import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { compare } from './compare.ts';
import { ApplyConflict } from './conflict.ts';
import type { FieldSet } from './field-set.ts';
import { toFieldSet } from './to-field-set.ts';
import { checkTyped } from './typed-errors.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const kubectl = 'kubectl';

/**
 * The manager `kubectl` may take what an earlier client-side `kubectl apply` has set: of the given conflicts those
 * remain that are about other fields. Null when none remains, so that the apply may be forced.
 *
 * Source of the rule: Kubernetes, "Server-Side Apply", upgrading from client-side apply.
 */
export function withoutLastApplied(
  conflict: ApplyConflict,
  manager: string,
  live: JsonObject | undefined,
  schema: Schema | undefined,
): ApplyConflict | null {
  if (manager !== kubectl || !live) return conflict;
  const applied = lastAppliedSet(live, schema);
  if (!applied) return conflict;
  const left = conflict.conflicts.filter(({ path }) => !applied.has(path));
  return left.length === 0 ? null : new ApplyConflict(left);
}

/** Keeps the annotation of client-side apply in step with what the manager `kubectl` applies by server-side apply. */
export function refreshLastApplied(object: JsonObject, config: JsonObject, manager: string): JsonObject {
  const annotations = annotationsOf(object);
  if (manager !== kubectl || !annotations[annotation]) return object;
  const { [annotation]: _, ...applied } = annotationsOf(config);
  const metadata = { ...(config.metadata as JsonObject | undefined) };
  if (isObject(metadata.annotations)) metadata.annotations = applied;
  const last = `${JSON.stringify(sorted({ ...config, metadata }))}\n`;
  if (annotations[annotation] === last) return object;
  return {
    ...object,
    metadata: { ...(object.metadata as JsonObject), annotations: { ...annotations, [annotation]: last } },
  };
}

/** What the last client-side apply set and what is still so; undefined when there was none that can be read. */
function lastAppliedSet(live: JsonObject, schema: Schema | undefined): FieldSet | undefined {
  const config = parseConfig(annotationsOf(live)[annotation]);
  if (!config || config.apiVersion !== live.apiVersion || checkTyped(config, schema).length > 0)
    return undefined;
  const { added, modified, removed } = compare(config, live, schema);
  return toFieldSet(config, schema).difference(modified).difference(added).difference(removed);
}

function parseConfig(text: Json | undefined): JsonObject | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    const config: unknown = JSON.parse(text);
    return isObject(config) ? config : undefined;
  } catch {
    return undefined; // An annotation that a person wrote gives no rights.
  }
}

function annotationsOf(object: JsonObject): JsonObject {
  const metadata = object.metadata;
  return isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : {};
}

/** Keys in order, as Go writes maps. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key] as Json)]),
  );
}
