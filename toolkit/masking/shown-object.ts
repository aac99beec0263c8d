import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import { hiddenFields, mask, withoutContent } from './masking.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object as it may be shown: of a Secret, and of a ConfigMap in which helm keeps a release (manifest and values,
 * Secrets among them), there are the names of what it holds; of bytes their number. What kubectl has noted down repeats
 * the rest.
 */
export function shownObject(object: JsonObject): JsonObject {
  const shown = withoutContent(withoutLastApplied(object));
  if (object.kind !== 'ConfigMap' || object.apiVersion !== 'v1') return shown;
  const isRelease = isHelmStorage(object);
  const { data, binaryData } = shown;
  return {
    ...shown,
    ...(isRelease && isObject(data) ? { data: eachAs(data, () => mask) } : {}),
    ...(isObject(binaryData) ? { binaryData: eachAs(binaryData, isRelease ? () => mask : sizeOf) } : {}),
  };
}

/** helm's drivers label what they store (helm.sh/helm/v4/pkg/storage/driver). */
function isHelmStorage({ metadata }: JsonObject): boolean {
  return isObject(metadata) && isObject(metadata.labels) && metadata.labels.owner === 'helm';
}

const eachAs = (data: JsonObject, show: (value: Json) => string): JsonObject =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, show(value as Json)]));

const sizeOf = (value: Json) =>
  typeof value === 'string' ? `(${Buffer.byteLength(value, 'base64')} bytes)` : mask;

/** Two states of an object as they may be shown: what a Secret holds is another, or not, and nothing tells which. */
export function maskedPair(before: JsonObject, after: JsonObject): [before: JsonObject, after: JsonObject] {
  const pair: [JsonObject, JsonObject] = [shownObject(before), shownObject(after)];
  for (const field of hiddenFields(after) ?? []) {
    const [old, next] = [before[field], after[field]];
    if (!isObject(old) || !isObject(next)) continue;
    for (const [name, value] of Object.entries(next)) {
      if (!Object.hasOwn(old, name) || equal(old[name] as Json, value as Json)) continue;
      markIn(pair[0], field, name, 'before');
      markIn(pair[1], field, name, 'after');
    }
  }
  return pair;
}

function markIn(object: JsonObject, field: string, name: string, when: string): void {
  const content = object[field];
  if (isObject(content)) content[name] = `${mask} (${when})`;
}

function withoutLastApplied(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (!isObject(metadata) || !isObject(metadata.annotations) || !(lastApplied in metadata.annotations))
    return object;
  const { [lastApplied]: _, ...annotations } = metadata.annotations;
  const { annotations: __, ...rest } = metadata;
  const others: JsonObject = Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
  return { ...object, metadata: others };
}
