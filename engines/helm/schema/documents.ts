import type { Json } from '@millrace/json';
import { type Draft, draftNamed, latestDraft } from './draft.ts';
import metaschemas from './metaschemas.json' with { type: 'json' };
import { ownValue } from './pointer.ts';
import { decodeFragment, joinUrl, type Resource, SchemaDocument } from './resource.ts';
import { SchemaError } from './schema-error.ts';

/**
 * Gives the JSON of a schema by its URL, from wherever the caller has it; undefined for one that it does not know.
 * Throws SchemaError, with the reason, for one that it could not get.
 */
export type ResolveSchema = (url: string) => Json | undefined;

/** A schema's place: its document, and the JSON pointer in it. */
export interface Place {
  document: SchemaDocument;
  pointer: string;
}

/** The metaschemas of json-schema.org, which are always there. */
const known = new Map<string, Json>(Object.entries(metaschemas as unknown as { [url: string]: Json }));

export function isMetaschema(url: string): boolean {
  return /^https?:\/\/json-schema\.org\//.test(url);
}

/** All documents that take part, each loaded when it is referred to. */
export class SchemaDocuments {
  readonly #documents = new Map<string, SchemaDocument>();
  readonly #resolve: ResolveSchema;
  readonly #added: (document: SchemaDocument, pointer: string) => void;

  /** `added` is told of each document, and of places in them that only a reference leads to: it may refuse them. */
  constructor(resolve: ResolveSchema, added: (document: SchemaDocument, pointer: string) => void) {
    this.#resolve = resolve;
    this.#added = added;
  }

  add(url: string, value: Json): SchemaDocument {
    const document = new SchemaDocument(url, value, latestDraft, metaschema => this.#draftOf(metaschema, []));
    if (!isMetaschema(url)) this.#added(document, '');
    this.#documents.set(url, document);
    return document;
  }

  /** The place that a reference means, seen from a resource. Throws SchemaError where there is none. */
  resolve(reference: string, from: Resource, document: SchemaDocument): Place {
    const url = joinUrl(from.id, reference);
    const fragment = decodeFragment(reference);
    const resource = document.resourceById(url);
    if (resource !== undefined) return this.#placeIn(document, resource, fragment);
    const other = this.load(url);
    return this.#placeIn(other, other.resourceAt(''), fragment);
  }

  load(url: string): SchemaDocument {
    return this.#documents.get(url) ?? this.add(url, this.#read(url));
  }

  #placeIn(document: SchemaDocument, resource: Resource, fragment: string): Place {
    const pointer = document.resolve(fragment, resource);
    if (document.discover(pointer) && !isMetaschema(document.url)) this.#added(document, pointer);
    return { document, pointer };
  }

  #read(url: string): Json {
    const found = known.get(url.replace(/^https?:\/\/json-schema\.org\/schema$/, latestDraft.url));
    if (found !== undefined) return found;
    const given = this.#given(url);
    if (given !== undefined) return given;
    // Helm lets everything pass that an unresolved URN stands for.
    if (url.startsWith('urn:')) return true;
    throw new SchemaError(`failing loading "${url}": ${whyNot(url)}`);
  }

  #given(url: string): Json | undefined {
    try {
      return this.#resolve(url);
    } catch (cause) {
      if (!(cause instanceof SchemaError)) throw cause;
      throw new SchemaError(`failing loading "${url}": ${cause.message}`, { cause });
    }
  }

  /** Follows metaschemas of others to a draft. */
  #draftOf(url: string, before: string[]): Draft {
    if (before.includes(url)) throw new SchemaError(`cycle in resolving $schema in "${url}"`);
    const value = this.#read(url);
    const named =
      typeof value === 'object' && value !== null && !Array.isArray(value) && ownValue(value, '$schema');
    if (typeof named !== 'string') return latestDraft;
    return draftNamed(named) ?? this.#draftOf(named.split('#')[0]!, [...before, url]);
  }
}

function whyNot(url: string): string {
  if (url.startsWith('file:'))
    return `open ${decodeURIComponent(new URL(url).pathname)}: no such file or directory`;
  if (/^https?:/.test(url)) return 'it is not at hand; put what it refers to into the schema itself';
  return `no URLLoader registered for "${url}"`;
}
