import type { Json } from '@millrace/json';
import type { DraftVersion } from './draft.ts';
import type { Format } from './format.ts';
import type { Pattern } from './pattern.ts';

export type JsonType = 'null' | 'boolean' | 'number' | 'integer' | 'string' | 'array' | 'object';

/** A schema, ready to validate: every keyword that counts in its draft, references followed. */
export interface Schema {
  /** The URL with the JSON pointer of where it stands. */
  location: string;
  draft: DraftVersion;
  /** The schema of the resource that it belongs to. */
  resource: Schema;
  dynamicAnchors: Map<string, Schema>;
  /** Where the schema is `true` or `false`. */
  always?: boolean | undefined;
  ref?: Schema | undefined;
  recursiveRef?: Schema | undefined;
  recursiveAnchor: boolean;
  dynamicRef?: { schema: Schema; anchor: string | undefined } | undefined;
  dynamicAnchor?: string | undefined;
  types?: ReadonlySet<JsonType> | undefined;
  enum?: Json[] | undefined;
  /** `spelled`: how a number is written. */
  const?: { value: Json; spelled: string | undefined } | undefined;
  format?: Format | undefined;
  not?: Schema | undefined;
  allOf: Schema[];
  anyOf: Schema[];
  oneOf: Schema[];
  /** `if`, `then` and `else`. */
  condition?: { test: Schema; met: Schema | undefined; unmet: Schema | undefined } | undefined;
  object: ObjectRules;
  array: ArrayRules;
  string: StringRules;
  number: NumberRules;
}

export interface ObjectRules {
  minProperties?: number | undefined;
  maxProperties?: number | undefined;
  required: string[];
  properties: ReadonlyMap<string, Schema>;
  patternProperties: readonly (readonly [Pattern, Schema])[];
  additional?: boolean | Schema | undefined;
  propertyNames?: Schema | undefined;
  dependencies: ReadonlyMap<string, string[] | Schema>;
  dependentSchemas: ReadonlyMap<string, Schema>;
  dependentRequired: ReadonlyMap<string, string[]>;
  unevaluated?: Schema | undefined;
}

export interface ArrayRules {
  minItems?: number | undefined;
  maxItems?: number | undefined;
  uniqueItems: boolean;
  /** Schemas of the first items. */
  prefix: Schema[];
  /** The schema of the items after those, or whether there may be any. */
  rest?: Schema | boolean | undefined;
  contains?: Schema | undefined;
  minContains?: number | undefined;
  maxContains?: number | undefined;
  unevaluated?: Schema | undefined;
}

export interface StringRules {
  minLength?: number | undefined;
  maxLength?: number | undefined;
  pattern?: Pattern | undefined;
}

export interface NumberRules {
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  exclusiveMaximum?: number | undefined;
  multipleOf?: number | undefined;
}
