import { checkTyped } from '@millrace/apply';
import { isObject, type JsonObject } from '@millrace/json';
import { applyDefaults, prune, validate } from '@millrace/schema';
import type { WriteOptions } from '../api/api.ts';
import { reportUnknownFields } from '../api/decode.ts';
import type { Resource } from '../api/resource.ts';
import { badRequest, type Cause } from '../api/status.ts';

/**
 * Bring a tree from a client to what the schema of its version knows: no unknown fields, and for custom resources
 * the defaults. Throws 400 where types do not fit a built-in kind, or where the client wants unknown fields refused.
 */
export function conform(object: JsonObject, resource: Resource, options: WriteOptions): JsonObject {
  const { schema, custom } = resource;
  if (!schema) return object;
  const { value, pruned } = prune(object, schema);
  reportUnknownFields(pruned, resource, options);
  // Definitions of built-in kinds have no defaults: there this takes away the nulls, which Go reads as absent.
  const kept = applyDefaults(isObject(value) ? value : {}, schema);
  if (custom) return kept;
  const [mistyped] = checkTyped(kept, schema);
  if (mistyped) {
    const { kind, version } = resource;
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: ${mistyped.path.replace(/^\./, '')}: ${mistyped.message}`,
    );
  }
  return kept;
}

/** Required by the published schemas, but filled in or not asked for by the API server. */
const notAsked = /(^roleRef\.apiGroup$|^spec\.serviceName$|^metadata$|\.(apiGroup|divisor)$)/;

/** What of an object breaks its schema: all of it for custom resources, missing fields for built-in kinds. */
export function schemaProblems(object: JsonObject, resource: Resource): Cause[] {
  if (!resource.schema) return [];
  const errors = validate(object, resource.schema);
  if (resource.custom) return errors;
  return errors.filter(
    ({ reason, field }) =>
      reason === 'FieldValueRequired' && !notAsked.test(field) && !field.startsWith('status'),
  );
}
