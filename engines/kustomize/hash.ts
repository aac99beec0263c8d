import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { ResourceList } from './resource-list.ts';

/** Adds the hash of its content to the name of every resource that a generator made, unless it opted out. */
export function addHashes(list: ResourceList): void {
  for (const resource of list.resources) {
    if (!resource.needsHash) continue;
    resource.rememberId();
    resource.name = `${resource.name}-${hashOf(resource.object)}`;
  }
  list.idsChanged();
}

// Digits and vowels are replaced, so that no hash spells a word; as kubectl does it.
const letters: Record<string, string> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/** The ten characters that kustomize appends to the name of a ConfigMap, a Secret or another object. */
export function hashOf(object: JsonObject): string {
  const text = goJson(hashed(object));
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return [...hex].map(char => letters[char] ?? char).join('');
}

function hashed(object: JsonObject): JsonObject {
  // kustomize looks the name up under a path that no object has: it is always empty.
  const content: JsonObject = { kind: object.kind as Json, name: '', data: object.data ?? '' };
  if (object.kind === 'ConfigMap') return withMap(content, object, 'binaryData');
  if (object.kind !== 'Secret') return object;
  content.type = object.type ?? '';
  return withMap(content, object, 'stringData');
}

function withMap(content: JsonObject, object: JsonObject, field: string): JsonObject {
  return isObject(object[field]) ? { ...content, [field]: object[field] } : content;
}

/** JSON as Go's encoding/json writes it: keys sorted by bytes, HTML characters escaped. */
function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (!isObject(value)) return goScalar(value);
  const keys = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${keys.map(key => `${goScalar(key)}:${goJson(value[key] as Json)}`).join(',')}}`;
}

function goScalar(value: Json): string {
  // A whole number beyond 2^53 is a bigint (see @millrace/yaml, ReadOptions.integers).
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
