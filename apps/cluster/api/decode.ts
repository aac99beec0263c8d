import { isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { decodeKubernetesProtobuf } from '../protobuf/decode.ts';
import { BadProtobuf } from '../protobuf/reader.ts';
import type { Target, WriteOptions } from './api.ts';
import { groupVersion, type Resource } from './resource.ts';
import { badRequest, unsupportedMediaType } from './status.ts';
import { textAt } from './tree.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';

/** Parse a request body as JSON or, by its media type, YAML or Kubernetes protobuf. Throws 400 and 415. */
export function parseBody(body: Buffer, contentType: string): JsonObject {
  if (contentType === protobuf) return fromProtobuf(body);
  const value = contentType.endsWith('yaml') ? fromYaml(body) : fromJson(body, contentType);
  if (!isObject(value)) throw badRequest('the body of the request is no JSON object');
  return value;
}

function fromProtobuf(body: Buffer): JsonObject {
  try {
    return decodeKubernetesProtobuf(body);
  } catch (error) {
    if (error instanceof BadProtobuf) throw badRequest(`error decoding protobuf: ${error.message}`);
    throw error;
  }
}

function fromJson(body: Buffer, contentType: string): Json {
  if (contentType !== '' && contentType !== '*/*' && !/^application\/([\w.-]+\+)?json$/.test(contentType)) {
    throw unsupportedMediaType(['application/json', 'application/yaml', protobuf]);
  }
  return parseJson(body);
}

/** Throws a 400 ApiError that says where the text stops to be JSON. */
export function parseJson(body: Buffer): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch (error) {
    throw badRequest(`couldn't parse the body as JSON: ${(error as Error).message}`);
  }
}

function fromYaml(body: Buffer): Json {
  let documents: Json[];
  try {
    documents = parseAll(body.toString('utf8'));
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`);
  }
  if (documents.length !== 1) throw badRequest(`expected one YAML document, got ${documents.length}`);
  return documents[0]!;
}

/** Check that an object is of the kind and in the namespace that the path means, filling in what it leaves out. */
export function fitTarget(object: JsonObject, target: Target): JsonObject {
  const { resource } = target;
  const kind = expectedKind(target);
  const apiVersion = groupVersion(kind);
  if (object.kind === undefined) object.kind = kind.kind;
  if (object.apiVersion === undefined) object.apiVersion = apiVersion;
  if (object.kind !== kind.kind || object.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${String(object.apiVersion)}, kind ${String(object.kind)}) does not match the expected ` +
        `API version (${apiVersion}, kind ${kind.kind})`,
    );
  }
  const metadata = object.metadata ?? {};
  if (!isObject(metadata)) throw badRequest('metadata is no object');
  const namespace = textAt(metadata, 'namespace');
  if (namespace !== '' && namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  object.metadata = resource.namespaced ? { ...metadata, namespace: target.namespace } : metadata;
  return object;
}

function expectedKind(target: Target): { group: string; version: string; kind: string } {
  return target.resource.subresources[target.subresource] ?? target.resource;
}

/** Tell of fields that the schema does not know, or refuse them, as fieldValidation asks. */
export function reportUnknownFields(
  unknown: readonly string[],
  resource: Resource,
  options: WriteOptions,
): void {
  if (unknown.length === 0 || options.fieldValidation === 'Ignore') return;
  if (options.fieldValidation === 'Warn') {
    for (const field of unknown) options.warn(`unknown field "${field}"`);
    return;
  }
  const list = unknown.map(field => `unknown field "${field}"`).join(', ');
  throw badRequest(
    resource.custom
      ? `strict decoding error: ${list}`
      : `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${list}`,
  );
}
