import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type Document, parseDocuments, type ReadOptions, YamlError } from '@millrace/yaml';
import { BuildError, type Place } from './build-error.ts';
import { type EmptyKeys, Resource } from './resource.ts';
import { Spellings } from './spellings.ts';

/**
 * The resources in the text of a file, lists (`kind: …List` with items) taken apart. Scalars are read as
 * kustomize reads them. @throws BuildError for malformed YAML and for what is no Kubernetes object
 */
export function loadResources(text: string, file: string): Resource[] {
  const emptyKeys: EmptyKeys = new Map();
  const spellings = new Spellings();
  const onPlainValue = (map: JsonObject, key: string, plain: string) => {
    if (plain === '' && map[key] === null) addEmpty(emptyKeys, map, key);
    else spellings.note(map, key, plain);
  };
  return readDocuments(text, file, { onPlainValue }).flatMap(({ value, line }) => {
    if (value === null || (isObject(value) && Object.keys(value).length === 0)) return [];
    return expandLists(value, { file, line }).map(object => {
      const resource = new Resource(object, { file, line });
      if (emptyKeys.size > 0) resource.emptyKeys = emptyKeys;
      if (!spellings.isEmpty) resource.spellings = spellings;
      spellings.writeAnnotations(object);
      return resource;
    });
  });
}

/** The documents of a text as kustomize reads them; whole numbers stay exact. */
export function readDocuments(
  text: string,
  file: string,
  options: Pick<ReadOptions, 'onPlainValue' | 'duplicates' | 'onDuplicate'> = {},
): Document[] {
  try {
    return parseDocuments(text, { source: file, rules: 'kustomize', integers: 'exact', ...options });
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new BuildError(cause.problem, { file, line: cause.line }, { cause });
  }
}

function addEmpty(emptyKeys: EmptyKeys, map: JsonObject, key: string): void {
  const keys = emptyKeys.get(map);
  if (keys === undefined) emptyKeys.set(map, new Set([key]));
  else keys.add(key);
}

function expandLists(value: Json, place: Place): JsonObject[] {
  const object = requireObject(value, place);
  const kind = object.kind as string;
  if (!kind.endsWith('List') || !Object.hasOwn(object, 'items')) return [object];
  if (object.items === null) return [];
  if (!Array.isArray(object.items)) throw new BuildError(`items of a ${kind} must be a list`, place);
  return object.items.flatMap(item => expandLists(item, place));
}

function requireObject(value: Json, place: Place): JsonObject {
  if (!isObject(value)) throw new BuildError('a Kubernetes object must be a map', place);
  const { kind, metadata } = value;
  if (typeof kind !== 'string' || kind === '') throw new BuildError('kind is missing', place);
  const name = isObject(metadata) ? metadata.name : undefined;
  if (!kind.endsWith('List') && (name === undefined || name === null || name === '')) {
    throw new BuildError('metadata.name is missing', { ...place, resource: kind });
  }
  for (const map of ['labels', 'annotations'])
    requireStringMap(metadata, map, { ...place, resource: `${kind} ${name}` });
  return value;
}

function requireStringMap(metadata: Json | undefined, name: string, place: Place): void {
  const map = isObject(metadata) ? metadata[name] : undefined;
  if (map === undefined || map === null) return;
  if (!isObject(map)) throw new BuildError(`metadata.${name} must be a map`, place);
  for (const [key, value] of Object.entries(map)) {
    if (typeof value === 'object' && value !== null) {
      throw new BuildError(`metadata.${name}.${key} must be a string`, place);
    }
  }
}
