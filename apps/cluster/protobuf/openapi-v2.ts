import { isObject, type Json, type JsonObject } from '@millrace/json';
import { stringify } from '@millrace/yaml';
import { Writer } from './writer.ts';

/** Writes one field of a message; what does not fit its type is left out. */
type FieldWriter = (writer: Writer, value: Json) => void;
type Message = Readonly<Record<string, FieldWriter>>;

/**
 * An OpenAPI v2 document in the protobuf that kubectl and client-go ask for. What the format has no field for, such as
 * the keywords of v3, is left out; extensions travel as YAML.
 * https://github.com/google/gnostic-models/blob/main/openapiv2/OpenAPIv2.proto
 */
export function encodeOpenApiV2(document: JsonObject): Buffer {
  return encode(document, documentFields);
}

const text =
  (field: number): FieldWriter =>
  (writer, value) => {
    if (typeof value === 'string') writer.text(field, value);
  };
const flag =
  (field: number): FieldWriter =>
  (writer, value) =>
    writer.bool(field, value === true);
const whole =
  (field: number): FieldWriter =>
  (writer, value) => {
    if (typeof value === 'number') writer.integer(field, value);
  };
const number =
  (field: number): FieldWriter =>
  (writer, value) => {
    if (typeof value === 'number') writer.double(field, value);
  };
const texts =
  (field: number): FieldWriter =>
  (writer, value) => {
    for (const item of listOf(value)) writer.bytes(field, Buffer.from(String(item)));
  };
/** A value of any type travels as YAML. */
const any =
  (field: number): FieldWriter =>
  (writer, value) =>
    writer.bytes(field, anyOf(value));
const anys =
  (field: number): FieldWriter =>
  (writer, value) => {
    for (const item of listOf(value)) writer.bytes(field, anyOf(item));
  };
const one =
  (field: number, message: () => Message, extensions?: number): FieldWriter =>
  (writer, value) => {
    if (isObject(value)) writer.bytes(field, encode(value, message(), extensions));
  };
const many =
  (field: number, message: () => Message, extensions?: number): FieldWriter =>
  (writer, value) => {
    for (const item of listOf(value)) one(field, message, extensions)(writer, item);
  };
/** A message that holds nothing but named others. */
const named =
  (field: number, message: () => Message, inner = 1, extensions?: number): FieldWriter =>
  (writer, value) => {
    if (!isObject(value)) return;
    const all = new Writer();
    for (const [name, item] of Object.entries(value)) {
      if (isObject(item)) all.bytes(inner, pair(name, encode(item, message(), extensions)));
    }
    writer.bytes(field, all.finish());
  };
/** A message around another one, as alternatives are. */
const within =
  (field: number, write: FieldWriter): FieldWriter =>
  (writer, value) => {
    const inner = new Writer();
    write(inner, value);
    writer.bytes(field, inner.finish());
  };

const schemaExtensions = 31;

const schemaFields: Message = {
  $ref: text(1),
  format: text(2),
  title: text(3),
  description: text(4),
  default: any(5),
  multipleOf: number(6),
  maximum: number(7),
  exclusiveMaximum: flag(8),
  minimum: number(9),
  exclusiveMinimum: flag(10),
  maxLength: whole(11),
  minLength: whole(12),
  pattern: text(13),
  maxItems: whole(14),
  minItems: whole(15),
  uniqueItems: flag(16),
  maxProperties: whole(17),
  minProperties: whole(18),
  required: texts(19),
  enum: anys(20),
  additionalProperties: (writer, value) => within(21, isObject(value) ? schema(1) : flag(2))(writer, value),
  type: (writer, value) => within(22, texts(1))(writer, Array.isArray(value) ? value : [value]),
  items: within(23, (writer, value) => schema(1)(writer, value)),
  allOf: many(24, () => schemaFields, schemaExtensions),
  properties: named(25, () => schemaFields, 1, schemaExtensions),
  readOnly: flag(27),
  example: any(30),
};

function schema(field: number): FieldWriter {
  return one(field, () => schemaFields, schemaExtensions);
}

/** Fields of parameters in paths and in queries, which have numbers of their own. */
const pathParameter: Message = {
  required: flag(1),
  in: text(2),
  description: text(3),
  name: text(4),
  type: text(5),
  format: text(6),
  uniqueItems: flag(19),
};
const queryParameter: Message = {
  required: flag(1),
  in: text(2),
  description: text(3),
  name: text(4),
  type: text(6),
  format: text(7),
  uniqueItems: flag(20),
};
const bodyParameter: Message = {
  description: text(1),
  name: text(2),
  in: text(3),
  required: flag(4),
  schema: schema(5),
};

function parameters(field: number): FieldWriter {
  return (writer, value) => {
    for (const parameter of listOf(value)) {
      if (!isObject(parameter)) continue;
      const kind =
        parameter.in === 'body'
          ? one(1, () => bodyParameter)
          : within(2, parameter.in === 'path' ? one(4, () => pathParameter) : one(3, () => queryParameter));
      within(field, within(1, kind))(writer, parameter);
    }
  };
}

const response: Message = { description: text(1), schema: within(2, schema(1)) };

const operation: Message = {
  tags: texts(1),
  summary: text(2),
  description: text(3),
  operationId: text(5),
  produces: texts(6),
  consumes: texts(7),
  parameters: parameters(8),
  responses: (writer, value) => {
    if (!isObject(value)) return;
    const codes = new Writer();
    for (const [code, item] of Object.entries(value)) {
      const answer = new Writer();
      one(1, () => response)(answer, item);
      codes.bytes(1, pair(code, answer.finish()));
    }
    writer.bytes(9, codes.finish());
  },
  schemes: texts(10),
  deprecated: flag(11),
};

const operationExtensions = 13;
const method = (field: number) => one(field, () => operation, operationExtensions);
const pathItem: Message = {
  get: method(2),
  put: method(3),
  post: method(4),
  delete: method(5),
  options: method(6),
  head: method(7),
  patch: method(8),
  parameters: parameters(9),
};

const documentFields: Message = {
  swagger: text(1),
  info: one(2, () => ({ title: text(1), version: text(2), description: text(3) })),
  paths: named(8, () => pathItem, 2, 10),
  definitions: named(9, () => schemaFields, 1, schemaExtensions),
};

function encode(value: JsonObject, message: Message, extensions?: number): Buffer {
  const writer = new Writer();
  for (const key in value) {
    const item = value[key] as Json;
    if (Object.hasOwn(message, key)) message[key]!(writer, item);
    else if (extensions !== undefined && key.startsWith('x-'))
      writer.bytes(extensions, pair(key, anyOf(item)));
  }
  return writer.finish();
}

function pair(name: string, value: Buffer): Buffer {
  const writer = new Writer();
  writer.text(1, name);
  writer.bytes(2, value);
  return writer.finish();
}

function anyOf(value: Json): Buffer {
  const writer = new Writer();
  writer.text(2, stringify(value));
  return writer.finish();
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
