import { BadJsonPatch, BadStrategicPatch, jsonPatch, mergePatch, strategicMergePatch } from '@millrace/apply';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { parseBody, parseJson } from '../api/decode.ts';
import { ApiError, badRequest, invalid, unsupportedMediaType } from '../api/status.ts';
import { textAt } from '../api/tree.ts';
import { createApplied } from './create.ts';
import { applyConfiguration } from './field-ownership.ts';
import { changeApplied, changeObject } from './update.ts';

/** An object after a write, and whether the write made it. */
export interface Written {
  readonly object: JsonObject;
  readonly created: boolean;
}

export type PatchOptions = WriteOptions & { readonly force: boolean };

/** Makes the patched object out of the current one. */
export type Patch = (current: JsonObject) => Json;

/** Patch an object by the media type of the body. Throws ApiError: 400, 404, 409, 415, 422. */
export function patchObject(
  api: Api,
  target: Target,
  body: Buffer,
  contentType: string,
  options: PatchOptions,
): Written {
  if (contentType.startsWith('application/apply-patch+')) {
    return applyObject(api, target, parseBody(body, 'application/yaml'), options);
  }
  const patch = parsePatch(target, body, contentType);
  return { object: changeObject(api, target, current => patched(patch, current), options), created: false };
}

/** Read a patch that is no server-side apply. Throws 400 and 415. */
export function parsePatch({ resource }: Target, body: Buffer, contentType: string): Patch {
  switch (contentType) {
    case 'application/json-patch+json': {
      const operations = parseJson(body);
      return current => jsonPatch(current, operations);
    }
    case 'application/merge-patch+json': {
      const patch = parseBody(body, 'application/json');
      return current => mergePatch(current, patch);
    }
    case 'application/strategic-merge-patch+json': {
      const { schema, custom } = resource;
      if (custom || !schema) throw unsupportedMediaType(patchTypes.filter(type => type !== contentType));
      const patch = parseBody(body, 'application/json');
      return current => strategicMergePatch(current, patch, schema);
    }
    default:
      throw unsupportedMediaType(patchTypes);
  }
}

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** Apply a patch; one that does not fit the object is a 422. */
export function patched(patch: Patch, current: JsonObject): JsonObject {
  try {
    const result = patch(current);
    if (isObject(result)) return result;
  } catch (error) {
    if (error instanceof BadStrategicPatch) throw badRequest(error.message);
    if (!(error instanceof BadJsonPatch)) throw error;
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
      causes: [{ reason: 'UnexpectedServerResponse', message: error.message }],
    });
  }
  throw badRequest('the patch does not leave an object');
}

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
function applyObject(api: Api, target: Target, config: JsonObject, options: PatchOptions): Written {
  const { resource } = target;
  if (options.manager === '') {
    throw invalid({ group: 'meta.k8s.io', resource: '', kind: 'PatchOptions' }, '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
        field: 'fieldManager',
      },
    ]);
  }
  requireTarget(config, target);
  const entry = api.store.get(resource.storage, target.namespace, target.name);
  if (!entry && target.subresource === '') {
    const object = applyConfiguration(api, target, undefined, config, options);
    return { object: createApplied(api, target, object, options), created: true };
  }
  const conditional =
    textAt(config, 'metadata', 'resourceVersion') !== '' || textAt(config, 'metadata', 'uid') !== '';
  const change = (live: JsonObject) => {
    const applied = applyConfiguration(api, target, live, config, options);
    return applied === live && !conditional ? undefined : applied;
  };
  return { object: changeApplied(api, target, change, options), created: false };
}

/** An applied configuration names the object that the URL means. */
function requireTarget(config: JsonObject, target: Target): void {
  const metadata = isObject(config.metadata) ? config.metadata : {};
  config.metadata = metadata;
  const name = textAt(metadata, 'name');
  if (name !== '' && name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
  if (textAt(config, 'kind') === '' || textAt(config, 'apiVersion') === '') {
    throw badRequest('kind and apiVersion must be set in an applied configuration');
  }
  metadata.name = target.name;
  if (target.namespace && textAt(metadata, 'namespace') === '') metadata.namespace = target.namespace;
}
