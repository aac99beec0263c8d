import { BadJsonPatch, checkTyped, jsonPatch, merge } from '@millrace/apply';
import { EvaluationError, ListValue, MapValue, Message, toJson, type Value } from '@millrace/cel';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import type { Mutation } from './mutating-policy.ts';

/** A change that cannot be made. */
export class BadMutation extends Error {
  override name = 'BadMutation';
}

/** The object after a change. Throws BadMutation. */
export function mutate(
  { kind }: Mutation,
  value: Value,
  object: JsonObject,
  schema: Schema | undefined,
): JsonObject {
  try {
    return kind === 'JSONPatch' ? patched(value, object) : merged(value, object, schema);
  } catch (error) {
    if (error instanceof EvaluationError) throw new BadMutation(error.message);
    throw error;
  }
}

/** Merges as server-side apply does, though nobody comes to own what it sets. */
function merged(value: Value, object: JsonObject, schema: Schema | undefined): JsonObject {
  requireNames(value, 'Object');
  const { apiVersion, kind } = object;
  const config = { apiVersion, kind, ...(toJson(value) as JsonObject) } as JsonObject;
  const [problem] = checkTyped(config, schema);
  if (problem)
    throw new BadMutation(
      `error applying patch: failed to convert patch object to typed object: ${problem.path}: ${problem.message}`,
    );
  return merge(object, config, schema);
}

/** An object that is made inside another one is named by the field that it stands in. */
function requireNames(value: Value, expected: string): void {
  if (value instanceof ListValue) {
    for (const item of value) requireNames(item, expected);
    return;
  }
  if (!(value instanceof MapValue)) return;
  const isMade = value instanceof Message;
  const name = isMade ? value.type.name : expected;
  if (name !== expected)
    throw new BadMutation(
      `type mismatch: unexpected type name "${name}", expected "${expected}", which matches field name path from root Object type`,
    );
  for (const key of value.keys()) {
    if (isMade || typeof key === 'string')
      requireNames(value.find(key)!, isMade ? `${expected}.${String(key)}` : expected);
  }
}

/** A test that fails leaves the object as it is. */
function patched(value: Value, object: JsonObject): JsonObject {
  let result: Json;
  try {
    result = jsonPatch(object, toJson(value));
  } catch (error) {
    if (!(error instanceof BadJsonPatch)) throw error;
    if (error.testFailed) return object;
    throw new BadMutation(`JSON Patch: ${error.message}`);
  }
  if (!isObject(result)) throw new BadMutation('JSON Patch: the patch does not leave an object');
  return result;
}
