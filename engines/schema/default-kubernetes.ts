import { clone, equal, isObject, type Json, type JsonObject, put } from '@millrace/json';
import { conditionalDefaults } from './conditional-defaults.ts';
import { goFieldsOf } from './go-fields.ts';
import { plainDefaults } from './kubernetes-defaults.ts';
import type { Schema } from './schema.ts';

/**
 * An object of a built-in kind with the defaults that the API server sets, other than those which it allocates
 * (cluster IPs, node ports) or which admission sets (service accounts, tolerations). The object must be in its
 * stored form. The result shares what did not change with the input. Custom resources stay as they are.
 *
 * Source of the rule: the Kubernetes API reference; the table in kubernetes-defaults.ts.
 */
export function defaultKubernetes(object: JsonObject, schema: Schema): JsonObject {
  return schema.definition === undefined ? object : (fill(object, schema) as JsonObject);
}

function fill(value: Json, schema: Schema): Json {
  if (!reachesDefaults(schema)) return value;
  if (Array.isArray(value)) return schema.items ? fillItems(value, schema.items) : value;
  if (!isObject(value)) return value;
  return schema.properties ? fillFields(withDefaults(value, schema), schema) : fillEntries(value, schema);
}

function withDefaults(value: JsonObject, schema: Schema): JsonObject {
  const name = schema.definition as string;
  return withPlain(withConditional(value, conditionalDefaults[name]?.(value)), name, schema);
}

function withConditional(value: JsonObject, fields: JsonObject | undefined): JsonObject {
  let copy: JsonObject | undefined;
  for (const name in fields) {
    const item = fields[name] as Json;
    if (equal(item, value[name])) continue;
    copy ??= { ...value };
    if (item === null) delete copy[name];
    else put(copy, name, item);
  }
  return copy ?? value;
}

function withPlain(value: JsonObject, name: string, schema: Schema): JsonObject {
  const plain = plainDefaults[name];
  if (!plain) return value;
  const { always } = goFieldsOf(schema);
  let copy: JsonObject | undefined;
  for (const field in plain) {
    if (Object.hasOwn(value, field) && !isZero(value[field] as Json, always?.[field])) continue;
    put((copy ??= { ...value }), field, clone(plain[field] as Json));
  }
  return copy ?? value;
}

/** True for what stands for nothing where Go always writes the field. */
function isZero(value: Json, zero: Json | undefined): boolean {
  return !value && value === zero;
}

function fillFields(value: JsonObject, schema: Schema): JsonObject {
  let copy: JsonObject | undefined;
  for (const name in value) {
    const item = value[name] as Json;
    const field = schema.properties?.[name];
    if (!field || typeof item !== 'object' || item === null) continue;
    const kept = fill(item, field);
    if (kept !== item) put((copy ??= { ...value }), name, kept);
  }
  return copy ?? value;
}

function fillEntries(value: JsonObject, schema: Schema): JsonObject {
  const entry = schema.additionalProperties;
  if (typeof entry !== 'object') return value;
  let copy: JsonObject | undefined;
  for (const key in value) {
    const kept = fill(value[key] as Json, entry);
    if (kept !== value[key]) put((copy ??= { ...value }), key, kept);
  }
  return copy ?? value;
}

function fillItems(value: Json[], items: Schema): Json[] {
  let copy: Json[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const kept = fill(value[i] as Json, items);
    if (kept !== value[i]) (copy ??= value.slice())[i] = kept;
  }
  return copy ?? value;
}

const reaches = new WeakMap<Schema, boolean>();

/** Whether anything below has a default, so that labels and conditions are not walked. */
function reachesDefaults(schema: Schema): boolean {
  let known = reaches.get(schema);
  if (known !== undefined) return known;
  reaches.set(schema, false); // Ends recursion; definitions that contain themselves have no defaults.
  const name = schema.definition;
  known =
    (name !== undefined &&
      (Object.hasOwn(plainDefaults, name) || Object.hasOwn(conditionalDefaults, name))) ||
    [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})].some(
      child => typeof child === 'object' && reachesDefaults(child),
    );
  reaches.set(schema, known);
  return known;
}
