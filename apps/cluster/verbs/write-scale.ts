import type { JsonObject } from '@millrace/json';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { type Body, parseConfiguration, reportInConfiguration, scheme, Undecodable } from '../api/decode.ts';
import { ApiError, badRequest } from '../api/status.ts';
import { objectAt } from '../api/tree.ts';
import { applyConfiguration, recordUpdate } from './field-ownership.ts';
import { type PatchOptions, parsePatch, patched, readable, requireApply, requireName } from './patch.ts';
import { changeScale, completeScale, scaleTarget } from './scale.ts';

/** Replace the Scale of an object. Throws 400, 404, 409, 422. */
export function replaceScale(api: Api, target: Target, body: Body, options: WriteOptions): JsonObject {
  const how = { ...options, textProblems: body.textProblems };
  try {
    return changeScale(api, target, before => recorded(api, target, body.object, before, how), options);
  } catch (error) {
    if (target.resource.custom && error instanceof Undecodable) throw badRequest(`${unregistered} ${scheme}`);
    throw error;
  }
}

/** How upstream, which cannot name the kind of such a Scale, tells of all that it cannot read. */
const unregistered = 'no kind is registered for the type v1.Scale in scheme';

/** Patch or apply the Scale of an object by the media type of the body. Throws 400, 404, 409, 415, 422. */
export function patchScale(
  api: Api,
  target: Target,
  body: Buffer,
  contentType: string,
  options: PatchOptions,
): JsonObject {
  if (contentType.startsWith('application/apply-patch+')) return applyScale(api, target, body, options);
  const patch = parsePatch(scaleTarget(target), body, contentType, target.resource.custom === undefined);
  const how = { ...options, textProblems: patch.textProblems };
  return readable(patch, made =>
    changeScale(
      api,
      target,
      before => recorded(api, target, made(patched(patch, before)), before, how),
      options,
    ),
  );
}

function recorded(
  api: Api,
  target: Target,
  scale: JsonObject,
  before: JsonObject,
  options: WriteOptions,
): JsonObject {
  const complete = completeScale(api, target, scale, options);
  // Upstream cannot tell what was written to the Scale of a custom resource: its replicas are nobody's then.
  if (target.resource.custom) return { ...complete, metadata: withoutManagers(complete) };
  return recordUpdate(api, scaleTarget(target), complete, before, options);
}

function withoutManagers(scale: JsonObject): JsonObject {
  const { managedFields: _managers, ...metadata } = objectAt(scale, 'metadata');
  return metadata;
}

function applyScale(api: Api, target: Target, body: Buffer, options: PatchOptions): JsonObject {
  const { object, textProblems } = parseConfiguration(body);
  requireApply(object, target, options);
  const how = { ...options, force: options.force === true };
  const change = (before: JsonObject) => {
    if (target.resource.custom) throw new ApiError(500, '', notApplicable);
    requireName(objectAt(object, 'metadata'), target);
    const applied = applyConfiguration(api, scaleTarget(target), before, object, how);
    reportInConfiguration(textProblems, options);
    return completeScale(api, target, applied, options);
  };
  return changeScale(api, target, change, options);
}

/** The field manager of custom resources knows their own versions only. kube-apiserver 1.36 answers so. */
const notApplicable =
  'failed to create manager for existing fields: failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1';
