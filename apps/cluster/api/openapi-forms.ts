import { isObject, type Json, type JsonObject, put } from '@millrace/json';

/** What is text or number has no type in the third version, so that clients show its name. */
export const versionThreeOnly: Readonly<Record<string, JsonObject>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
};

const unknownToVersionTwo = ['allOf', 'anyOf', 'not', 'nullable', 'oneOf'];

/**
 * The schema of a custom resource as the second version of OpenAPI can show it: what may be null, or anything, has no
 * type there, and is not required. Source of the rule: apiextensions-apiserver, structural schemas in OpenAPI v2.
 */
export function inVersionTwo(schema: JsonObject): JsonObject {
  if (schema['x-kubernetes-preserve-unknown-fields'] !== true) return partInVersionTwo(schema);
  // Of a resource that may hold anything nothing is said but what it is.
  const told = ['x-kubernetes-group-version-kind', 'x-kubernetes-selectable-fields'];
  return {
    type: 'object',
    ...Object.fromEntries(Object.entries(schema).filter(([key]) => told.includes(key))),
  };
}

function partInVersionTwo(schema: JsonObject): JsonObject {
  const form: JsonObject = {};
  const open = schema.nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const typed = !open && schema['x-kubernetes-int-or-string'] !== true;
  for (const [key, value] of Object.entries(schema)) {
    if (unknownToVersionTwo.includes(key)) continue;
    if (key === 'type') {
      if (typed) form.type = value;
    } else if (key === 'properties' && isObject(value)) {
      if (!open) form.properties = eachOf(value);
    } else if (key === 'items' || key === 'additionalProperties') {
      if (!open) form[key] = isObject(value) ? partInVersionTwo(value) : value;
    } else put(form, key, value);
  }
  return withoutNullable(form, schema);
}

function eachOf(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      isObject(property) ? partInVersionTwo(property) : property,
    ]),
  );
}

function withoutNullable(form: JsonObject, { properties, required }: JsonObject): JsonObject {
  if (!Array.isArray(required) || !isObject(properties)) return form;
  const isNullable = (name: Json) => {
    const property = properties[String(name)];
    return isObject(property) && property.nullable === true;
  };
  const { required: _all, ...rest } = form;
  const left = required.filter(name => !isNullable(name));
  return left.length > 0 ? { ...rest, required: left } : rest;
}
