import { equal, isObject, type Json, type JsonObject, put } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { goValue } from './go-value.ts';
import { BadStrategicPatch, patchDirective } from './strategic-directives.ts';
import { fieldSchema } from './typed.ts';

/**
 * The strategic merge patch that brings `current`, an object of a built-in kind, to what `modified` says, and takes
 * off what only `original` said: fields, items of merged lists by their key, and primitives of sets. What others have
 * added stays, but for unions (`retainKeys`), which hold what `modified` names. Empty where nothing is to be done.
 * Throws BadStrategicPatch for an item that lacks its key.
 *
 * Rule: CreateThreeWayMergePatch in strategicpatch of k8s.io/apimachinery.
 */
export function threeWayStrategicPatch(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  schema: Schema | undefined,
): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(modified)) {
    const value = modified[key] as Json;
    const live = own(current, key);
    if (live === undefined) {
      if (value !== null) put(patch, key, value);
    } else if (!equal(value, live)) {
      changeField(patch, key, { original: own(original, key), modified: value, current: live }, schema);
    }
  }
  for (const key of Object.keys(original))
    if (!Object.hasOwn(modified, key) && Object.hasOwn(current, key)) put(patch, key, null);
  return patch;
}

interface Values {
  original: Json | undefined;
  modified: Json;
  current: Json;
}

function changeField(patch: JsonObject, key: string, values: Values, parent: Schema | undefined): void {
  const { original, modified, current } = values;
  const schema = fieldSchema(parent, key);
  const strategy = schema?.patchStrategy ?? [];
  if (isObject(modified) && isObject(current) && !strategy.includes('replace')) {
    const inner = changedObject(isObject(original) ? original : {}, modified, current, schema, strategy);
    if (Object.keys(inner).length > 0) put(patch, key, inner);
  } else if (Array.isArray(modified) && Array.isArray(current) && strategy.includes('merge')) {
    const before = Array.isArray(original) ? original : [];
    changeList(patch, key, before, modified, current, schema as Schema);
  } else put(patch, key, modified);
}

function changedObject(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  schema: Schema | undefined,
  strategy: readonly string[],
): JsonObject {
  const inner = threeWayStrategicPatch(original, modified, current, schema);
  if (!strategy.includes('retainKeys')) return inner;
  const others = Object.keys(current).some(key => !Object.hasOwn(modified, key));
  if (!others && Object.keys(inner).length === 0) return inner;
  return { ...inner, $retainKeys: Object.keys(modified).sort() };
}

function changeList(
  patch: JsonObject,
  key: string,
  original: Json[],
  modified: Json[],
  current: Json[],
  schema: Schema,
): void {
  const mergeKey = schema.patchMergeKey;
  const order =
    mergeKey === undefined ? modified : modified.map(item => ({ [mergeKey]: idOf(item, mergeKey) }));
  const changes =
    mergeKey === undefined
      ? modified.filter(item => !current.some(live => equal(item, live)))
      : changedItems(original, modified, current, mergeKey, schema);
  const gone = mergeKey === undefined ? goneFrom(original, modified, current) : [];
  if (changes.length > 0) put(patch, key, changes);
  if (gone.length > 0) put(patch, `$deleteFromPrimitiveList/${key}`, gone);
  if (changes.length > 0 || gone.length > 0) put(patch, `$setElementOrder/${key}`, order);
}

function goneFrom(original: Json[], modified: Json[], current: Json[]): Json[] {
  const has = (list: Json[], item: Json) => list.some(other => equal(other, item));
  return original.filter(item => !has(modified, item) && has(current, item));
}

function changedItems(
  original: Json[],
  modified: Json[],
  current: Json[],
  mergeKey: string,
  schema: Schema,
): Json[] {
  const [before, wanted, live] = [original, modified, current].map(list => byId(list, mergeKey));
  const changes: Json[] = [];
  for (const [id, item] of wanted!) {
    const there = live!.get(id);
    if (!there) changes.push(item);
    else if (!equal(item, there)) {
      const inner = changedObject(before!.get(id) ?? {}, item, there, schema.items, schema.patchStrategy);
      if (Object.keys(inner).length > 0) changes.push({ ...inner, [mergeKey]: item[mergeKey] as Json });
    }
  }
  for (const [id, item] of before!)
    if (!wanted!.has(id) && live!.has(id))
      changes.push({ [patchDirective]: 'delete', [mergeKey]: item[mergeKey] as Json });
  return changes;
}

/** Of several items of one key the first counts. */
function byId(list: Json[], mergeKey: string): Map<Json, JsonObject> {
  const items = new Map<Json, JsonObject>();
  for (const item of list) {
    const id = idOf(item, mergeKey);
    if (!items.has(id)) items.set(id, item as JsonObject);
  }
  return items;
}

function idOf(item: Json, mergeKey: string): Json {
  const id = isObject(item) ? own(item, mergeKey) : undefined;
  if (id !== undefined) return id;
  throw new BadStrategicPatch(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
