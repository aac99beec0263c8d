import { isObject, type Json, type JsonObject } from '@millrace/json';

export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/** One rule of `x-kubernetes-validations`, kept as data for a CEL engine. */
export type ValidationRule = {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
};

/**
 * What is known of a value, the same for built-in kinds (OpenAPI v2 definitions) and custom resources
 * (structural schemas). Children are made when first asked for and keep their identity, so that recursive
 * definitions cost nothing and a schema can be the key of a WeakMap.
 */
export interface Schema {
  /** Name of the OpenAPI definition that this node is, e.g. `io.k8s.api.core.v1.Container`; built-ins only. */
  readonly definition: string | undefined;
  /** Undefined where any type goes, and for `intOrString`. */
  readonly type: SchemaType | undefined;
  readonly format: string | undefined;
  readonly nullable: boolean;
  /** Known fields; undefined when the schema names none. */
  readonly properties: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties: Schema | boolean | undefined;
  readonly items: Schema | undefined;
  readonly required: readonly string[];
  readonly enum: readonly Json[] | undefined;
  readonly pattern: string | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly uniqueItems: boolean;
  readonly minProperties: number | undefined;
  readonly maxProperties: number | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf: number | undefined;
  readonly default: Json | undefined;
  /** Value validations: they restrict, they never declare fields. */
  readonly allOf: readonly Schema[];
  readonly anyOf: readonly Schema[];
  readonly oneOf: readonly Schema[];
  readonly not: Schema | undefined;
  readonly intOrString: boolean;
  readonly preserveUnknownFields: boolean;
  /**
   * What an object is read as where any value goes by the published schema, because the Go type reads itself. It
   * drops what it does not know without a word.
   */
  readonly readsAs: Schema | undefined;
  readonly embeddedResource: boolean;
  /** Undefined means atomic to server-side apply. */
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  /** Undefined means granular to server-side apply. */
  readonly mapType: 'granular' | 'atomic' | undefined;
  readonly patchMergeKey: string | undefined;
  readonly patchStrategy: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly validations: readonly ValidationRule[];
  /** The schema as it was written, for publishing. */
  readonly raw: JsonObject;
}

/** Finds the definition that a `$ref` points to. */
export type Resolve = (ref: string) => Schema;

/** Raw facts that a field's place adds to a definition, and that a `$ref` would otherwise hide. */
export type NodeOptions = {
  readonly definition?: string;
  readonly children?: Children;
  readonly readsAs?: (() => Schema) | undefined;
};
type Children = (raw: JsonObject, child: (raw: Json) => Schema) => Record<string, Schema> | undefined;

/** Turns raw OpenAPI into a schema node; the raw text must have been checked before. */
export function schemaNode(raw: JsonObject, resolve: Resolve, options: NodeOptions = {}): Schema {
  return new SchemaNode(raw, resolve, options);
}

class SchemaNode implements Schema {
  readonly raw: JsonObject;
  readonly definition: string | undefined;
  readonly type: SchemaType | undefined;
  readonly format: string | undefined;
  readonly nullable: boolean;
  readonly required: readonly string[];
  readonly enum: readonly Json[] | undefined;
  readonly pattern: string | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly uniqueItems: boolean;
  readonly minProperties: number | undefined;
  readonly maxProperties: number | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf: number | undefined;
  readonly default: Json | undefined;
  readonly intOrString: boolean;
  readonly preserveUnknownFields: boolean;
  readonly embeddedResource: boolean;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'granular' | 'atomic' | undefined;
  readonly patchMergeKey: string | undefined;
  readonly patchStrategy: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly #resolve: Resolve;
  readonly #readsAs: (() => Schema) | undefined;
  readonly #children: Children;
  #properties: Record<string, Schema> | undefined | null = null;
  #additionalProperties: Schema | boolean | undefined | null = null;
  #items: Schema | undefined | null = null;
  #allOf: readonly Schema[] | undefined;
  #anyOf: readonly Schema[] | undefined;
  #oneOf: readonly Schema[] | undefined;
  #not: Schema | undefined | null = null;

  constructor(raw: JsonObject, resolve: Resolve, options: NodeOptions) {
    this.raw = raw;
    this.#resolve = resolve;
    this.#readsAs = options.readsAs;
    this.#children = options.children ?? declaredFields;
    this.definition = options.definition;
    this.intOrString = raw['x-kubernetes-int-or-string'] === true || raw.format === 'int-or-string';
    this.type = this.intOrString ? undefined : (text(raw.type) as SchemaType | undefined);
    this.format = text(raw.format);
    this.nullable = raw.nullable === true;
    this.required = list<string>(raw.required);
    this.enum = Array.isArray(raw.enum) ? raw.enum : undefined;
    this.pattern = text(raw.pattern);
    this.minLength = count(raw.minLength);
    this.maxLength = count(raw.maxLength);
    this.minItems = count(raw.minItems);
    this.maxItems = count(raw.maxItems);
    this.uniqueItems = raw.uniqueItems === true;
    this.minProperties = count(raw.minProperties);
    this.maxProperties = count(raw.maxProperties);
    this.minimum = count(raw.minimum);
    this.maximum = count(raw.maximum);
    this.exclusiveMinimum = raw.exclusiveMinimum === true;
    this.exclusiveMaximum = raw.exclusiveMaximum === true;
    this.multipleOf = count(raw.multipleOf);
    this.default = raw.default;
    this.preserveUnknownFields = raw['x-kubernetes-preserve-unknown-fields'] === true;
    this.embeddedResource = raw['x-kubernetes-embedded-resource'] === true;
    this.listType = text(raw['x-kubernetes-list-type']) as Schema['listType'];
    this.listMapKeys = list<string>(raw['x-kubernetes-list-map-keys']);
    this.mapType = text(raw['x-kubernetes-map-type']) as Schema['mapType'];
    this.patchMergeKey = text(raw['x-kubernetes-patch-merge-key']);
    this.patchStrategy = (text(raw['x-kubernetes-patch-strategy'])?.split(',') ??
      []) as Schema['patchStrategy'];
  }

  get properties(): Record<string, Schema> | undefined {
    if (this.#properties === null) this.#properties = this.#readProperties();
    return this.#properties;
  }

  /** Apart from its getter, which is asked for every object that is looked at and must not make a closure. */
  #readProperties(): Record<string, Schema> | undefined {
    return this.#children(this.raw, raw => this.#child(raw));
  }

  get additionalProperties(): Schema | boolean | undefined {
    if (this.#additionalProperties === null) {
      const raw = this.raw.additionalProperties;
      this.#additionalProperties = isObject(raw) ? this.#child(raw) : (raw as boolean | undefined);
    }
    return this.#additionalProperties;
  }

  get readsAs(): Schema | undefined {
    return this.#readsAs?.();
  }

  get items(): Schema | undefined {
    if (this.#items === null)
      this.#items = isObject(this.raw.items) ? this.#child(this.raw.items) : undefined;
    return this.#items;
  }

  get allOf(): readonly Schema[] {
    return (this.#allOf ??= list<Json>(this.raw.allOf).map(raw => this.#child(raw)));
  }

  get anyOf(): readonly Schema[] {
    return (this.#anyOf ??= list<Json>(this.raw.anyOf).map(raw => this.#child(raw)));
  }

  get oneOf(): readonly Schema[] {
    return (this.#oneOf ??= list<Json>(this.raw.oneOf).map(raw => this.#child(raw)));
  }

  get not(): Schema | undefined {
    if (this.#not === null) this.#not = isObject(this.raw.not) ? this.#child(this.raw.not) : undefined;
    return this.#not;
  }

  get validations(): readonly ValidationRule[] {
    return list<Json>(this.raw['x-kubernetes-validations']) as unknown as readonly ValidationRule[];
  }

  #child(raw: Json): Schema {
    const node = raw as JsonObject;
    const ref = node.$ref;
    if (typeof ref !== 'string') return new SchemaNode(node, this.#resolve, { children: this.#inherited() });
    const target = this.#resolve(ref);
    const siblings = Object.keys(node).filter(key => key !== '$ref' && key !== 'description');
    if (siblings.length === 0) return target;
    const merged = { ...target.raw, ...node };
    delete merged.$ref;
    const { definition, readsAs } = target;
    return new SchemaNode(merged, this.#resolve, { definition, readsAs: readsAs && (() => readsAs) });
  }

  /** Custom resources carry their rule for embedded objects down the tree; definitions have none. */
  #inherited(): Children | undefined {
    return this.#children === declaredFields ? undefined : this.#children;
  }
}

function declaredFields(raw: JsonObject, child: (raw: Json) => Schema): Record<string, Schema> | undefined {
  if (!isObject(raw.properties)) return undefined;
  const fields: Record<string, Schema> = Object.create(null);
  for (const name in raw.properties) fields[name] = child(raw.properties[name] as Json);
  return fields;
}

function text(raw: Json | undefined): string | undefined {
  return typeof raw === 'string' ? raw : undefined;
}

function count(raw: Json | undefined): number | undefined {
  return typeof raw === 'number' ? raw : undefined;
}

function list<T extends Json>(raw: Json | undefined): readonly T[] {
  return Array.isArray(raw) ? (raw as T[]) : [];
}
