import { isObject, type JsonObject } from '@millrace/json';
import {
  applyDefaults,
  checkTypes,
  defaultKubernetes,
  kubernetes,
  missingFields,
  prune,
  type Schema,
  storedForm,
  validate,
} from '@millrace/schema';
import type { WriteOptions } from '../api/api.ts';
import { requireObjectInBudget } from '../api/budget.ts';
import { reportStrictly, Undecodable } from '../api/decode.ts';
import type { Resource } from '../api/resource.ts';
import type { Cause } from '../api/status.ts';
import { objectAt } from '../api/tree.ts';
import { rulesOf } from '../kinds/rules.ts';
import { scaleProblems } from './scale-problems.ts';

/**
 * Bring a tree from a client to what the schema of its version knows: no unknown fields, values as Go would write
 * them, and defaults. Throws 400 where types do not fit a built-in kind, or where the client wants unknown fields
 * refused, and 413 where it is too large. `nulls: 'kept'` is for what a server-side apply made: nulls in it are judged, not dropped.
 */
export function conform(
  object: JsonObject,
  resource: Resource,
  options: WriteOptions,
  nulls: 'dropped' | 'kept' = 'dropped',
): JsonObject {
  const { schema, custom } = resource;
  requireObjectInBudget(object, resource);
  if (!schema) return object;
  const { value, pruned } = prune(object, schema);
  const known = isObject(value) ? value : {};
  requireTypes(custom ? objectAt(known, 'metadata') : known, custom ? objectMeta : schema, resource);
  reportStrictly(custom ? [...pruned].sort() : pruned, resource, options);
  if (custom) return applyDefaults(known, schema, { nulls });
  const complete = defaultKubernetes(storedForm(known, schema), schema);
  rulesOf(resource.storage).converted?.(complete);
  return complete;
}

const objectMeta = kubernetes.definition('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');

function requireTypes(object: JsonObject, schema: Schema, resource: Resource): void {
  const mistyped = checkTypes(object, schema);
  if (!mistyped) return;
  const error = new Undecodable(resource, mistyped.message);
  if (mistyped.conversion !== undefined) error.conversion = mistyped.conversion;
  throw error;
}

/** Required by the published schemas, but filled in or not asked for by the API server. */
const notAsked =
  /(^roleRef\.apiGroup$|^spec\.serviceName$|^webhooks\[\d+\]\.clientConfig\.service\.|\.(apiGroup|divisor)$|\.(additionalPrinterColumns\[\d+\]\.(name|type|jsonPath)|x-kubernetes-validations\[\d+\]\.rule)$|\.httpHeaders\[\d+\]\.value$)/;

/** What of an object breaks its schema: all of it for custom resources, missing fields for built-in kinds. */
export function schemaProblems(object: JsonObject, { schema, custom, storage }: Resource): Cause[] {
  if (!schema) return [];
  if (custom) return [...validate(object, schema), ...scaleProblems(object, custom.scale)];
  const { optional = [] } = rulesOf(storage);
  return missingFields(object, schema).filter(
    ({ field }) =>
      !notAsked.test(field) && !/^(?:metadata|status)\b/.test(field) && !optional.includes(field),
  );
}
