import type { Json, JsonObject } from '@millrace/json';
import { type Field, messageNameOf, messageOf } from './messages.ts';
import { BadProtobuf, Reader } from './reader.ts';

const magic = Buffer.from('k8s\0');

/**
 * The object in a body of type application/vnd.kubernetes.protobuf, as kubectl sends it for `create deployment` and
 * its like. Throws BadProtobuf.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#kubernetes-protobuf-encoding
 */
export function decodeKubernetesProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, 4).equals(magic))
    throw new BadProtobuf('the body does not begin with the mark of Kubernetes protobuf');
  const envelope = new Reader(body.subarray(4));
  let [apiVersion, kind] = ['', ''];
  let raw: Buffer = Buffer.alloc(0);
  for (let tag = envelope.tag(); tag; tag = envelope.tag()) {
    if (tag.field === 1) [apiVersion, kind] = readTypeMeta(new Reader(envelope.bytes()));
    else if (tag.field === 2) raw = envelope.bytes();
    else envelope.skip(tag.wire);
  }
  const name = messageNameOf(apiVersion, kind);
  if (!name)
    throw new BadProtobuf(
      `${apiVersion || 'no apiVersion'}, kind ${kind || 'none'} is not known in protobuf: send it as JSON`,
    );
  return { apiVersion, kind, ...(readMessage(name, new Reader(raw)) as JsonObject) };
}

function readTypeMeta(reader: Reader): [string, string] {
  const found = ['', ''];
  for (let tag = reader.tag(); tag; tag = reader.tag()) {
    if (tag.field === 1 || tag.field === 2) found[tag.field - 1] = reader.text();
    else reader.skip(tag.wire);
  }
  return found as [string, string];
}

/** Messages whose JSON is no object of their fields. Undefined stands for the zero of a time, which JSON leaves out. */
const special: Readonly<Record<string, (fields: JsonObject) => Json | undefined>> = {
  'meta.v1.Time': ({ seconds }) =>
    seconds === undefined ? undefined : `${isoTime(seconds, 0).slice(0, 19)}Z`,
  'meta.v1.MicroTime': ({ seconds, nanos }) =>
    seconds === undefined ? undefined : isoTime(seconds, Number(nanos ?? 0)),
  'meta.v1.Duration': ({ duration }) => `${Number(duration ?? 0) / 1e9}s`,
  'meta.v1.FieldsV1': ({ Raw }) => embedded(Raw),
  Quantity: fields => fields.string ?? '0',
  IntOrString: ({ type, intVal, strVal }) => (type === 1 ? (strVal ?? '') : (intVal ?? 0)),
  RawExtension: ({ raw }) => embedded(raw),
  'apiextensions.v1.JSON': ({ raw }) => (raw === undefined ? null : embedded(raw)),
  'apiextensions.v1.JSONSchemaPropsOrBool': ({ schema, allows }) => schema ?? allows === true,
  'apiextensions.v1.JSONSchemaPropsOrArray': ({ schema, jSONSchemas }) => jSONSchemas ?? schema ?? null,
  'apiextensions.v1.JSONSchemaPropsOrStringArray': ({ schema, property }) => property ?? schema ?? null,
};

/** Messages that belong to the machinery and are in none of the published groups. */
const machinery: Readonly<Record<string, ReadonlyMap<number, Field>>> = {
  Quantity: fields([1, 'string', 's']),
  IntOrString: fields([1, 'type', 'i'], [2, 'intVal', 'i'], [3, 'strVal', 's']),
  RawExtension: fields([1, 'raw', 'y']),
};

function fields(...all: [number, string, string][]): ReadonlyMap<number, Field> {
  return new Map(
    all.map(([number, name, type]) => [
      number,
      { name, type, repeats: 'no', inline: false, omitsZero: false },
    ]),
  );
}

function isoTime(seconds: Json, nanos: number): string {
  const micros = String(Math.floor(nanos / 1000)).padStart(6, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${micros}Z`;
}

function embedded(base64: Json | undefined): Json {
  if (typeof base64 !== 'string' || base64 === '') return {};
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString()) as Json;
  } catch (cause) {
    throw new BadProtobuf('an embedded object is no JSON', { cause });
  }
}

const deepest = 100;

function readMessage(name: string, reader: Reader, depth = 0): Json | undefined {
  const message = machinery[name] ?? messageOf(name);
  if (!message) throw new BadProtobuf(`the message ${name} is not known`);
  if (depth > deepest) throw new BadProtobuf('messages are nested too deeply');
  const object: JsonObject = {};
  for (let tag = reader.tag(); tag; tag = reader.tag()) {
    const field = message.get(tag.field);
    if (!field) reader.skip(tag.wire);
    else readField(object, field, reader, tag.wire, depth);
  }
  const convert = special[name];
  if (convert) return convert(object);
  // A few messages only wrap a list of strings: in JSON they are the list.
  const only = message.size === 1 ? message.get(1) : undefined;
  const wraps = only?.name === 'items' && only.repeats === 'list' && only.type === 's';
  return wraps ? (object.items ?? []) : object;
}

function readField(object: JsonObject, field: Field, reader: Reader, wire: number, depth: number): void {
  if (field.repeats === 'map') {
    const [key, value] = readEntry(field, new Reader(reader.bytes()), depth);
    const map = (object[field.name] ??= {}) as JsonObject;
    if (value !== undefined)
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  const value = readValue(field, reader, wire, depth);
  if (value === undefined) return;
  if (field.repeats === 'list') {
    const list = (object[field.name] ??= []) as Json[];
    list.push(value);
  } else if (field.inline) Object.assign(object, value);
  else if (!(field.omitsZero && isZero(value))) object[field.name] = value;
}

function readEntry(field: Field, reader: Reader, depth: number): [string, Json | undefined] {
  let key = '';
  let value: Json | undefined = field.type === 's' || field.type === 'y' ? '' : undefined;
  for (let tag = reader.tag(); tag; tag = reader.tag()) {
    if (tag.field === 1) key = reader.text();
    else if (tag.field === 2) value = readValue(field, reader, tag.wire, depth);
    else reader.skip(tag.wire);
  }
  return [key, value];
}

function readValue(field: Field, reader: Reader, wire: number, depth: number): Json | undefined {
  switch (field.type) {
    case 's':
      return reader.text();
    case 'b':
      return reader.integer() !== 0;
    case 'i':
      return reader.integer();
    case 'd':
      return reader.double();
    case 'y':
      return reader.bytes().toString('base64');
    default:
      if (wire !== 2) throw new BadProtobuf(`the field ${field.name} is no message`);
      return readMessage(field.type, new Reader(reader.bytes()), depth + 1);
  }
}

function isZero(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false;
}
