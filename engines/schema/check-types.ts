import { isObject, type Json, type JsonObject } from '@millrace/json';
import { embeddedStruct } from './embedded-structs.ts';
import { fieldPath } from './field-path.ts';
import { conversionProblem } from './go-conversion.ts';
import { goFieldsOf } from './go-fields.ts';
import { timeProblem } from './go-time.ts';
import { canonicalQuantity } from './quantity.ts';
import type { Schema } from './schema.ts';

/** The first place where an object of a built-in kind cannot be decoded. */
export type TypeMismatch = {
  /** E.g. `spec.template.spec.containers.image`: Go names no index, but structs that are embedded in others. */
  readonly path: string;
  /**
   * As Go's decoder says it, e.g.
   * `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`.
   * The API puts `<Kind> in version "<version>" cannot be handled as a <Kind>: ` before it.
   */
  readonly message: string;
  /** As Go's converter says it, which reads what a strategic merge patch makes; undefined where it says the same. */
  readonly conversion?: string;
};

/** A value that does not fit, seen from somewhere above it: its place is told on the way back from it. */
type Misfit = {
  /** From where it is seen. */
  readonly path: string;
  /** The innermost Go struct that holds it. */
  readonly struct: string | undefined;
  message(struct: string, path: string): string;
  conversion?(): string;
};

/**
 * The first value of an object of a built-in kind that does not fit the Go type of its field, or undefined.
 *
 * Source of the rule: encoding/json, UnmarshalTypeError, and the decoders of Quantity, Time and IntOrString.
 */
export function checkTypes(value: JsonObject, schema: Schema): TypeMismatch | undefined {
  const found = checkStruct(value, schema);
  if (!found) return undefined;
  const { path, struct = '' } = found;
  const conversion = found.conversion?.();
  return { path, message: found.message(struct, path), ...(conversion !== undefined && { conversion }) };
}

function checkStruct(value: JsonObject, schema: Schema): Misfit | undefined {
  const { types } = goFieldsOf(schema);
  const { properties } = schema;
  for (const name in value) {
    const field = properties?.[name];
    const item = value[name] as Json;
    if (!field || item === null) continue;
    const found = check(item, field, types?.[name]);
    if (!found) continue;
    const embedded = embeddedStruct(schema, name);
    const own = embedded === undefined ? name : `${embedded}.${name}`;
    const path = found.path === '' ? own : fieldPath(own, found.path);
    return { ...found, path, struct: found.struct ?? structName(schema) };
  }
  return undefined;
}

/** `type` is the Go type of the field where it has a name of its own. */
function check(value: Json, schema: Schema, type: string | undefined): Misfit | undefined {
  if (value === null) return undefined;
  const { readsAs } = schema;
  if (readsAs && isObject(value)) return checkStruct(value, readsAs);
  if (schema.preserveUnknownFields) return undefined;
  switch (schema.definition) {
    case 'io.k8s.apimachinery.pkg.api.resource.Quantity':
      return canonicalQuantity(value) === undefined ? misfit(() => noQuantity) : undefined;
    case 'io.k8s.apimachinery.pkg.apis.meta.v1.Time':
    case 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime':
      return checkTime(value, schema);
  }
  if (schema.intOrString) {
    return typeof value === 'string' || Number.isInteger(value)
      ? undefined
      : mismatch(value, 'int32', schema);
  }
  if (schema.type === 'array') return checkList(value, schema, type);
  if (schema.type === 'object') return checkObject(value, schema, type);
  return checkScalar(value, schema, type);
}

const noQuantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function checkTime(value: Json, schema: Schema): Misfit | undefined {
  if (typeof value !== 'string') return mismatch(value, 'string', schema);
  const message = timeProblem(value, schema.definition?.endsWith('MicroTime') === true);
  return message === undefined ? undefined : misfit(() => message);
}

function checkList(value: Json, schema: Schema, type: string | undefined): Misfit | undefined {
  if (!Array.isArray(value)) return mismatch(value, goTypeOf(schema, type), schema);
  const items = schema.items as Schema;
  const itemType = type?.startsWith('[]') ? type.slice(2) : undefined;
  for (const item of value) {
    const found = check(item, items, itemType);
    if (found) return found;
  }
  return undefined;
}

function checkObject(value: Json, schema: Schema, type: string | undefined): Misfit | undefined {
  if (!isObject(value)) return mismatch(value, goTypeOf(schema, type), schema);
  if (schema.properties) return checkStruct(value, schema);
  const entry = schema.additionalProperties;
  if (typeof entry !== 'object') return undefined;
  for (const key in value) {
    const found = check(value[key] as Json, entry, undefined);
    if (found) return found;
  }
  return undefined;
}

function checkScalar(value: Json, schema: Schema, type: string | undefined): Misfit | undefined {
  switch (schema.type) {
    case 'string':
      if (typeof value === 'string' && schema.format === 'byte') return checkBase64(value);
      return typeof value === 'string' ? undefined : mismatch(value, goTypeOf(schema, type), schema);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : mismatch(value, goTypeOf(schema, type), schema);
    case 'number':
      return typeof value === 'number' ? undefined : mismatch(value, goTypeOf(schema, type), schema);
    case 'integer':
      return isInteger(value, schema) ? undefined : mismatch(value, goTypeOf(schema, type), schema);
    default:
      return undefined;
  }
}

function checkBase64(value: string): Misfit | undefined {
  const text = value.replaceAll(/[\r\n]/g, '');
  const legal = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(text)?.[0].length ?? 0;
  if (legal === text.length) return undefined;
  const odd = text.slice(legal).search(/[^A-Za-z0-9+/]/);
  const at = odd === -1 ? text.length : legal + odd;
  return misfit(() => `illegal base64 data at input byte ${at}`);
}

function isInteger(value: Json, schema: Schema): boolean {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  return schema.format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31);
}

function misfit(message: Misfit['message']): Misfit {
  return { path: '', struct: undefined, message };
}

function mismatch(value: Json, type: string, schema: Schema): Misfit {
  const found = misfit(
    (struct, path) =>
      `json: cannot unmarshal ${described(value, type)} into Go struct field ${struct}.${path} of type ${type}`,
  );
  return { ...found, conversion: () => conversionProblem(value, schema, type) };
}

/** A number that does not fit into a smaller one is named; of the rest only the kind. */
function described(value: Json, type: string): string {
  if (Array.isArray(value)) return 'array';
  if (isObject(value)) return 'object';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return /^int\d/.test(type) ? `number ${value}` : 'number';
}

function goTypeOf(schema: Schema, named: string | undefined): string {
  if (named !== undefined) return named;
  if (schema.type === 'array')
    return schema.items ? `[]${goTypeOf(schema.items, undefined)}` : '[]interface {}';
  if (schema.type === 'object') {
    if (schema.definition !== undefined) return qualifiedName(schema.definition);
    const entry = schema.additionalProperties;
    return `map[string]${typeof entry === 'object' ? goTypeOf(entry, undefined) : 'interface {}'}`;
  }
  if (schema.definition !== undefined) return qualifiedName(schema.definition);
  if (schema.type === 'integer') return schema.format ?? 'int64';
  if (schema.type === 'boolean') return 'bool';
  if (schema.type === 'number') return 'float64';
  return schema.format === 'byte' ? '[]uint8' : 'string';
}

function qualifiedName(definition: string): string {
  return definition.split('.').slice(-2).join('.');
}

function structName(schema: Schema): string {
  return schema.definition?.split('.').at(-1) ?? '';
}
