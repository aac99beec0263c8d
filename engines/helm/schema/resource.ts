import type { Json, JsonObject } from '@millrace/json';
import { type Draft, draftNamed } from './draft.ts';
import { escapeToken, lookUpPointer, ownValue } from './pointer.ts';
import { SchemaError } from './schema-error.ts';

/** A part of a document that has a URL of its own, or the whole of it. */
export interface Resource {
  pointer: string;
  id: string;
  draft: Draft;
  /** Where the names are that references may use. */
  anchors: Map<string, string>;
  dynamicAnchors: Set<string>;
}

/** The draft that a metaschema is of, which is none of the well-known ones. Throws SchemaError. */
export type DraftOf = (metaschema: string) => Draft;

/** A JSON document of schemas: what may be referred to in it. */
export class SchemaDocument {
  readonly url: string;
  readonly value: Json;
  readonly resources = new Map<string, Resource>();
  readonly #known = new Set<string>();
  readonly #draftOf: DraftOf;

  constructor(url: string, value: Json, draft: Draft, draftOf: DraftOf) {
    this.url = url;
    this.value = value;
    this.#draftOf = draftOf;
    this.#collect(value, url, '', draft);
  }

  /** The resource that a place belongs to. */
  resourceAt(pointer: string): Resource {
    for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
      const found = this.resources.get(at);
      if (found !== undefined) return found;
    }
  }

  resourceById(id: string): Resource | undefined {
    if (id === this.url) return this.resources.get('');
    return this.resources.values().find(resource => resource.id === id);
  }

  /** The place that a fragment (decoded, without `#`) of a resource means. */
  resolve(fragment: string, resource: Resource): string {
    if (fragment === '' || fragment.startsWith('/')) return resource.pointer + fragment;
    const pointer = resource.anchors.get(fragment);
    if (pointer === undefined) {
      throw new SchemaError(`anchor in "${resource.id}#${fragment}" not found in schema "${this.url}"`);
    }
    return pointer;
  }

  /** Make a place known that no keyword led to; false if it was known. A reference may lead anywhere. */
  discover(pointer: string): boolean {
    if (this.#known.has(pointer)) return false;
    const value = lookUpPointer(this.value, pointer);
    if (value === undefined) return false;
    const base = this.resourceAt(pointer);
    this.#collect(value, base.id, pointer, base.draft);
    return true;
  }

  #collect(value: Json, base: string, pointer: string, inherited: Draft): void {
    if (this.#known.has(pointer)) return;
    this.#known.add(pointer);
    if (!isObject(value)) {
      if (pointer === '') this.resources.set('', newResource(pointer, base, inherited));
      return;
    }
    const own = this.#draft(value, inherited);
    const ownId = idOf(value, own);
    // Without an id, a $schema inside a document says nothing.
    const draft = ownId === '' && pointer !== '' ? inherited : own;
    const id = ownId === '' ? idOf(value, draft) : ownId;
    const url = id === '' ? base : joinUrl(base, id);
    if (id !== '' || pointer === '') this.resources.set(pointer, newResource(pointer, url, draft));
    const resource = this.resourceAt(pointer);
    addAnchors(value, pointer, resource, this.url);
    for (const [inside, at] of subschemas(value, pointer, draft)) this.#collect(inside, url, at, draft);
  }

  #draft(value: JsonObject, inherited: Draft): Draft {
    const named = ownValue(value, '$schema');
    if (typeof named !== 'string') return inherited;
    return draftNamed(named) ?? this.#draftOf(named.split('#')[0]!);
  }
}

function newResource(pointer: string, id: string, draft: Draft): Resource {
  return { pointer, id, draft, anchors: new Map(), dynamicAnchors: new Set() };
}

/** Before 2019, whatever stands beside `$ref` does not count. */
function isReference(value: JsonObject, { version }: Draft): boolean {
  return version < 2019 && Object.hasOwn(value, '$ref');
}

function idOf(value: JsonObject, draft: Draft): string {
  const id = isReference(value, draft) ? undefined : ownValue(value, draft.id);
  return typeof id === 'string' ? id.split('#')[0]! : '';
}

function addAnchors(value: JsonObject, pointer: string, resource: Resource, url: string): void {
  const add = (name: Json | undefined) => {
    if (typeof name !== 'string') return false;
    const other = resource.anchors.get(name);
    if (other !== undefined && other !== pointer) {
      throw new SchemaError(`duplicate anchor "${name}" in "${url}" at "${other}" and "${pointer}"`);
    }
    resource.anchors.set(name, pointer);
    return true;
  };
  const { draft } = resource;
  if (draft.version < 2019) {
    const id = isReference(value, draft) ? undefined : ownValue(value, draft.id);
    const fragment = typeof id === 'string' ? decodeFragment(id) : '';
    if (fragment !== '' && !fragment.startsWith('/')) add(fragment);
    return;
  }
  add(ownValue(value, '$anchor'));
  const dynamic = draft.version >= 2020 ? ownValue(value, '$dynamicAnchor') : undefined;
  if (add(dynamic)) resource.dynamicAnchors.add(dynamic as string);
}

function* subschemas(value: JsonObject, pointer: string, draft: Draft): Generator<[Json, string]> {
  for (const keyword of draft.schemas) {
    const inside = ownValue(value, keyword);
    if (inside !== undefined && !Array.isArray(inside)) yield [inside, `${pointer}/${keyword}`];
  }
  for (const keyword of draft.lists) {
    const inside = ownValue(value, keyword);
    if (!Array.isArray(inside)) continue;
    for (const [at, item] of inside.entries()) yield [item, `${pointer}/${keyword}/${at}`];
  }
  for (const keyword of draft.maps) {
    const inside = ownValue(value, keyword);
    if (inside === undefined || !isObject(inside)) continue;
    for (const key of Object.keys(inside)) yield [inside[key]!, `${pointer}/${keyword}/${escapeToken(key)}`];
  }
}

/** The part of a reference behind `#`, decoded. */
export function decodeFragment(reference: string): string {
  const hash = reference.indexOf('#');
  if (hash < 0) return '';
  try {
    return decodeURIComponent(reference.slice(hash + 1));
  } catch (cause) {
    throw new SchemaError(`error in parsing "${reference}": invalid URL escape`, { cause });
  }
}

/** The URL that a reference means, seen from another; its fragment is left out. */
export function joinUrl(base: string, reference: string): string {
  const target = reference.split('#')[0]!;
  if (target === '') return base;
  try {
    return new URL(target, base).href;
  } catch (cause) {
    throw new SchemaError(`error in parsing "${reference}": no URL beside "${base}"`, { cause });
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
