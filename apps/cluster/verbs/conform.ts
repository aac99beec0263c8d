import { isObject, type JsonObject } from '@millrace/json';
import { prune } from '@millrace/schema';
import type { WriteOptions } from '../api/api.ts';
import { reportUnknownFields } from '../api/decode.ts';
import type { Resource } from '../api/resource.ts';

/** Bring a tree from a client to what the schema of its version knows. Throws 400 where the client wants it strict. */
export function conform(object: JsonObject, resource: Resource, options: WriteOptions): JsonObject {
  if (!resource.schema) return object;
  const { value, pruned } = prune(object, resource.schema);
  reportUnknownFields(pruned, resource, options);
  return isObject(value) ? value : {};
}
