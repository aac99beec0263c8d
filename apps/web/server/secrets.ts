import { isObject, type JsonObject } from '@millrace/json';

/** In the place of what is not to be seen. */
export const mask = '*****';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object as it may be shown: of a Secret there are the names of what it holds. What kubectl has noted down repeats the rest. */
export function withoutSecrets(object: JsonObject): JsonObject {
  const shown = withoutLastApplied(object);
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return shown;
  for (const field of ['data', 'stringData']) {
    const content = shown[field];
    if (content === undefined) continue;
    const names = isObject(content) ? Object.keys(content) : [];
    shown[field] = Object.fromEntries(names.map(name => [name, mask]));
  }
  return shown;
}

function withoutLastApplied(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (!isObject(metadata) || !isObject(metadata.annotations) || !(lastApplied in metadata.annotations))
    return { ...object };
  const { [lastApplied]: _, ...annotations } = metadata.annotations;
  const { annotations: __, ...rest } = metadata;
  const others: JsonObject = Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
  return { ...object, metadata: others };
}
