import { jsonPatch } from '@millrace/apply';
import type { Json } from '@millrace/json';
import { entityTooLarge } from './status.ts';

/** Source of the number: kube-apiserver. */
const mostOperations = 10_000;

/** Apply a JSON patch of no more operations than Kubernetes takes. Throws 413, and BadJsonPatch. */
export function boundedJsonPatch(target: Json, patch: Json): Json {
  if (Array.isArray(patch) && patch.length > mostOperations)
    throw entityTooLarge(
      `The allowed maximum operations in a JSON patch is ${mostOperations}, got ${patch.length}`,
    );
  return jsonPatch(target, patch);
}
