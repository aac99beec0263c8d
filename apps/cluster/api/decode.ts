import { isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { decodeKubernetesProtobuf } from '../protobuf/decode.ts';
import { BadProtobuf } from '../protobuf/reader.ts';
import type { Target, WriteOptions } from './api.ts';
import { duplicateKeys, scanJson } from './go-json.ts';
import type { Registry } from './registry.ts';
import { groupVersion, parseGroupVersion, type Resource } from './resource.ts';
import { ApiError, badRequest, invalid, unsupportedMediaType } from './status.ts';
import { textAt } from './tree.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';

/** A request body, and what strict decoding finds wrong with its text. */
export interface Body {
  readonly object: JsonObject;
  readonly textProblems: readonly string[];
}

/**
 * Parse a request body as JSON or, by its media type, YAML or Kubernetes protobuf; `kind` is what it should hold.
 * Throws 400 and 415.
 */
export function parseBody(body: Buffer, contentType: string, kind: string): Body {
  if (contentType === protobuf) return { object: fromProtobuf(body), textProblems: [] };
  if (contentType.endsWith('yaml')) return { object: fromYaml(body, kind), textProblems: [] };
  requireJson(contentType);
  const text = body.toString('utf8');
  const value = parsed(text);
  if (value === undefined || !isObject(value)) throw unrecognized(text, value, kind);
  return { object: value, textProblems: duplicatesIn(text, value) };
}

function duplicatesIn(text: string, value: Json): string[] {
  return duplicateKeys(text, value).map(field => `duplicate field "${field}"`);
}

function fromProtobuf(body: Buffer): JsonObject {
  try {
    return decodeKubernetesProtobuf(body);
  } catch (error) {
    if (error instanceof BadProtobuf) throw badRequest(`error decoding protobuf: ${error.message}`);
    throw error;
  }
}

function requireJson(contentType: string): void {
  if (contentType === '' || contentType === '*/*') return;
  if (/^application\/([\w.-]+\+)?json$/.test(contentType)) return;
  throw unsupportedMediaType(['application/json', 'application/yaml', protobuf]);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const wholeType =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** The answer to a text that no object can be read from, worded as upstream's search for the version and kind does. */
function unrecognized(text: string, value: Json | undefined, kind: string): ApiError {
  const problem =
    value === undefined
      ? scanJson(text).problem
      : `json: cannot unmarshal ${typeOf(value)} into Go value of type ${wholeType}`;
  const head = text.slice(0, 1024);
  const sent =
    text === '' ? '<empty>' : text.trimStart().startsWith('{') ? head : Buffer.from(head).toString('hex');
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${problem} (${sent})`,
  );
}

function typeOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** A patch in JSON: an object for a merge, a list for operations. Throws a 400 that says where the text fails. */
export function parsePatchText(
  body: Buffer,
  shape: 'object' | 'list',
): { value: Json; textProblems: string[] } {
  const text = body.toString('utf8');
  const value = parsed(text);
  if (value === undefined) throw badRequest(`error decoding patch: ${scanJson(text).problem}`);
  const fits = shape === 'object' ? isObject(value) : Array.isArray(value);
  if (fits) return { value, textProblems: duplicatesIn(text, value) };
  const type = shape === 'object' ? 'map[string]interface {}' : 'jsonpatch.Patch';
  throw badRequest(
    `error decoding patch: json: cannot unmarshal ${typeOf(value)} into Go value of type ${type}`,
  );
}

function fromYaml(body: Buffer, kind: string): JsonObject {
  const text = body.toString('utf8');
  let documents: Json[];
  try {
    documents = parseAll(text);
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): ${(error as Error).message}`,
    );
  }
  const [value = null] = documents;
  if (documents.length > 1) throw badRequest(`expected one YAML document, got ${documents.length}`);
  if (!isObject(value)) throw unrecognized(text, value, kind);
  return value;
}

/** A configuration for server-side apply, in YAML or JSON. Throws 400. */
export function parseConfiguration(body: Buffer): JsonObject {
  let documents: Json[];
  try {
    documents = parseAll(body.toString('utf8'));
  } catch (error) {
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${(error as Error).message}`);
  }
  const [value = null] = documents;
  if (documents.length > 1) throw badRequest(`expected one YAML document, got ${documents.length}`);
  if (!isObject(value)) throw badRequest('error decoding YAML: the configuration is no object');
  return value;
}

/** A body that cannot be read as an object of the kind that the path means. */
export class Undecodable extends ApiError {
  override name = 'Undecodable';
  /** What is wrong, without the kind. */
  readonly why: string;

  constructor({ kind, version }: Pick<Resource, 'kind' | 'version'>, why: string, named = true, as = kind) {
    const subject = `${kind} in version "${version}" cannot be handled as a ${as}: `;
    super(400, 'BadRequest', `${named ? subject : ''}${why}`);
    this.why = why;
  }
}

/**
 * Check that an object is of the kind and in the namespace that the path means, filling in what it leaves out.
 * Throws 400.
 */
export function fitTarget(object: JsonObject, target: Target, registry: Registry): JsonObject {
  const { resource } = target;
  const expected = expectedKind(target);
  if (object.kind === undefined) object.kind = expected.kind;
  if (object.apiVersion === undefined) object.apiVersion = groupVersion(expected);
  if (resource.custom && object.kind !== expected.kind) {
    const message = `Invalid value: ${JSON.stringify(object.kind)}: must be ${expected.kind}`;
    const cause = { reason: 'FieldValueInvalid', message, field: 'kind' };
    throw invalid(resource, textAt(object, 'metadata', 'name'), [cause]);
  }
  if (object.kind !== expected.kind || object.apiVersion !== groupVersion(expected))
    throw otherKind(String(object.apiVersion), String(object.kind), expected, registry);
  const metadata = object.metadata ?? {};
  if (!isObject(metadata)) {
    const where = resource.custom ? 'value' : `struct field ${expected.kind}.metadata`;
    const why = `json: cannot unmarshal ${typeOf(metadata)} into Go ${where} of type v1.ObjectMeta`;
    throw new Undecodable(expected, why);
  }
  const namespace = textAt(metadata, 'namespace');
  if (namespace !== '' && namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  object.metadata = resource.namespaced ? { ...metadata, namespace: target.namespace } : metadata;
  return object;
}

type Kind = { readonly group: string; readonly version: string; readonly kind: string };

function otherKind(apiVersion: string, kind: string, expected: Kind, registry: Registry): ApiError {
  const given = { ...parseGroupVersion(apiVersion), kind };
  const known = registry.findKind(given.group, given.version, kind);
  if (
    kind === expected.kind &&
    (known?.group ?? given.group) === expected.group &&
    (known || registry.isCustom(expected))
  ) {
    return badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${groupVersion(expected)})`,
    );
  }
  const internal = expected.group.split('.')[0] || 'core';
  const why = known
    ? `converting (${given.version}.${kind}) to (${internal}.${expected.kind}): unknown conversion`
    : `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
  return new Undecodable({ ...given }, why, true, expected.kind);
}

function expectedKind(target: Target): Kind {
  return target.resource.subresources[target.subresource] ?? target.resource;
}

/** Tell of fields that are unknown or stand twice, or refuse them, as fieldValidation asks. */
export function reportStrictly(unknown: readonly string[], resource: Resource, options: WriteOptions): void {
  if (options.fieldValidation === 'Ignore') return;
  const inText = options.textProblems ?? [];
  if (unknown.length === 0 && inText.length === 0) return;
  const problems = [...inText, ...unknown.map(field => `unknown field "${field}"`)];
  if (options.fieldValidation === 'Strict') {
    throw new Undecodable(resource, `strict decoding error: ${problems.join(', ')}`);
  }
  for (const problem of problems) options.warn(problem);
}
