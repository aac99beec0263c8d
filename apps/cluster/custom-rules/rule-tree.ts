import { type Declaration, declare, escapeName } from '@millrace/cel';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type CompiledRule, compileRules } from './compile-rule.ts';

/** The rules of a schema and of what is within it; parts without any rules are left out. */
export interface RuleTree {
  readonly schema: JsonObject;
  /** The schema is that of a whole resource, at the root or embedded. */
  readonly isResource: boolean;
  readonly declaration: Declaration;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleTree>;
  readonly items: RuleTree | undefined;
  readonly values: RuleTree | undefined;
}

/** The rules of a resource's schema, undefined where it has none. `typeName` is what errors call its type. */
export function ruleTree(schema: JsonObject, typeName: string): RuleTree | undefined {
  return hasRules(schema) ? build(schema, declare(schema, typeName, true), true) : undefined;
}

export function hasRules(schema: Json): boolean {
  if (!isObject(schema)) return false;
  if (Array.isArray(schema['x-kubernetes-validations']) && schema['x-kubernetes-validations'].length > 0)
    return true;
  const { properties, items, additionalProperties } = schema;
  const within = [items, additionalProperties, ...(isObject(properties) ? Object.values(properties) : [])];
  return within.some(part => part !== undefined && hasRules(part));
}

function build(
  schema: JsonObject,
  declaration: Declaration | undefined,
  isResource: boolean,
): RuleTree | undefined {
  // What expressions do not see has no rules either.
  if (!declaration) return undefined;
  const properties = new Map<string, RuleTree>();
  for (const [name, field] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
    if (!isObject(field)) continue;
    const escaped = escapeName(name);
    const declared =
      escaped === undefined ? declare(field, name, isEmbedded(field)) : declaration.fields?.get(escaped);
    const tree = hasRules(field) ? build(field, declared, isEmbedded(field)) : undefined;
    if (tree) properties.set(name, tree);
  }
  const within = (part: Json | undefined) =>
    isObject(part) && hasRules(part) ? build(part, declaration.items, isEmbedded(part)) : undefined;
  return {
    schema,
    isResource,
    declaration,
    rules: compileRules(schema['x-kubernetes-validations'], declaration),
    properties,
    items: within(schema.items),
    values: within(schema.additionalProperties),
  };
}

function isEmbedded(schema: JsonObject): boolean {
  return schema['x-kubernetes-embedded-resource'] === true;
}
