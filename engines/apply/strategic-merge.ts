import { get, isObject, type Json, type JsonObject, put } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { goType } from './go-value.ts';
import {
  BadStrategicPatch,
  patchDirective,
  unknownDirective,
  withoutDirectives,
} from './strategic-directives.ts';
import { type ListRules, mergeLists, orderList, removeFromList } from './strategic-list.ts';
import { fieldSchema } from './typed.ts';
import { withoutNulls } from './without-nulls.ts';

const retainKeysDirective = '$retainKeys';
const deletePrefix = '$deleteFromPrimitiveList';
const orderPrefix = '$setElementOrder';

/**
 * Applies a strategic merge patch to an object of a built-in kind: lists with the patch strategy `merge` are merged
 * by their merge key or as sets of primitives, null deletes, and the directives `$patch`, `$retainKeys`,
 * `$setElementOrder/<list>` and `$deleteFromPrimitiveList/<list>` are obeyed. The result shares what did not change
 * with its inputs. Throws BadStrategicPatch.
 *
 * Source of the rule: kubernetes/community, sig-api-machinery/strategic-merge-patch; apimachinery's strategicpatch.
 */
export function strategicMergePatch(
  original: JsonObject,
  patch: JsonObject,
  schema: Schema | undefined,
): JsonObject {
  return mergeObjects(original, patch, schema);
}

function mergeObjects(original: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  if (Object.hasOwn(patch, patchDirective)) return obeyDirective(patch);
  const { kept, rest } = retainKeys(original, patch);
  const result = { ...kept };
  const plain = orderLists(result, rest, schema);
  for (const key in plain) mergeField(result, key, plain[key] as Json, schema);
  return result;
}

function obeyDirective(patch: JsonObject): JsonObject {
  const { [patchDirective]: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw unknownDirective(directive as Json, patch);
}

/** `$retainKeys` names all keys that stay, e.g. the one member of a union. */
function retainKeys(original: JsonObject, patch: JsonObject): { kept: JsonObject; rest: JsonObject } {
  if (!Object.hasOwn(patch, retainKeysDirective)) return { kept: original, rest: patch };
  const { [retainKeysDirective]: names, ...rest } = patch;
  if (!Array.isArray(names)) throw new BadStrategicPatch('invalid patch format of retainKeys');
  const retained = new Set(names);
  for (const key in rest) {
    if (rest[key] === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix)) continue;
    if (!retained.has(key)) throw new BadStrategicPatch('invalid patch format of retainKeys');
  }
  const kept = Object.fromEntries(Object.entries(original).filter(([key]) => retained.has(key)));
  return { kept, rest };
}

/** Merges and orders the lists that have a `$setElementOrder`; returns what is left of the patch. */
function orderLists(result: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  let rest: JsonObject | undefined;
  for (const key in patch) {
    if (!key.startsWith(orderPrefix)) continue;
    rest ??= { ...patch };
    delete rest[key];
    const name = listName(key, orderPrefix, 'setElementOrder list');
    const list = knownField(schema, name);
    const ordered = orderList({
      original: listOrNothing(get(result, name)),
      patch: listOrNothing(get(patch, name)),
      order: asList(patch[key] as Json),
      merges: mergesLists(list),
      rules: listRules(list),
    });
    if (!ordered) continue;
    put(result, name, ordered);
    delete rest[name];
  }
  return rest ?? patch;
}

function mergeField(result: JsonObject, key: string, value: Json, schema: Schema | undefined): void {
  if (key.startsWith(deletePrefix)) {
    const name = listName(key, deletePrefix, 'primitive list');
    const list = get(result, name);
    if (Array.isArray(list)) put(result, name, removeFromList(list, asList(value)));
    return;
  }
  if (value === null) {
    delete result[key];
    return;
  }
  const before = get(result, key);
  const merged = mergeValue(before, value, key, schema);
  if (merged === undefined) delete result[key];
  else put(result, key, merged);
}

/** The merged value; undefined when the patch, being new, is nothing but a directive. */
function mergeValue(
  before: Json | undefined,
  value: Json,
  key: string,
  schema: Schema | undefined,
): Json | undefined {
  if (isObject(before) && isObject(value)) {
    const field = knownField(schema, key);
    return field?.patchStrategy.includes('replace') ? value : mergeObjects(before, value, field);
  }
  if (Array.isArray(before) && Array.isArray(value)) {
    const list = knownField(schema, key);
    return mergesLists(list) ? mergeLists(before, value, listRules(list)) : value;
  }
  return withoutDirectives(withoutNulls(value));
}

function mergesLists(list: Schema | undefined): boolean {
  return list?.patchStrategy.includes('merge') ?? false;
}

function listRules(list: Schema | undefined): ListRules {
  const items = list?.items;
  return { mergeKey: list?.patchMergeKey, mergeItem: (item, patch) => mergeObjects(item, patch, items) };
}

function knownField(schema: Schema | undefined, name: string): Schema | undefined {
  const field = fieldSchema(schema, name);
  if (field || !schema?.properties || schema.preserveUnknownFields) return field;
  throw new BadStrategicPatch(`unable to find api field "${name}"`);
}

function listName(key: string, prefix: string, what: string): string {
  const slash = key.indexOf('/');
  if (slash !== prefix.length) throw new BadStrategicPatch(`invalid patch format of ${what}`);
  return key.slice(slash + 1);
}

function asList(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  throw new BadStrategicPatch(`expected a []interface {}, but received a ${goType(value)}`);
}

function listOrNothing(value: Json | undefined): Json[] | undefined {
  return value === undefined ? undefined : asList(value);
}
