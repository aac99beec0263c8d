import { BadJsonPatch, BadStrategicPatch, jsonPatch, mergePatch, strategicMergePatch } from '@millrace/apply';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { parseConfiguration, parsePatchText, Undecodable } from '../api/decode.ts';
import { goPrint } from '../api/go-print.ts';
import { groupVersion } from '../api/resource.ts';
import {
  ApiError,
  badRequest,
  conflict,
  invalid,
  invalidOption,
  unsupportedMediaType,
} from '../api/status.ts';
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
  readonly textProblems: readonly string[];
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
    return applyObject(api, target, parseConfiguration(body), options);
  }
  const patch = parsePatch(target, body, contentType);
  if (options.force !== undefined) {
    throw invalidOption('PatchOptions', {
      reason: 'FieldValueForbidden',
      message: 'Forbidden: may not be specified for non-apply patch',
      field: 'force',
    });
  }
  let made: Json = null;
  const change = (current: JsonObject) => {
    const result = patched(patch, current);
    made = result;
    return { ...result };
  };
  try {
    const how = { ...options, textProblems: patch.textProblems };
    return { object: changeObject(api, target, change, how), created: false };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    throw unreadable(patch.quote(made), error.why);
  }
}

/** What the patch makes cannot be read as the kind. Upstream names neither kind nor object here. */
function unreadable(quoted: string, why: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(quoted)}: ${why}`;
  return invalid({ group: '', resource: '', kind: '' }, '', [
    { reason: 'FieldValueInvalid', message, field: 'patch' },
  ]);
}

/** Read a patch that is no server-side apply. Throws 400 and 415. */
export function parsePatch({ resource }: Target, body: Buffer, contentType: string): Patch {
  const asMade = (made: Json) => JSON.stringify(made);
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
      const { schema, custom } = resource;
      if (custom || !schema)
        throw unsupportedMediaType([
          'application/json-patch+json',
          'application/merge-patch+json',
          'application/apply-patch+yaml',
        ]);
      const { value, textProblems } = parsePatchText(body, 'object');
      const apply = (current: JsonObject) => strategicMergePatch(current, value as JsonObject, schema);
      return { apply, textProblems, quote: () => goPrint(value) };
    }
    default:
      throw unsupportedPatch();
  }
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
    if (!(error instanceof BadJsonPatch)) throw error;
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
  throw badRequest('the patch does not leave an object');
}

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
function applyObject(api: Api, target: Target, config: JsonObject, options: PatchOptions): Written {
  const { resource } = target;
  if (options.manager === '') {
    throw invalidOption('PatchOptions', {
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
      field: 'fieldManager',
    });
  }
  requireKind(config, target);
  if (!isObject(config.metadata)) config.metadata = {};
  const how = { ...options, force: options.force === true };
  const entry = api.store.get(resource.storage, target.namespace, target.name);
  if (!entry && target.subresource === '') {
    return { object: createByApply(api, target, config, how), created: true };
  }
  const conditional =
    textAt(config, 'metadata', 'resourceVersion') !== '' || textAt(config, 'metadata', 'uid') !== '';
  const change = (live: JsonObject) => {
    const applied = applyConfiguration(api, target, live, config, how);
    return applied === live && !conditional ? undefined : applied;
  };
  return { object: changeApplied(api, target, change, options), created: false };
}

function createByApply(
  api: Api,
  target: Target,
  config: JsonObject,
  options: WriteOptions & { readonly force: boolean },
): JsonObject {
  const uid = textAt(config, 'metadata', 'uid');
  if (uid) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(target.resource, target.name, why);
  }
  const object = applyConfiguration(api, target, undefined, config, options);
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
