import { clone, isObject, type Json, put } from '@millrace/json';
import { parseAll, resolvePlain, stringify, YamlError } from '@millrace/yaml';
import { at, BuildError } from './build-error.ts';
import { findSlots, lookUp, type Slot, splitFieldPath } from './field-path.ts';
import { Fields } from './fields.ts';
import { selects } from './gvk.ts';
import { jsonText } from './json-text.ts';
import { parseLabelSelector } from './label-selector.ts';
import { readDocuments } from './load-resources.ts';
import type { Loader } from './loader.ts';
import {
  type Replacement,
  type ReplacementOptions,
  type ReplacementSource,
  type ReplacementTarget,
  readReplacement,
  replacementItems,
} from './replacement-args.ts';
import { effectiveNamespace, idKey, printId, type Resource } from './resource.ts';
import type { ResourceList } from './resource-list.ts';
import { anchored, hintOf, type Selector } from './selector.ts';

/** The replacements that an entry stands for: itself, or those of the file that it names. */
export function readReplacements(args: Replacement, loader: Loader): Replacement[] {
  if (args.path === '') return [args];
  const file = loader.pathOf(args.path);
  return readDocuments(loader.readText(args.path), file).flatMap(({ value }) =>
    replacementItems(value).map(item => {
      const fields = new Fields(item, file);
      const replacement = readReplacement(fields);
      fields.done();
      return replacement;
    }),
  );
}

/** Copies the source's value into all fields that the targets name. */
export function replace(list: ResourceList, replacement: Replacement): void {
  if (replacement.targets.length === 0) throw new BuildError('a replacement needs targets');
  const value = sourceValue(list, replacement);
  for (const target of replacement.targets) {
    for (const resource of selectTargets(list, target)) {
      const before = idKey(resource.id);
      at({ ...resource.place, resource: printId(resource.id) }, () => write(resource, value, target));
      if (idKey(resource.id) !== before) list.idsChanged();
    }
  }
}

function sourceValue(list: ResourceList, { source, sourceValue: literal }: Replacement): Json {
  if (literal !== undefined && source !== undefined)
    throw new BuildError('source and sourceValue cannot both be given');
  if (literal !== undefined) return literal;
  if (source === undefined) throw new BuildError('a replacement needs a source');
  const resource = selectSource(list, source);
  const path = source.fieldPath || 'metadata.name';
  const value = lookUp(resource.object, splitFieldPath(path));
  if (value === undefined || value === null || isEmpty(value)) {
    throw new BuildError(`the source has no ${path}`, { resource: printId(resource.id) });
  }
  const written = typeof value === 'object' ? undefined : textAt(resource, path);
  // A number goes on as it was written: 1.10 stays 1.10 in a string.
  return part(written === undefined || written === String(value) ? value : written, source.options);
}

function textAt({ object, spellings }: Resource, path: string): string | undefined {
  const names = splitFieldPath(path);
  const holder = lookUp(object, names.slice(0, -1));
  return holder === undefined ? undefined : spellings?.textOf(holder, names.at(-1)!);
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function selectSource(list: ResourceList, source: ReplacementSource): Resource {
  const found = list
    .candidates(source)
    .filter(resource =>
      resource.allIds.some(
        id =>
          (source.name === '' || source.name === id.name) &&
          (source.namespace === '' || source.namespace === effectiveNamespace(id)) &&
          selects(source, id),
      ),
    );
  const [first] = found;
  const asked = `${source.kind || 'object'} ${source.name}`.trim();
  if (first === undefined) throw new BuildError(`the source ${asked} is not there`);
  if (found.length > 1) {
    throw new BuildError(
      `the source ${asked} could be any of ${found.map(one => printId(one.id)).join(', ')}`,
    );
  }
  return first;
}

/** One part of the source's value, where a delimiter asks for it. */
function part(value: Json, { delimiter, index }: ReplacementOptions): Json {
  if (delimiter === '') return value;
  if (typeof value === 'object') throw new BuildError('a delimiter can take apart a single value only');
  const parts = String(value).split(delimiter);
  const item = parts[index];
  if (item === undefined)
    throw new BuildError(`the value has ${parts.length} parts, there is no index ${index}`);
  return typeof value === 'string' ? item : resolvePlain(item, 'kustomize');
}

function selectTargets(list: ResourceList, target: ReplacementTarget): Resource[] {
  if (target.select === undefined) throw new BuildError('a target must select objects');
  const selected = idTest(target.select);
  const labelled = mapTest(target.select);
  const rejected = target.reject.filter(hasId).map(idTest);
  const rejectedByMap = target.reject.filter(hasMap).map(mapTest);
  return list
    .candidates(hintOf(target.select))
    .filter(
      resource =>
        labelled(resource) &&
        !rejectedByMap.some(test => test(resource)) &&
        selected(resource) &&
        !rejected.some(test => test(resource)),
    );
}

function hasMap(selector: Selector): boolean {
  return selector.labelSelector !== '' || selector.annotationSelector !== '';
}

function hasId({ group, version, kind, name, namespace }: Selector): boolean {
  return [group, version, kind, name, namespace].some(part => part !== '');
}

/** Tests all ids that a resource has and had. */
function idTest(selector: Selector): (resource: Resource) => boolean {
  const [group, version, kind, name, namespace] = [
    anchored(selector.group),
    anchored(selector.version),
    anchored(selector.kind),
    anchored(selector.name),
    anchored(selector.namespace),
  ];
  return resource =>
    resource.allIds.some(
      id =>
        group(id.group) &&
        version(id.version) &&
        kind(id.kind) &&
        name(id.name) &&
        (selector.namespace === '' || namespace(effectiveNamespace(id))),
    );
}

function mapTest(selector: Selector): (resource: Resource) => boolean {
  const labels = selector.labelSelector === '' ? undefined : parseLabelSelector(selector.labelSelector);
  const annotations =
    selector.annotationSelector === '' ? undefined : parseLabelSelector(selector.annotationSelector);
  return resource =>
    (labels === undefined || labels(resource.labels)) &&
    (annotations === undefined || annotations(resource.annotations));
}

function write(resource: Resource, value: Json, target: ReplacementTarget): void {
  const create = target.options.create ? value : undefined;
  const paths = target.fieldPaths.length === 0 ? ['metadata.name'] : target.fieldPaths;
  for (const path of paths) {
    const parts = splitFieldPath(path);
    if (writeInText(resource.object, parts, value, create)) continue;
    const slots = findSlots(resource.object, parts, create);
    if (slots.length === 0) throw new BuildError(`there is no field ${path}; options.create would make it`);
    for (const slot of slots) writeSlot(slot, value, target.options);
  }
}

function writeSlot(slot: Slot, value: Json, options: ReplacementOptions): void {
  const old = slot.get();
  const isScalar = typeof old !== 'object' || old === null;
  if (options.delimiter !== '' && !isScalar)
    throw new BuildError('a delimiter can take apart a single value only');
  const next = options.delimiter === '' ? value : joined(old, value, options);
  if (!isScalar || typeof next === 'object') slot.set(clone(next));
  else if (!slot.created) slot.set(likeOld(old, next));
  else slot.set(typeof next === 'string' ? resolvePlain(next, 'kustomize') : next);
}

/** The old value with one part replaced, or one more before (index below 0) or behind it. */
function joined(old: Json | undefined, value: Json, { delimiter, index }: ReplacementOptions): string {
  const parts = String(old ?? '').split(delimiter);
  const text = String(value);
  if (index < 0) parts.unshift(text);
  else if (index >= parts.length) parts.push(text);
  else parts[index] = text;
  return parts.join(delimiter);
}

/** kustomize keeps the type of the field and changes its text. */
function likeOld(old: Json | undefined, value: Json): Json {
  if (typeof old === 'string') return String(value);
  if (typeof old === typeof value) return value;
  const read = resolvePlain(String(value), 'kustomize');
  return typeof read === typeof old || old === null || old === undefined ? read : value;
}

/** Writes into a string that holds YAML or JSON, where a path goes on behind it; false when it does not. */
function writeInText(object: Json, parts: string[], value: Json, create: Json | undefined): boolean {
  for (let i = 1; i < parts.length; i++) {
    const text = lookUp(object, parts.slice(0, i));
    if (typeof text !== 'string') continue;
    const holder = lookUp(object, parts.slice(0, i - 1));
    const next = rewriteText(text, parts.slice(i), value, create);
    if (next === undefined || typeof holder !== 'object' || holder === null) return false;
    put(holder as Record<string, Json>, parts[i - 1]!, next);
    return true;
  }
  return false;
}

function rewriteText(
  text: string,
  path: string[],
  value: Json,
  create: Json | undefined,
): string | undefined {
  const data = parseText(text);
  if (!isObject(data)) return undefined;
  const slots = findSlots(data, path, create);
  if (slots.length === 0) return undefined;
  for (const slot of slots) writeSlot(slot, value, { delimiter: '', index: 0, create: false, encoding: '' });
  if (!/^\s*[{[]/.test(text)) return stringify(data, { keys: 'kept' }).trim();
  return text.includes('\n') && text.includes('  ') ? jsonText(sortKeys(data), 2) : jsonText(sortKeys(data));
}

/** Go's encoder sorts the keys of a map. */
function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sortKeys(value[key] as Json)]),
  );
}

function parseText(text: string): Json | undefined {
  try {
    return parseAll(text, { rules: 'kustomize' })[0];
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}
