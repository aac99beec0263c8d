import type { Json, JsonObject } from '@millrace/json';
import { stringify } from '@millrace/yaml';
import { type Entry, entryHead } from '../store/entry.ts';
import type { Column } from '../table/column.ts';
import { columnsOf } from '../table/columns.ts';
import type { Page } from '../verbs/list.ts';
import type { Representation } from './negotiate.ts';
import { groupVersion, type Resource } from './resource.ts';
import { servedText, servedTree } from './served.ts';

/** Turns entries of one resource into the text of an answer, in the shape that the client asked for. */
export interface Renderer {
  object(tree: JsonObject): string;
  entry(entry: Entry): string;
  /** In pieces: the whole of a long list would be many times the size of what a connection takes at once. */
  list(page: Page): Iterable<string>;
  /** The object of a watch event; a Table carries its column definitions in the first one only. */
  event(entry: Entry, first: boolean): string;
}

/** `includeObject` is the parameter of Table requests: None, Metadata (default) or Object. */
export function rendererFor(
  resource: Resource,
  shape: Representation,
  includeObject: string,
  now: () => Date,
): Renderer {
  if (shape.as === 'Table') return new TableRenderer(resource, shape.version, includeObject, now);
  if (shape.as !== 'Object') return new MetadataRenderer(resource, shape.version);
  return new PlainRenderer(resource, shape.yaml);
}

class PlainRenderer implements Renderer {
  readonly #resource: Resource;
  readonly #yaml: boolean;

  constructor(resource: Resource, yaml: boolean) {
    this.#resource = resource;
    this.#yaml = yaml;
  }

  object(tree: JsonObject): string {
    return this.#yaml ? stringify(tree) : JSON.stringify(tree);
  }

  entry(entry: Entry): string {
    const text = servedText(this.#resource, entry);
    return this.#yaml ? stringify(JSON.parse(text) as Json) : text;
  }

  list(page: Page): Iterable<string> {
    const { kind } = this.#resource;
    const custom = this.#resource.custom !== undefined;
    const pieces = listPieces(`${kind}List`, custom, groupVersion(this.#resource), page, entry =>
      itemText(this.#resource, entry),
    );
    return this.#yaml ? [stringify(JSON.parse([...pieces].join('')) as Json)] : pieces;
  }

  event(entry: Entry): string {
    return servedText(this.#resource, entry);
  }
}

class MetadataRenderer implements Renderer {
  readonly #resource: Resource;
  readonly #apiVersion: string;

  constructor(resource: Resource, version: string) {
    this.#resource = resource;
    this.#apiVersion = `meta.k8s.io/${version}`;
  }

  object(tree: JsonObject): string {
    return JSON.stringify(this.#partial(tree));
  }

  entry(entry: Entry): string {
    return this.object(servedTree(this.#resource, entry));
  }

  list(page: Page): Iterable<string> {
    const text = (entry: Entry) => this.entry(entry);
    return listPieces('PartialObjectMetadataList', false, this.#apiVersion, page, text);
  }

  event(entry: Entry): string {
    return this.entry(entry);
  }

  #partial(tree: JsonObject): JsonObject {
    return { kind: 'PartialObjectMetadata', apiVersion: this.#apiVersion, metadata: tree.metadata ?? {} };
  }
}

class TableRenderer implements Renderer {
  readonly #resource: Resource;
  readonly #columns: readonly Column[];
  readonly #version: string;
  readonly #include: string;
  readonly #now: () => Date;

  constructor(resource: Resource, version: string, include: string, now: () => Date) {
    this.#resource = resource;
    this.#columns = columnsOf(resource);
    this.#version = version;
    this.#include = include;
    this.#now = now;
  }

  object(tree: JsonObject): string {
    return JSON.stringify(
      this.#table([tree], { resourceVersion: (tree.metadata as JsonObject)?.resourceVersion ?? '' }, true),
    );
  }

  entry(entry: Entry): string {
    return this.object(servedTree(this.#resource, entry));
  }

  list(page: Page): Iterable<string> {
    const trees = page.entries.map(entry => servedTree(this.#resource, entry));
    return [JSON.stringify(this.#table(trees, listMetadata(page, false), true))];
  }

  event(entry: Entry, first: boolean): string {
    const tree = servedTree(this.#resource, entry);
    return JSON.stringify(this.#table([tree], { resourceVersion: String(entry.revision) }, first));
  }

  #table(trees: JsonObject[], metadata: JsonObject, definitions: boolean): JsonObject {
    const now = this.#now();
    return {
      kind: 'Table',
      apiVersion: `meta.k8s.io/${this.#version}`,
      metadata,
      columnDefinitions: definitions
        ? this.#columns.map(({ name, type, format, priority, description }) => ({
            name,
            type,
            format,
            description: description ?? '',
            priority,
          }))
        : null,
      rows: trees.map(tree => ({
        cells: this.#columns.map(column => column.cell(tree, now)),
        ...this.#object(tree),
      })),
    };
  }

  #object(tree: JsonObject): JsonObject {
    if (this.#include === 'None') return {};
    if (this.#include === 'Object') return { object: tree };
    const { metadata = {} } = tree;
    return {
      object: { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${this.#version}`, metadata },
    };
  }
}

/** Items of a typed list do not say what they are; those of custom resources do. */
function itemText(resource: Resource, entry: Entry): string {
  const text = servedText(resource, entry);
  if (resource.custom) return text;
  const head = entryHead(resource.kind, groupVersion(resource));
  if (text.startsWith(head)) return `{${text.slice(head.length)}`;
  const { kind: _kind, apiVersion: _version, ...item } = JSON.parse(text) as JsonObject;
  return JSON.stringify(item);
}

function listMetadata(page: Page, custom: boolean): JsonObject {
  return {
    resourceVersion: String(page.revision),
    ...((page.next || custom) && { continue: page.next }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
}

function* listPieces(
  kind: string,
  custom: boolean,
  apiVersion: string,
  page: Page,
  text: (entry: Entry) => string,
): Generator<string> {
  yield `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(listMetadata(page, custom))},"items":[`;
  let comma = '';
  for (const entry of page.entries) {
    yield `${comma}${text(entry)}`;
    comma = ',';
  }
  yield ']}';
}
