import { clone, type JsonObject } from '@millrace/json';
import { asJson, type KubeObject } from '@millrace/kube';
import { applyDefaults, fromStructural, type Schema, validate } from '@millrace/schema';
import { rootSchema } from './custom-resource-definition.ts';
import type { Kind, ResourceOf } from './kind.ts';

/** An object does not have the shape of its kind. The message names each field. */
export class InvalidResourceError extends Error {
  override readonly name = 'InvalidResourceError';
}

const schemas = new WeakMap<Kind, Schema>();

/**
 * Parse an object that came from a cluster, or a file, as one of a kind: defaults are filled in, every field is
 * checked. Throws InvalidResourceError with the path and the reason of each field that is wrong.
 */
export function parseResource<K extends Kind>(kind: K, object: KubeObject): ResourceOf<K> {
  const schema = schemas.get(kind) ?? fromStructural(rootSchema(kind));
  schemas.set(kind, schema);
  const value = applyDefaults(clone(asJson(object)), schema) as JsonObject;
  const errors = validate(value, schema);
  if (errors.length > 0) {
    const fields = errors.map(error => `${error.field}: ${error.message}`).join('; ');
    throw new InvalidResourceError(`${kind.kind} ${object.metadata.name} is invalid: ${fields}`);
  }
  return value as unknown as ResourceOf<K>;
}
