import { customResourceDefinition, type Kind } from '@millrace/api';
import { isObject, type Json, type JsonObject } from '@millrace/json';

/** A field that holds a value, by its path below `spec`: `.a.b`, of what lists hold `.a[].b`. */
export interface Field {
  path: string;
  schema: JsonObject;
}

/** Every field that the definition of a kind has below `spec`. */
export function fieldsOf(kind: Kind): Field[] {
  const definition: Json = JSON.parse(JSON.stringify(customResourceDefinition(kind)));
  const below = (value: Json | undefined, name: string) => objectIn(objectIn(value)[name]);
  const { versions } = below(definition, 'spec');
  const stored = (Array.isArray(versions) ? versions : [])
    .map(objectIn)
    .find(({ storage }) => storage === true);
  const { properties = {} } = below(below(stored, 'schema'), 'openAPIV3Schema');
  return isObject(properties) && isObject(properties.spec) ? leaves(properties.spec, '') : [];
}

function objectIn(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function leaves(schema: JsonObject, path: string): Field[] {
  const { properties, items } = schema;
  if (isObject(properties) && Object.keys(properties).length > 0)
    return Object.entries(properties).flatMap(([name, below]) =>
      isObject(below) ? leaves(below, `${path}.${name}`) : [],
    );
  return isObject(items) ? leaves(items, `${path}[]`) : [{ path, schema }];
}

/** Paths of all that a spec sets. */
export function pathsIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap(item => pathsIn(item, `${path}[]`))];
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, item]) => pathsIn(item, `${path}.${name}`))];
}

/** A spec that has this at a path, and nothing else. */
export function specWith(path: string, value: Json): JsonObject {
  const parts = path.match(/\[\]|\.[^.[]+/g) ?? [];
  const whole = parts.reduceRight<Json>(
    (inner, part) => (part === '[]' ? [inner] : { [part.slice(1)]: inner }),
    value,
  );
  return isObject(whole) ? whole : {};
}

/** A value that a field cannot have: no choice of it, not of its form or not of its type; undefined where any will do. */
export function impossible({ enum: choices, pattern, type }: JsonObject): Json | undefined {
  if (Array.isArray(choices)) return 'no such choice';
  if (typeof pattern === 'string') return '::';
  if (type === undefined) return undefined;
  return type === 'string' ? { of: 'another type' } : 'of another type';
}
