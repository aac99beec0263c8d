import { isObject, type JsonObject } from '@millrace/json';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { parseBody } from '../api/decode.ts';
import { badRequest, invalid, unsupportedMediaType } from '../api/status.ts';
import { textAt } from '../api/tree.ts';
import { fromStorage } from '../kinds/conversion.ts';
import { read } from '../store/entry.ts';
import { createApplied } from './create.ts';
import { applyConfiguration } from './field-ownership.ts';
import { changeApplied } from './update.ts';

/** An object after a write, and whether the write made it. */
export interface Written {
  readonly object: JsonObject;
  readonly created: boolean;
}

/** Patch an object by the media type of the body. Throws ApiError: 400, 404, 409, 415, 422. */
export function patchObject(
  api: Api,
  target: Target,
  body: Buffer,
  contentType: string,
  options: WriteOptions & { readonly force: boolean },
): Written {
  switch (contentType) {
    case 'application/apply-patch+yaml':
    case 'application/apply-patch+json':
      return applyObject(api, target, parseBody(body, contentType), options);
    default:
      throw unsupportedMediaType(['application/apply-patch+yaml']);
  }
}

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
function applyObject(
  api: Api,
  target: Target,
  config: JsonObject,
  options: WriteOptions & { readonly force: boolean },
): Written {
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
  const change = (live: JsonObject) => {
    const applied = applyConfiguration(api, target, live, config, options);
    return applied === live ? fromStorage(resource, read(entry!)) : applied;
  };
  return { object: changeApplied(api, target, change, options), created: false };
}

/** An applied configuration names the object that the URL means. */
function requireTarget(config: JsonObject, target: Target): void {
  if (!isObject(config.metadata)) config.metadata = {};
  const name = textAt(config, 'metadata', 'name');
  if (name === '') (config.metadata as JsonObject).name = target.name;
  else if (name !== target.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  if (textAt(config, 'kind') === '' || textAt(config, 'apiVersion') === '') {
    throw badRequest('kind and apiVersion must be set in an applied configuration');
  }
  if (target.namespace && textAt(config, 'metadata', 'namespace') === '') {
    (config.metadata as JsonObject).namespace = target.namespace;
  }
}
