import { isObject, type Json, type JsonObject } from '@millrace/json';
import { checkTypes, kubernetes } from '@millrace/schema';
import { parseAll } from '@millrace/yaml';
import { decodeKubernetesProtobuf } from '../protobuf/decode.ts';
import { BadProtobuf } from '../protobuf/reader.ts';
import type { Target, WriteOptions } from './api.ts';
import { requireBodyInBudget } from './budget.ts';
import { scanJson } from './go-json.ts';
import type { Registry } from './registry.ts';
import { groupVersion, parseGroupVersion, type Resource } from './resource.ts';
import { ApiError, badRequest, invalid, unsupportedMediaType } from './status.ts';
import {
  jsonProblems,
  noTextProblems,
  type TextProblems,
  typedJsonProblems,
  yamlProblems,
} from './text-problems.ts';
import { textAt } from './tree.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';

/** A request body, and what strict decoding finds wrong with its text. */
export interface Body {
  readonly object: JsonObject;
  readonly textProblems: TextProblems;
}

/**
 * Parse a request body as JSON or, by its media type, YAML or Kubernetes protobuf; `kind` is what it should hold.
 * A custom resource must say what it is, as nobody but its definition knows it. Throws 400 and 415.
 */
export function parseBody(body: Buffer, contentType: string, kind: string, custom = false): Body {
  if (contentType === protobuf) return { object: fromProtobuf(body), textProblems: noTextProblems };
  const parsedBody = contentType.endsWith('yaml')
    ? fromYaml(body, kind)
    : fromJson(body, contentType, kind, custom ? jsonProblems : typedJsonProblems);
  if (custom && !textAt(parsedBody.object, 'kind')) {
    const text = body.toString('utf8');
    throw unrecognized(`Object 'Kind' is missing in '${text}'`, text, kind);
  }
  return parsedBody;
}

/** The DeleteOptions in a body, which may leave out what they are. Throws 400. */
export function parseDeleteBody(body: Buffer, contentType: string): JsonObject {
  const text = body.toString('utf8');
  if (requiresJson(contentType) && parsed(text) === undefined)
    throw badRequest(noVersionAndKind(text, undefined));
  const { object } = parseBody(body, contentType, 'DeleteOptions');
  const [kind, version] = [textAt(object, 'kind'), textAt(object, 'apiVersion')];
  if (kind !== '' && kind !== 'DeleteOptions')
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(version)} in scheme ${scheme}`,
    );
  const mistyped = checkTypes(object, deleteOptions);
  if (mistyped) throw badRequest(mistyped.message);
  return object;
}

const deleteOptions = kubernetes.definition('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions');

/** Where upstream's registry of kinds is made: its errors say so. */
export const scheme = '"pkg/runtime/scheme.go:111"';

function requiresJson(contentType: string): boolean {
  return contentType !== protobuf && !contentType.endsWith('yaml');
}

function fromJson(body: Buffer, contentType: string, kind: string, problemsOf: typeof jsonProblems): Body {
  requireJson(contentType);
  const text = body.toString('utf8');
  const value = parsed(text);
  if (value !== undefined) requireBodyInBudget(value);
  if (value === undefined || !isObject(value)) throw unrecognized(noVersionAndKind(text, value), text, kind);
  return { object: value, textProblems: problemsOf(text, value) };
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

/** What upstream's search for the version and kind says of a text without either; `value` is what it holds, if anything. */
export function noVersionAndKind(text: string, value: Json | undefined): string {
  const problem =
    value === undefined
      ? scanJson(text).problem
      : `json: cannot unmarshal ${typeOf(value)} into Go value of type ${wholeType}`;
  return `couldn't get version/kind; json parse error: ${problem}`;
}

/** How much of a body an error quotes. */
const quoted = 30;

/** The answer to a text that no object can be read from: it ends in the text, in hexadecimal unless it is JSON. */
function unrecognized(why: string, text: string, kind: string): ApiError {
  const body = Buffer.from(text);
  const head = body.subarray(0, quoted).toString(text.startsWith('{') ? 'utf8' : 'hex');
  const sent = text === '' ? '<empty>' : body.length > quoted ? `${head} ...` : head;
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${sent})`);
}

/** The kind of a value as errors of Go's reader of JSON name it. */
export function typeOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/**
 * A patch in JSON: an object for a merge, a list for operations. Throws a 400 that says where the text fails, after
 * `prefix`.
 */
export function parsePatchText(
  body: Buffer,
  shape: 'object' | 'list',
  prefix = 'error decoding patch: ',
): { value: Json; textProblems: TextProblems } {
  const text = body.toString('utf8');
  const value = parsed(text);
  if (value === undefined) throw badRequest(`${prefix}${scanJson(text).problem}`);
  requireBodyInBudget(value);
  const fits = shape === 'object' ? isObject(value) : Array.isArray(value);
  if (fits) return { value, textProblems: jsonProblems(text, value) };
  const type = shape === 'object' ? 'map[string]interface {}' : '[]handlers.jsonPatchOp';
  throw badRequest(`${prefix}json: cannot unmarshal ${typeOf(value)} into Go value of type ${type}`);
}

/** The first document of a text, which is all that upstream reads, with the last of several equal keys. */
function readYaml(body: Buffer): { value: Json; textProblems: TextProblems } {
  const duplicates: { key: string; line: number }[] = [];
  const [value = null] = parseAll(body.toString('utf8'), {
    duplicates: 'last',
    onDuplicate: (key, line) => duplicates.push({ key, line }),
  });
  requireBodyInBudget(value);
  return { value, textProblems: yamlProblems(duplicates) };
}

function fromYaml(body: Buffer, kind: string): Body {
  const text = body.toString('utf8');
  let read: ReturnType<typeof readYaml>;
  try {
    read = readYaml(body);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw unrecognized((error as Error).message, text, kind);
  }
  const { value, textProblems } = read;
  if (value === null) return { object: {}, textProblems };
  if (!isObject(value)) throw unrecognized(noVersionAndKind(text, value), text, kind);
  return { object: value, textProblems };
}

/** A configuration for server-side apply, in YAML or JSON. Throws 400. */
export function parseConfiguration(body: Buffer): Body {
  let read: ReturnType<typeof readYaml>;
  try {
    read = readYaml(body);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${(error as Error).message}`);
  }
  const { value, textProblems } = read;
  if (value === null) return { object: {}, textProblems };
  if (isObject(value)) return { object: value, textProblems };
  const why = `json: cannot unmarshal ${typeOf(value)} into Go value of type map[string]interface {}`;
  throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`);
}

/** Tell of keys that stand twice in a configuration for server-side apply, or refuse them. Throws 400. */
export function reportInConfiguration({ warnings, errors }: TextProblems, options: WriteOptions): void {
  if (errors.length === 0 || options.fieldValidation === 'Ignore') return;
  if (options.fieldValidation === 'Strict')
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${errors.join(', ')}`);
  for (const warning of warnings) options.warn(warning);
}

/** A body that cannot be read as an object of the kind that the path means. */
export class Undecodable extends ApiError {
  override name = 'Undecodable';
  /** What is wrong, without the kind. */
  readonly why: string;
  /** The same in the words in which the result of a strategic patch is refused, where they differ. */
  conversion?: string;

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
  if (resource.custom && !object.apiVersion) throw otherVersion('', expected);
  if (object.apiVersion === undefined) object.apiVersion = groupVersion(expected);
  if (resource.custom && object.kind !== expected.kind && typeof object.kind === 'string') {
    const message = `Invalid value: ${JSON.stringify(object.kind)}: must be ${expected.kind}`;
    const cause = { reason: 'FieldValueInvalid', message, field: 'kind' };
    throw invalid({ ...resource, kind: object.kind }, textAt(object, 'metadata', 'name'), [cause]);
  }
  if (object.kind !== expected.kind || object.apiVersion !== groupVersion(expected))
    throw otherKind(String(object.apiVersion), String(object.kind), expected, registry);
  const metadata = object.metadata ?? {};
  if (!isObject(metadata)) {
    const where = resource.custom ? 'value' : `struct field ${expected.kind}.metadata`;
    const why = `json: cannot unmarshal ${typeOf(metadata)} into Go ${where} of type v1.ObjectMeta`;
    throw new Undecodable(expected, why);
  }
  const { namespace: named, ...rest } = metadata;
  const isText = named === undefined || named === null || typeof named === 'string';
  // What belongs to no namespace loses the one that it names.
  if (!resource.namespaced) object.metadata = isText ? rest : metadata;
  else if (named === undefined || named === null || named === '' || named === target.namespace)
    object.metadata = { ...metadata, namespace: target.namespace };
  else if (isText)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
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
    return otherVersion(apiVersion, expected);
  }
  const internal = expected.group.split('.')[0] || 'core';
  const why = known
    ? `converting (${given.version}.${kind}) to (${internal}.${expected.kind}): unknown conversion`
    : `no kind "${kind}" is registered for version "${apiVersion}" in scheme ${scheme}`;
  return new Undecodable({ ...given }, why, true, expected.kind);
}

function otherVersion(apiVersion: string, expected: Kind): ApiError {
  return badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${groupVersion(expected)})`,
  );
}

function expectedKind(target: Target): Kind {
  return target.resource.subresources[target.subresource] ?? target.resource;
}

/** Tell of fields that are unknown or stand twice, or refuse them, as fieldValidation asks. */
export function reportStrictly(unknown: readonly string[], resource: Resource, options: WriteOptions): void {
  if (options.fieldValidation === 'Ignore') return;
  const inText = options.textProblems ?? noTextProblems;
  const fields = unknown.map(field => `unknown field "${field}"`);
  const problems = (found: readonly string[]) => inText.with?.(unknown) ?? [...found, ...fields];
  if (options.fieldValidation !== 'Strict') {
    for (const problem of problems(inText.warnings)) options.warn(problem);
    return;
  }
  const errors = problems(inText.errors);
  if (errors.length > 0) throw new Undecodable(resource, `strict decoding error: ${errors.join(', ')}`);
}
