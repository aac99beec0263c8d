import {
  BadJsonPatch,
  BadStrategicPatch,
  JsonPatchTooLarge,
  jsonPatch,
  mergePatch,
  strategicMergePatch,
} from '@millrace/apply';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { requireObjectInBudget } from '../api/budget.ts';
import { parseConfiguration, parsePatchText, reportInConfiguration, Undecodable } from '../api/decode.ts';
import { asGoWrites, goPrint } from '../api/go-print.ts';
import { groupVersion } from '../api/resource.ts';
import {
  ApiError,
  badRequest,
  conflict,
  entityTooLarge,
  invalid,
  invalidOption,
  unsupportedMediaType,
} from '../api/status.ts';
import type { TextProblems } from '../api/text-problems.ts';
import { childOf, textAt } from '../api/tree.ts';
import { createApplied } from './create.ts';
import { applyConfiguration } from './field-ownership.ts';
import { changeApplied, changeObject } from './update.ts';

/** An object after a write, and whether the write made it. */
export interface Written {
  readonly object: JsonObject;
  readonly created: boolean;
}

export type PatchOptions = WriteOptions & { readonly force: boolean | undefined };

/** A patch that is no server-side apply. */
export interface Patch {
  /** Make the patched object out of the current one. Throws BadJsonPatch and BadStrategicPatch. */
  readonly apply: (current: JsonObject) => Json;
  readonly textProblems: TextProblems;
  /** Upstream reads what a strategic patch makes by other means than JSON, with other words for what does not fit. */
  readonly strategic?: boolean;
  /** How errors quote what could not be read: the patch itself, or the object that it makes. */
  quote(patched: Json): string;
}

/** Patch an object by the media type of the body. Throws ApiError: 400, 404, 409, 415, 422. */
export function patchObject(
  api: Api,
  target: Target,
  body: Buffer,
  contentType: string,
  options: PatchOptions,
): Written {
  if (contentType.startsWith('application/apply-patch+')) {
    const { object, textProblems } = parseConfiguration(body);
    return applyObject(api, target, object, options, textProblems);
  }
  const patch = parsePatch(target, body, contentType);
  requireUnforced(options);
  const how = { ...options, textProblems: patch.textProblems, uidIsField: true };
  return readable(patch, made => ({
    object: changeObject(api, target, current => ({ ...made(patched(patch, current)) }), how),
    created: false,
  }));
}

function requireUnforced({ force }: PatchOptions): void {
  if (force === undefined) return;
  throw invalidOption('PatchOptions', {
    reason: 'FieldValueForbidden',
    message: 'Forbidden: may not be specified for non-apply patch',
    field: 'force',
  });
}

/**
 * Does a write that hands over what the patch made as soon as it is there. Throws a 422 that quotes it where it cannot
 * be read.
 */
export function readable<T>(patch: Patch, write: (made: (object: JsonObject) => JsonObject) => T): T {
  let seen: Json = null;
  try {
    return write(object => {
      seen = object;
      return object;
    });
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    throw unreadable(patch.quote(seen), (patch.strategic && error.conversion) || error.why);
  }
}

/** What the patch makes cannot be read as the kind. Upstream names neither kind nor object here. */
function unreadable(quoted: string, why: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(quoted)}: ${why}`;
  return invalid({ group: '', resource: '', kind: '' }, '', [
    { reason: 'FieldValueInvalid', message, field: 'patch' },
  ]);
}

/** Read a patch that is no server-side apply; custom resources take no strategic ones. Throws 400 and 415. */
export function parsePatch(
  { resource }: Target,
  body: Buffer,
  contentType: string,
  takesStrategic = resource.custom === undefined,
): Patch {
  const asMade = (made: Json) => JSON.stringify(asGoWrites(made, resource.custom !== undefined));
  switch (contentType) {
    case 'application/json-patch+json': {
      const { value, textProblems } = parsePatchText(body, 'list');
      return { apply: current => jsonPatch(current, value), textProblems, quote: asMade };
    }
    case 'application/merge-patch+json': {
      const { value, textProblems } = parsePatchText(body, 'object');
      return { apply: current => mergePatch(current, value as JsonObject), textProblems, quote: asMade };
    }
    case 'application/strategic-merge-patch+json': {
      const { schema } = resource;
      if (!takesStrategic || !schema)
        throw unsupportedMediaType([
          'application/json-patch+json',
          'application/merge-patch+json',
          'application/apply-patch+yaml',
        ]);
      const { value, textProblems } = parsePatchText(body, 'object', '');
      const apply = (current: JsonObject) => strategicMergePatch(current, value as JsonObject, schema);
      return { apply, textProblems, strategic: true, quote: () => goPrint(withoutDirectives(value)) };
    }
    default:
      throw unsupportedPatch();
  }
}

/** A strategic patch as upstream leaves it once it was merged: without directives, and without the lists they order. */
function withoutDirectives(patch: Json): Json {
  if (Array.isArray(patch)) return patch.map(withoutDirectives);
  if (!isObject(patch)) return patch;
  const gone = (key: string) => key.startsWith('$') || `$setElementOrder/${key}` in patch;
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key]) => !gone(key))
      .map(([key, value]) => [key, withoutDirectives(value as Json)]),
  );
}

function unsupportedPatch(): ApiError {
  return new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** Apply a patch; one that does not fit the object is a 422. */
export function patched(patch: Patch, current: JsonObject): JsonObject {
  try {
    const result = patch.apply(current);
    if (isObject(result)) return result;
  } catch (error) {
    if (error instanceof BadStrategicPatch) throw new ApiError(500, '', error.message);
    if (error instanceof JsonPatchTooLarge) throw entityTooLarge(error.message);
    if (!(error instanceof BadJsonPatch)) throw error;
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
  throw badRequest('the patch does not leave an object');
}

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
function applyObject(
  api: Api,
  target: Target,
  config: JsonObject,
  options: PatchOptions,
  textProblems: TextProblems,
): Written {
  const { resource } = target;
  requireApply(config, target, options);
  const how = { ...options, force: options.force === true };
  const merged = (live: JsonObject | undefined) => {
    const object = applyConfiguration(api, target, live, config, how);
    // What conflicts or does not fit is told of before the text.
    reportInConfiguration(textProblems, options);
    return object;
  };
  const entry = api.store.get(resource.storage, target.namespace, target.name);
  if (!entry && target.subresource === '') {
    return { object: createByApply(api, target, config, merged, how), created: true };
  }
  const conditional =
    textAt(config, 'metadata', 'resourceVersion') !== '' || textAt(config, 'metadata', 'uid') !== '';
  const change = (live: JsonObject) => {
    const applied = merged(live);
    return applied === live && !conditional ? undefined : applied;
  };
  const asField = { ...options, uidIsField: true };
  return { object: changeApplied(api, target, change, asField), created: false };
}

/** What every apply must bring: a manager, and a configuration that says what it is. Throws 400 and 422. */
export function requireApply(config: JsonObject, target: Target, { manager }: PatchOptions): void {
  if (manager === '') {
    throw invalidOption('PatchOptions', {
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
      field: 'fieldManager',
    });
  }
  requireKind(config, target);
  requireObjectInBudget(config, target.resource);
  if (!isObject(config.metadata)) config.metadata = {};
}

function createByApply(
  api: Api,
  target: Target,
  config: JsonObject,
  merged: (live: undefined) => JsonObject,
  options: WriteOptions,
): JsonObject {
  const uid = textAt(config, 'metadata', 'uid');
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(target.resource, target.name, why);
  }
  const object = merged(undefined);
  const metadata = childOf(object, 'metadata');
  requireName(metadata, target);
  // A version is a precondition on something that exists; here nothing does.
  delete metadata.resourceVersion;
  metadata.name = target.name;
  return createApplied(api, target, object, options);
}

/** Throws 400 for a configuration of another name than the URL has. */
export function requireName(metadata: JsonObject, target: Target): void {
  const name = textAt(metadata, 'name');
  if (name === '' || name === target.name) return;
  throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
}

/** A configuration must say what it is: nothing is filled in from the URL. */
function requireKind(config: JsonObject, { resource, subresource }: Target): void {
  const [apiVersion, kind] = [textAt(config, 'apiVersion'), textAt(config, 'kind')];
  const expected = resource.subresources[subresource] ?? resource;
  if (apiVersion === groupVersion(expected) && kind === expected.kind) return;
  throw badRequest(`invalid object type: ${apiVersion || '/'}, Kind=${kind}`);
}
