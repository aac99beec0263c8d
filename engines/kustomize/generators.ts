import { isUtf8 } from 'node:buffer';
import { isObject, type JsonObject, put } from '@millrace/json';
import { BuildError } from './build-error.ts';
import type { GeneratorArgs, GeneratorOptions } from './generator-args.ts';
import { loadKeyValues, type ReadFile } from './key-values.ts';
import { originAnnotation } from './origin.ts';
import { printId, Resource } from './resource.ts';
import type { ResourceList } from './resource-list.ts';

export function generateConfigMap(
  args: GeneratorArgs,
  options: GeneratorOptions,
  read: ReadFile,
  file: string,
): Resource {
  const object = newObject('ConfigMap', args, options);
  for (const [key, value] of sorted(loadKeyValues(args, read))) {
    if (isUtf8(value))
      putEntry(object, 'data', key, new TextDecoder('utf-8', { ignoreBOM: true }).decode(value));
    else putEntry(object, 'binaryData', key, base64(value));
  }
  return generated(object, args, options, file);
}

export function generateSecret(
  args: GeneratorArgs,
  options: GeneratorOptions,
  read: ReadFile,
  file: string,
): Resource {
  const object = { ...newObject('Secret', args, options), data: {}, type: args.type || 'Opaque' };
  for (const [key, value] of sorted(loadKeyValues(args, read))) putEntry(object, 'data', key, base64(value));
  return generated(object, args, options, file);
}

function sorted(data: Map<string, Uint8Array>): [string, Uint8Array][] {
  return [...data].sort(([a], [b]) => (a < b ? -1 : 1));
}

function putEntry(object: JsonObject, field: string, key: string, value: string): void {
  if (!isObject(object[field])) object[field] = {};
  put(object[field] as JsonObject, key, value);
}

function newObject(kind: string, args: GeneratorArgs, options: GeneratorOptions): JsonObject {
  if (args.name === '') throw new BuildError(`a generated ${kind} needs a name`);
  const metadata: JsonObject = { name: args.name };
  if (args.namespace !== '') metadata.namespace = args.namespace;
  if (Object.keys(options.labels).length > 0) metadata.labels = { ...options.labels };
  if (Object.keys(options.annotations).length > 0) metadata.annotations = { ...options.annotations };
  return { apiVersion: 'v1', kind, metadata, ...(options.immutable ? { immutable: true } : {}) };
}

function generated(
  object: JsonObject,
  args: GeneratorArgs,
  options: GeneratorOptions,
  file: string,
): Resource {
  const resource = new Resource(object, { file });
  resource.isGenerated = true;
  resource.behavior = args.behavior;
  resource.needsHash = !options.disableNameSuffixHash;
  return resource;
}

const base64Line = 70;

/** Base64 in lines of 70 characters, each with its newline, where it is longer; as kustomize writes it. */
function base64(value: Uint8Array): string {
  const text = Buffer.from(value).toString('base64');
  if (text.length < base64Line) return text;
  return text.replace(/.{1,70}/g, '$&\n');
}

/** Adds a generated resource: a new one, or in the place of the one with its id, by its behavior. */
export function absorb(list: ResourceList, resource: Resource): void {
  const found = list.withAnyId(resource.id);
  const id = printId(resource.id);
  if (found.length > 1)
    throw new BuildError(`${found.length} resources could be merged with ${id}`, { resource: id });
  const old = found[0];
  if (old === undefined) {
    if (resource.behavior !== 'create') {
      throw new BuildError(`there is no ${id} to ${resource.behavior}`, { resource: id });
    }
    list.append(resource);
    return;
  }
  if (resource.behavior === 'create') {
    throw new BuildError(`${id} is there already: give the generator the behavior merge or replace`, {
      resource: id,
    });
  }
  takeOver(resource, old);
  list.replace(old, resource);
}

/** Gives a generated resource the identity of the one that it takes the place of. */
function takeOver(resource: Resource, old: Resource): void {
  mergeMaps(resource.metadata(), old.metadata(), ['labels', 'annotations']);
  const origin = old.annotations[originAnnotation];
  if (resource.behavior === 'merge' && typeof origin === 'string')
    resource.setAnnotation(originAnnotation, origin);
  if (resource.behavior === 'merge') mergeMaps(resource.object, old.object, ['data', 'binaryData']);
  resource.name = old.name;
  if (old.namespace === '') delete resource.metadata().namespace;
  else resource.metadata().namespace = old.namespace;
  resource.previous = [...old.previous];
  resource.prefixes = [...old.prefixes];
  resource.suffixes = [...old.suffixes];
  resource.vars = [...old.vars];
  resource.needsHash &&= old.needsHash;
  resource.behavior = old.behavior;
}

function mergeMaps(into: JsonObject, from: JsonObject, fields: string[]): void {
  for (const field of fields) {
    const base = from[field];
    if (!isObject(base)) continue;
    const own = into[field];
    into[field] = { ...base, ...(isObject(own) ? own : {}) };
  }
}
