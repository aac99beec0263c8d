import { isObject, type Json, type JsonObject } from '@millrace/json';
import {
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  list,
  map,
  object,
  string,
  type Type,
  timestamp,
} from '../check/type.ts';
import { escapeName, unescapeName } from './property-name.ts';
import { maximalItems, maximalLength, maximalProperties, requestLimit, timeLengths } from './size-limits.ts';

/** What a schema declares to expressions: a type, how large values may be, and what is within them. */
export interface Declaration {
  readonly type: Type;
  /** The most characters, bytes, items or entries that a value in a request can have. */
  readonly most: number;
  /** The fewest bytes that a value takes in a request. */
  readonly fewestBytes: number;
  /** Of objects, by their escaped names. */
  readonly fields?: ReadonlyMap<string, Declaration>;
  /** Of lists and maps. */
  readonly items?: Declaration;
}

/** The schema of a whole resource: its kind, apiVersion, name and generateName are always there. */
export function withObjectMeta(schema: JsonObject): JsonObject {
  const text = { type: 'string' };
  const fields = isObject(schema.properties) ? schema.properties : {};
  const metadata = isObject(fields.metadata) ? fields.metadata : {};
  const known = isObject(metadata.properties) ? metadata.properties : {};
  const isText = (field: Json | undefined) => isObject(field) && field.type === 'string';
  const isWhole =
    isText(fields.kind) &&
    isText(fields.apiVersion) &&
    metadata.type === 'object' &&
    isText(known.name) &&
    isText(known.generateName);
  if (isWhole) return schema;
  const meta = { type: 'object', properties: { name: text, generateName: text } };
  return { ...schema, properties: { ...fields, kind: text, apiVersion: text, metadata: meta } };
}

/**
 * What the structural schema of a custom resource, or of a part of it, declares. Undefined for what expressions do
 * not see: values whose schema says nothing of their type, and lists and maps of such values. `name` is the name of
 * the type, which errors tell.
 *
 * Source of the rule: Kubernetes, "Validation rules", type checking by the schema.
 */
export function declare(schema: JsonObject, name: string, isResource = false): Declaration | undefined {
  if (schema['x-kubernetes-int-or-string'] === true)
    return { type: dyn, most: maximalLength(schema, requestLimit - 2), fewestBytes: 1 };
  const node = isResource ? withObjectMeta(schema) : schema;
  switch (node.type) {
    case 'array':
      return declareList(node, name);
    case 'object':
      return declareObject(node, name);
    case 'string':
      return declareText(node);
    case 'boolean':
      return { type: bool, most: 0, fewestBytes: 4 };
    case 'number':
      return { type: double, most: 0, fewestBytes: 1 };
    case 'integer':
      return { type: int, most: 0, fewestBytes: 1 };
    default:
      return undefined;
  }
}

function declareWithin(schema: Json | undefined, name: string): Declaration | undefined {
  if (!isObject(schema)) return undefined;
  return declare(schema, name, schema['x-kubernetes-embedded-resource'] === true);
}

function declareList(schema: JsonObject, name: string): Declaration | undefined {
  const items = declareWithin(schema.items, `${name}.@idx`);
  if (!items) return undefined;
  return { type: list(items.type), most: maximalItems(schema, items.fewestBytes), fewestBytes: 2, items };
}

function declareObject(schema: JsonObject, name: string): Declaration | undefined {
  if (isObject(schema.additionalProperties)) {
    const items = declareWithin(schema.additionalProperties, `${name}.@elem`);
    if (!items) return undefined;
    const most = maximalProperties(schema, items.fewestBytes);
    return { type: map(string, items.type), most, fewestBytes: 2, items };
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields = new Map<string, Declaration>();
  let fewestBytes = 2;
  for (const [property, field] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
    const escaped = escapeName(property);
    const declared = declareWithin(field, `${name}.${escaped ?? property}`);
    if (!declared) continue;
    if (escaped !== undefined) fields.set(escaped, declared);
    const isSent = required.includes(property) && isObject(field) && field.default === undefined;
    if (isSent) fewestBytes += Buffer.byteLength(property) + declared.fewestBytes + 4;
  }
  const types = new Map([...fields].map(([field, { type }]) => [field, type]));
  // Fields whose name is a reserved word may be named as they are, too.
  for (const [field, { type }] of fields) {
    const plain = unescapeName(field);
    if (plain !== undefined && field === `__${plain}__`) types.set(plain, type);
  }
  return { type: object(name, types), most: 0, fewestBytes, fields };
}

function declareText(schema: JsonObject): Declaration {
  switch (schema.format) {
    case 'byte': {
      const most = typeof schema.maxLength === 'number' ? schema.maxLength : requestLimit - 2;
      return { type: bytes, most, fewestBytes: 2 };
    }
    case 'duration':
      return { type: duration, ...timeLengths.duration };
    case 'date':
      return { type: timestamp, ...timeLengths.date };
    case 'date-time':
      return { type: timestamp, ...timeLengths['date-time'] };
    default:
      return { type: string, most: maximalLength(schema, longest(schema)), fewestBytes: 2 };
  }
}

/** Without a limit, the longest value that is allowed, or whatever a request can hold. */
function longest({ enum: values }: JsonObject): number {
  if (!Array.isArray(values) || values.length === 0) return requestLimit - 2;
  return Math.max(0, ...values.map(value => (typeof value === 'string' ? Buffer.byteLength(value) : 0)));
}
