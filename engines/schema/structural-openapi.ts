import { get, isObject, type Json, type JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, notSupported, required } from './field-error.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const unsupported = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

/**
 * Which parts of OpenAPI a custom resource's schema uses that Kubernetes does not take, and whether its list and map
 * types make sense.
 *
 * Source of the rule: Kubernetes, "Validation" of custom resources; the CustomResourceDefinition API reference.
 */
export function checkOpenApi(schema: Json, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!isObject(schema)) {
    errors.push(invalid(path, schema, 'must be a schema object'));
    return errors;
  }
  if (schema.nullable === true)
    errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  checkNode(schema, path, errors);
  checkRootDefaults(schema, path, errors);
  return errors;
}

/** What the server itself fills in at the root has no defaults. */
function checkRootDefaults(schema: JsonObject, path: string, errors: FieldError[]): void {
  const fields = isObject(schema.properties) ? schema.properties : {};
  for (const name of ['apiVersion', 'kind', 'metadata']) {
    const field = fields[name];
    if (!isObject(field)) continue;
    const why = `must not be set in top-level ${name}`;
    for (const at of defaultsIn(field, `${path}.properties[${name}]`)) errors.push(forbidden(at, why));
  }
}

function* defaultsIn(node: JsonObject, path: string): Generator<string> {
  if (node.default !== undefined) yield `${path}.default`;
  for (const [at, child] of childrenOf(node)) yield* defaultsIn(child, `${path}.${at}`);
}

function checkNode(node: JsonObject, path: string, errors: FieldError[]): void {
  checkKeywords(node, path, errors);
  checkMapType(node, path, errors);
  checkListType(node, path, errors);
  checkListMap(node, path, errors);
  for (const [at, child] of childrenOf(node)) checkNode(child, `${path}.${at}`, errors);
}

function checkKeywords(node: JsonObject, path: string, errors: FieldError[]): void {
  const type = node.type;
  if (typeof type === 'string' && type !== '' && !types.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, types));
  }
  for (const keyword of unsupported) {
    if (node[keyword] !== undefined)
      errors.push(forbidden(`${path}.${keyword}`, `${keyword} is not supported`));
  }
  if (type === 'null') {
    errors.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  }
  if (Array.isArray(node.items)) {
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  }
  if (node.uniqueItems === true) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(`${path}.uniqueItems`, why));
  }
  const rest = node.additionalProperties;
  if (
    isObject(node.properties) &&
    Object.keys(node.properties).length > 0 &&
    (rest === false || isObject(rest))
  ) {
    errors.push(
      forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  }
  if (node['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
}

function checkMapType(node: JsonObject, path: string, errors: FieldError[]): void {
  const mapType = node['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  requireType(node, 'object', 'must be object if x-kubernetes-map-type is specified', path, errors);
  if (mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
}

function checkListType(node: JsonObject, path: string, errors: FieldError[]): void {
  const listType = node['x-kubernetes-list-type'];
  const keys = node['x-kubernetes-list-map-keys'];
  const at = `${path}.x-kubernetes-list-type`;
  if (listType !== undefined) {
    requireType(node, 'array', 'must be array if x-kubernetes-list-type is specified', path, errors);
    if (listType !== 'atomic' && listType !== 'set' && listType !== 'map') {
      errors.push(notSupported(at, listType, ['atomic', 'set', 'map']));
    }
  }
  if (Array.isArray(keys) && keys.length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(at, why) : invalid(at, listType, why));
  }
  if (listType === 'set' && isObject(node.items)) checkSetItems(node.items, `${path}.items`, errors);
}

function checkSetItems(items: JsonObject, path: string, errors: FieldError[]): void {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    errors.push(invalid(`${path}.x-kubernetes-list-type`, listType, why));
  }
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    // The API server prints the list type of the items here, which is none.
    errors.push(invalid(`${path}.x-kubernetes-map-type`, listType ?? null, why));
  }
  checkNullable(items, 'set', path, errors);
}

function checkNullable(items: JsonObject, listType: string, path: string, errors: FieldError[]): void {
  if (items.nullable !== true) return;
  errors.push(forbidden(`${path}.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
}

function checkListMap(node: JsonObject, path: string, errors: FieldError[]): void {
  if (node['x-kubernetes-list-type'] !== 'map') return;
  const keys = node['x-kubernetes-list-map-keys'];
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (!Array.isArray(keys) || keys.length === 0) {
    errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  }
  const items = node.items;
  if (!isObject(items)) {
    if (items === undefined) {
      errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
    }
    return;
  }
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(`${path}.items.type`, items.type ?? '', why));
  }
  if (Array.isArray(keys) && isObject(items.properties))
    checkKeys(keys, items, items.properties, path, errors);
  checkNullable(items, 'map', `${path}.items`, errors);
}

function checkKeys(
  keys: Json[],
  items: JsonObject,
  fields: JsonObject,
  path: string,
  errors: FieldError[],
): void {
  const wanted = Array.isArray(items.required) ? items.required : [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  const seen = new Set<Json>();
  for (const key of keys as string[]) {
    const field = get(fields, key);
    if (!isObject(field)) errors.push(invalid(at, keys, 'entries must all be names of item properties'));
    else checkKey(field, key, wanted.includes(key), items, path, errors);
    if (seen.has(key)) errors.push(invalid(at, keys, 'must not contain duplicate entries'));
    seen.add(key);
  }
}

function checkKey(
  field: JsonObject,
  key: string,
  isRequired: boolean,
  items: JsonObject,
  path: string,
  errors: FieldError[],
): void {
  const at = `${path}.items.properties[${key}]`;
  if (field.type === 'array' || field.type === 'object') {
    const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(`${at}.type`, items.type ?? '', why));
  }
  if (!isRequired && field.default === undefined) {
    const why =
      'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
    errors.push(required(`${at}.default`, why));
  }
  if (field.nullable === true) {
    const why = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
    errors.push(forbidden(`${at}.nullable`, why));
  }
}

function requireType(node: JsonObject, type: string, why: string, path: string, errors: FieldError[]): void {
  if (node.type === type) return;
  errors.push(
    node.type === undefined ? required(`${path}.type`, why) : invalid(`${path}.type`, node.type, why),
  );
}

/** Every schema inside a schema, with the path to it. */
function* childrenOf(node: JsonObject): Generator<readonly [path: string, child: JsonObject]> {
  for (const keyword of ['additionalProperties', 'not', 'items']) {
    const child = node[keyword];
    if (isObject(child)) yield [keyword, child];
  }
  for (const [name, child] of Object.entries(isObject(node.properties) ? node.properties : {})) {
    if (isObject(child)) yield [`properties[${name}]`, child];
  }
  for (const junctor of ['allOf', 'oneOf', 'anyOf']) {
    const clauses = node[junctor];
    if (!Array.isArray(clauses)) continue;
    for (const [i, clause] of clauses.entries()) if (isObject(clause)) yield [`${junctor}[${i}]`, clause];
  }
}
