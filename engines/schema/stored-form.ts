import { clone, isObject, type Json, type JsonObject, put } from '@millrace/json';
import { type GoFields, goFieldsOf } from './go-fields.ts';
import { isPlainTime } from './go-time.ts';
import { canonicalQuantity } from './quantity.ts';
import type { Schema } from './schema.ts';

const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const time = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
const microTime = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';

/**
 * An object of a built-in kind in the form in which the API server has it once it decoded it into a Go type: no
 * nulls, no empty optional lists and maps, empty structs where Go cannot leave them out (`resources: {}`),
 * quantities and times canonical. Custom resources stay as they are. Shares what did not change with the input.
 *
 * To be called after `checkTypes`: values of the wrong type are left as they are.
 */
export function storedForm(value: JsonObject, schema: Schema): JsonObject {
  return schema.definition === undefined ? value : formFields(value, schema);
}

/** What the API server has of an object of this kind before anything is set in it. Not to be changed. */
export function emptyForm(schema: Schema): JsonObject {
  let form = empty.get(schema);
  if (!form) empty.set(schema, (form = storedForm({}, schema)));
  return form;
}

const empty = new WeakMap<Schema, JsonObject>();

function form(value: Json, schema: Schema): Json {
  const { readsAs } = schema;
  if (readsAs && isObject(value)) return formFields(value, readsAs);
  if (schema.preserveUnknownFields) return value;
  if (Array.isArray(value)) return schema.items ? formItems(value, schema.items) : value;
  if (isObject(value)) return schema.properties ? formFields(value, schema) : formEntries(value, schema);
  switch (schema.definition) {
    case quantity:
      return canonicalQuantity(value) ?? value;
    case time:
      return typeof value === 'string' ? canonicalTime(value, 0) : value;
    case microTime:
      return typeof value === 'string' ? canonicalTime(value, 6) : value;
    default:
      return value;
  }
}

function formFields(value: JsonObject, schema: Schema): JsonObject {
  const facts = goFieldsOf(schema);
  const { properties } = schema;
  let copy: JsonObject | undefined;
  for (const name in value) {
    const item = value[name] as Json;
    const field = properties?.[name];
    if (!field) continue;
    const kept = formField(item, field, name, facts);
    if (kept === item) continue;
    copy ??= { ...value };
    if (kept === undefined) delete copy[name];
    else put(copy, name, kept);
  }
  const { always } = facts;
  for (const name in always) {
    if (Object.hasOwn(value, name)) continue;
    put((copy ??= { ...value }), name, form(clone(always[name] as Json), properties?.[name] as Schema));
  }
  return copy ?? value;
}

/** A field's value; undefined when Go would not write it. */
function formField(value: Json, field: Schema, name: string, { always, keep }: GoFields): Json | undefined {
  if (value === null) {
    const zero = always?.[name];
    return zero === undefined ? undefined : form(clone(zero), field);
  }
  const kept = form(value, field);
  if (!isNothing(kept, field) || keep?.includes(name)) return kept;
  return always?.[name] === undefined ? undefined : kept;
}

function isNothing(value: Json, schema: Schema): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value))
    return !schema.properties && !schema.preserveUnknownFields && isEmpty(value) && isMap(schema);
  return value === '' || value === 0 || value === false;
}

function isMap(schema: Schema): boolean {
  return schema.additionalProperties !== undefined;
}

function formItems(value: Json[], items: Schema): Json[] {
  let copy: Json[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const item = value[i] as Json;
    const kept = item === null ? zeroOf(items) : form(item, items);
    if (kept !== item) (copy ??= value.slice())[i] = kept;
  }
  return copy ?? value;
}

function formEntries(value: JsonObject, schema: Schema): JsonObject {
  const entry = schema.additionalProperties;
  if (typeof entry !== 'object') return value;
  let copy: JsonObject | undefined;
  for (const key in value) {
    const item = value[key] as Json;
    const kept = item === null ? zeroOf(entry) : form(item, entry);
    if (kept !== item) put((copy ??= { ...value }), key, kept);
  }
  return copy ?? value;
}

/** What Go has for a null in a list or map. */
function zeroOf(schema: Schema): Json {
  if (schema.properties) return formFields({}, schema);
  if (schema.definition === quantity) return '0';
  if (schema.definition === time || schema.definition === microTime) return null;
  switch (schema.type) {
    case 'string':
      return schema.format === 'byte' ? null : '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return schema.intOrString ? 0 : null;
  }
}

function canonicalTime(value: string, digits: 0 | 6): string {
  if (digits === 0 && isPlainTime(value)) return value;
  const parts = /T\d\d:\d\d:\d\d(\.\d+)?/.exec(value);
  const instant = Date.parse(value);
  if (!parts || Number.isNaN(instant)) return value;
  const seconds = new Date(Math.floor(instant / 1000) * 1000).toISOString().slice(0, 19);
  const fraction = digits === 0 ? '' : `.${(parts[1] ?? '.').slice(1, 7).padEnd(6, '0')}`;
  return `${seconds}${fraction}Z`;
}

function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}
