import type { Json, JsonObject } from '@millrace/json';
import { isMetaschema, type Place, type SchemaDocuments } from './documents.ts';
import { formatNamed } from './format.ts';
import { spelling } from './json-text.ts';
import { keywords } from './keywords.ts';
import { compilePattern } from './pattern.ts';
import { encodeFragment, escapeToken, lookUpPointer } from './pointer.ts';
import type { Resource, SchemaDocument } from './resource.ts';
import type { ArrayRules, ObjectRules, Schema } from './schema.ts';
import { SchemaError } from './schema-error.ts';

/** Turns places in documents into schemas, each once. */
export class Compiler {
  readonly #documents: SchemaDocuments;
  readonly #schemas = new Map<string, Schema>();
  readonly #queue: { place: Place; schema: Schema }[] = [];

  constructor(documents: SchemaDocuments) {
    this.#documents = documents;
  }

  /** The schema at a place, and all that it refers to. Throws SchemaError. */
  compile(place: Place): Schema {
    const schema = this.#at(place);
    for (let next = this.#queue.shift(); next; next = this.#queue.shift())
      this.#fill(next.schema, next.place);
    return schema;
  }

  #at({ document, pointer }: Place): Schema {
    const location = `${document.url}#${encodeFragment(pointer)}`;
    const known = this.#schemas.get(location);
    if (known !== undefined) return known;
    const schema = emptySchema(location, document.resourceAt(pointer));
    this.#schemas.set(location, schema);
    this.#queue.push({ place: { document, pointer }, schema });
    return schema;
  }

  #fill(schema: Schema, { document, pointer }: Place): void {
    const value = lookUpPointer(document.value, pointer);
    if (value === undefined) throw new SchemaError(`json-pointer in "${schema.location}" not found`);
    const resource = document.resourceAt(pointer);
    schema.resource = this.#at({ document, pointer: resource.pointer });
    if (schema.draft >= 2020 && pointer === resource.pointer) {
      for (const name of resource.dynamicAnchors) {
        const at = { document, pointer: resource.anchors.get(name)! };
        schema.dynamicAnchors.set(name, this.#at(at));
      }
    }
    if (typeof value === 'boolean') schema.always = value;
    else if (isObject(value)) {
      if (Object.keys(value).length === 0) schema.always = true;
      else new Filler(schema, value, document, pointer, resource, this.#documents, at => this.#at(at)).fill();
    }
  }
}

/** Reads the keywords of one schema. */
class Filler {
  readonly #schema: Schema;
  readonly #value: JsonObject;
  readonly #document: SchemaDocument;
  readonly #pointer: string;
  readonly #resource: Resource;
  readonly #documents: SchemaDocuments;
  readonly #at: (place: Place) => Schema;

  constructor(
    schema: Schema,
    value: JsonObject,
    document: SchemaDocument,
    pointer: string,
    resource: Resource,
    documents: SchemaDocuments,
    at: (place: Place) => Schema,
  ) {
    this.#schema = schema;
    this.#value = value;
    this.#document = document;
    this.#pointer = pointer;
    this.#resource = resource;
    this.#documents = documents;
    this.#at = at;
  }

  fill(): void {
    const schema = this.#schema;
    const { draft } = schema;
    schema.ref = this.#reference('$ref');
    // Before 2019, whatever stands beside `$ref` does not count.
    if (draft < 2019 && schema.ref !== undefined) return;
    this.#combinations();
    this.#format();
    const read = keywords(this.#value);
    schema.types = read.types();
    schema.enum = read.list('enum');
    const constant = draft >= 6 ? read.any('const') : undefined;
    schema.const =
      constant === undefined ? undefined : { value: constant, spelled: spelling(this.#value, 'const') };
    schema.object = this.#object();
    schema.array = this.#array();
    const pattern = read.text('pattern');
    schema.string = {
      minLength: read.whole('minLength'),
      maxLength: read.whole('maxLength'),
      pattern: pattern === undefined ? undefined : this.#pattern('pattern', pattern),
    };
    schema.number = read.numbers();
    if (draft >= 2019) this.#dynamics();
  }

  #combinations(): void {
    const schema = this.#schema;
    schema.allOf = this.#list('allOf');
    schema.anyOf = this.#list('anyOf');
    schema.oneOf = this.#list('oneOf');
    schema.not = this.#property('not');
    if (schema.draft < 7) return;
    const test = this.#property('if');
    if (test === undefined) return;
    schema.condition = { test, met: this.#property('then'), unmet: this.#property('else') };
  }

  /** From 2019 on formats only describe, but metaschemas mean them. */
  #format(): void {
    const { draft } = this.#schema;
    const name = keywords(this.#value).text('format');
    if (name !== undefined && (draft < 2019 || isMetaschema(this.#document.url))) {
      this.#schema.format = formatNamed(name);
    }
  }

  #object(): ObjectRules {
    const read = keywords(this.#value);
    const { draft } = this.#schema;
    return {
      minProperties: read.whole('minProperties'),
      maxProperties: read.whole('maxProperties'),
      required: read.texts('required') ?? [],
      properties: this.#map('properties'),
      patternProperties: [...this.#map('patternProperties')].map(
        ([source, schema]) => [this.#pattern('patternProperties', source), schema] as const,
      ),
      additional: read.flag('additionalProperties') ?? this.#property('additionalProperties'),
      propertyNames: draft >= 6 ? this.#property('propertyNames') : undefined,
      dependencies: this.#dependencies(),
      dependentSchemas: draft >= 2019 ? this.#map('dependentSchemas') : new Map(),
      dependentRequired: new Map(draft >= 2019 ? read.textLists('dependentRequired') : []),
      unevaluated: draft >= 2019 ? this.#property('unevaluatedProperties') : undefined,
    };
  }

  #dependencies(): Map<string, string[] | Schema> {
    const read = keywords(this.#value);
    return new Map<string, string[] | Schema>([
      ...this.#map('dependencies'),
      ...read.textLists('dependencies'),
    ]);
  }

  #array(): ArrayRules {
    const read = keywords(this.#value);
    const { draft } = this.#schema;
    const contains = draft >= 6 ? this.#property('contains') : undefined;
    const counts = draft >= 2019 && contains !== undefined;
    return {
      minItems: read.whole('minItems'),
      maxItems: read.whole('maxItems'),
      uniqueItems: read.flag('uniqueItems') ?? false,
      ...this.#items(),
      contains,
      minContains: counts ? read.whole('minContains') : undefined,
      maxContains: counts ? read.whole('maxContains') : undefined,
      unevaluated: draft >= 2019 ? this.#property('unevaluatedItems') : undefined,
    };
  }

  #items(): { prefix: Schema[]; rest: Schema | boolean | undefined } {
    if (this.#schema.draft >= 2020) {
      return { prefix: this.#list('prefixItems'), rest: this.#property('items') };
    }
    const read = keywords(this.#value);
    if (read.list('items') === undefined) return { prefix: [], rest: this.#property('items') };
    const rest = read.flag('additionalItems') ?? this.#property('additionalItems');
    return { prefix: this.#list('items'), rest };
  }

  #dynamics(): void {
    const schema = this.#schema;
    const read = keywords(this.#value);
    schema.recursiveRef = this.#reference('$recursiveRef');
    schema.recursiveAnchor = read.flag('$recursiveAnchor') ?? false;
    if (schema.draft < 2020) return;
    schema.dynamicAnchor = read.text('$dynamicAnchor');
    const target = this.#reference('$dynamicRef');
    if (target === undefined) return;
    const fragment = read.text('$dynamicRef')!.split('#')[1] ?? '';
    schema.dynamicRef = { schema: target, anchor: /^[^/]/.test(fragment) ? fragment : undefined };
  }

  #reference(keyword: string): Schema | undefined {
    const reference = keywords(this.#value).text(keyword);
    if (reference === undefined) return undefined;
    return this.#at(this.#documents.resolve(reference, this.#resource, this.#document));
  }

  #property(keyword: string): Schema | undefined {
    return Object.hasOwn(this.#value, keyword) ? this.#below(keyword) : undefined;
  }

  #list(keyword: string): Schema[] {
    const items = keywords(this.#value).list(keyword) ?? [];
    return items.map((_, at) => this.#below(keyword, String(at)));
  }

  #map(keyword: string): Map<string, Schema> {
    const map = keywords(this.#value).map(keyword) ?? {};
    return new Map(Object.keys(map).map(key => [key, this.#below(keyword, key)]));
  }

  #below(...tokens: string[]): Schema {
    const pointer = this.#pointer + tokens.map(token => `/${escapeToken(token)}`).join('');
    return this.#at({ document: this.#document, pointer });
  }

  #pattern(keyword: string, source: string): ReturnType<typeof compilePattern> {
    try {
      return compilePattern(source);
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause);
      const place = `${this.#schema.location}/${keyword}`;
      throw new SchemaError(`invalid regex ${JSON.stringify(source)} at ${place}: ${problem}`, { cause });
    }
  }
}

function emptySchema(location: string, resource: Resource): Schema {
  const schema: Omit<Schema, 'resource'> & { resource?: Schema } = {
    location,
    draft: resource.draft.version,
    dynamicAnchors: new Map(),
    recursiveAnchor: false,
    allOf: [],
    anyOf: [],
    oneOf: [],
    object: {
      required: [],
      properties: new Map(),
      patternProperties: [],
      dependencies: new Map(),
      dependentSchemas: new Map(),
      dependentRequired: new Map(),
    },
    array: { uniqueItems: false, prefix: [] },
    string: {},
    number: {},
  };
  schema.resource = schema as Schema;
  return schema as Schema;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
