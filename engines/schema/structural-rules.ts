import { equal, get, isObject, type Json, type JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, required } from './field-error.ts';
import { compilePattern } from './pattern.ts';

/** Where in the tree a node stands; what must be said of its type depends on it. */
type Level = 'root' | 'item' | 'field';

const intOrString = [{ type: 'integer' }, { type: 'string' }];

/**
 * Whether a schema is structural: types everywhere outside of value validations, nothing but validations inside
 * them, and nothing validated that is not also declared. Errors come in the order of their text.
 *
 * Source of the rule: Kubernetes, "Specifying a structural schema".
 */
export function checkStructure(root: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkNode(root, 'root', path, errors);
  checkComplete(root, root, path, path, errors);
  checkPatterns(root, path, errors);
  return errors.sort((a, b) => (line(a) < line(b) ? -1 : 1));
}

function line(error: FieldError): string {
  return `${error.field}: ${error.message}`;
}

function checkNode(node: JsonObject, level: Level, path: string, errors: FieldError[]): void {
  if (node.type === 'array' && !isObject(node.items)) {
    if (node.items === undefined) errors.push(required(`${path}.items`, 'must be specified'));
  }
  if (isObject(node.items)) checkNode(node.items, 'item', `${path}.items`, errors);
  for (const [name, child] of fieldsOf(node))
    checkNode(child, 'field', `${path}.properties[${name}]`, errors);
  if (node.additionalProperties !== undefined && level === 'root') {
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (isObject(node.additionalProperties)) {
    checkNode(node.additionalProperties, 'field', `${path}.additionalProperties`, errors);
  }
  checkExtensions(node, path, errors);
  checkValidations(node, path, errors, skipped(node));
  checkType(node, level, path, errors);
  checkMeta(node, level, path, errors);
}

function checkExtensions(node: JsonObject, path: string, errors: FieldError[]): void {
  if (!isIntOrString(node)) return;
  for (const extension of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource']) {
    if (node[extension] === true) {
      const why = 'must be false if x-kubernetes-int-or-string is true';
      errors.push(invalid(`${path}.${extension}`, true, why));
    }
  }
}

function checkType(node: JsonObject, level: Level, path: string, errors: FieldError[]): void {
  const type = typeof node.type === 'string' ? node.type : '';
  const at = `${path}.type`;
  if (isEmbedded(node) && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? required(at, why) : invalid(at, type, why));
  } else if (type === '' && !isIntOrString(node) && !preserves(node)) {
    const where = {
      root: 'at the root',
      item: 'for specified array items',
      field: 'for specified object fields',
    };
    errors.push(required(at, `must not be empty ${where[level]}`));
  }
  if (isEmbedded(node) && node.additionalProperties !== undefined) {
    const why = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(forbidden(`${path}.additionalProperties`, why));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(at, type, 'must be object at the root'));
  }
}

function checkMeta(node: JsonObject, level: Level, path: string, errors: FieldError[]): void {
  const whole = level === 'root' || isEmbedded(node);
  const fields = isObject(node.properties) ? node.properties : {};
  for (const name of ['kind', 'apiVersion']) {
    const field = fields[name];
    if (!whole || !isObject(field) || field.type === 'string') continue;
    errors.push(invalid(`${path}.properties[${name}].type`, field.type ?? '', 'must be string'));
  }
  if (isObject(fields.metadata)) {
    checkMetadata(fields.metadata, whole, level, `${path}.properties[metadata]`, errors);
  }
  if (isEmbedded(node) && !preserves(node) && Object.keys(fields).length === 0) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, why));
  }
}

function checkMetadata(
  node: JsonObject,
  whole: boolean,
  level: Level,
  path: string,
  errors: FieldError[],
): void {
  if (whole && node.type !== 'object')
    errors.push(invalid(`${path}.type`, node.type ?? '', 'must be object'));
  if (level !== 'root') return;
  const { type: _type, default: _default, description: _description, ...rest } = node;
  const names = isObject(rest.properties) ? Object.keys(rest.properties) : [];
  if (names.every(name => name === 'name' || name === 'generateName')) delete rest.properties;
  if (Object.keys(rest).length === 0 && node.description === undefined) return;
  const why =
    'must not specify anything other than name and generateName, but metadata is implicitly specified';
  errors.push(forbidden(path, why));
}

/** The two ways to write out `x-kubernetes-int-or-string` may say `type` inside of validations. */
type Skipped = { readonly anyOf: boolean; readonly firstAllOf: boolean };
const nothing: Skipped = { anyOf: false, firstAllOf: false };

function skipped(node: JsonObject): Skipped {
  const [first] = Array.isArray(node.allOf) ? node.allOf : [];
  return {
    anyOf: equal(node.anyOf, intOrString),
    firstAllOf: isObject(first) && equal(first.anyOf, intOrString),
  };
}

function checkValidations(node: JsonObject, path: string, errors: FieldError[], skip: Skipped): void {
  if (!skip.anyOf) checkEach(node, 'anyOf', path, errors, () => nothing);
  checkEach(node, 'allOf', path, errors, i => ({ anyOf: skip.firstAllOf && i === 0, firstAllOf: false }));
  checkEach(node, 'oneOf', path, errors, () => nothing);
  if (isObject(node.not)) checkNested(node.not, `${path}.not`, errors, nothing);
}

/** What all patterns of a schema come to together: to compile them takes seconds then. */
const mostPatternWeight = 400_000;

/** Patterns are compiled one by one, until they have become too many. */
function checkPatterns(root: JsonObject, path: string, errors: FieldError[]): void {
  let left = mostPatternWeight;
  const seen = new Set<string>();
  const visit = (node: JsonObject, at: string): void => {
    const { pattern } = node;
    if (left >= 0 && typeof pattern === 'string' && pattern !== '') {
      const { problem, weight } = compilePattern(pattern);
      if (!seen.has(pattern)) left -= weight;
      seen.add(pattern);
      if (problem !== undefined) {
        const shown = pattern.length > 100 ? `${pattern.slice(0, 100)}...` : pattern;
        errors.push(
          invalid(`${at}.pattern`, shown, `must be a valid regular expression, but isn't: ${problem}`),
        );
      } else if (left < 0) {
        errors.push(
          forbidden(
            `${at}.pattern`,
            `the patterns of a schema may come to ${mostPatternWeight} steps together`,
          ),
        );
      }
    }
    for (const [step, child] of childNodes(node)) visit(child, `${at}.${step}`);
  };
  visit(root, path);
}

function* childNodes(node: JsonObject): Generator<[step: string, child: JsonObject]> {
  for (const [name, child] of fieldsOf(node)) yield [`properties[${name}]`, child];
  for (const keyword of ['items', 'additionalProperties', 'not']) {
    const child = node[keyword];
    if (isObject(child)) yield [keyword, child];
  }
  for (const junctor of ['allOf', 'anyOf', 'oneOf']) {
    const clauses = node[junctor];
    if (!Array.isArray(clauses)) continue;
    for (const [i, clause] of clauses.entries()) if (isObject(clause)) yield [`${junctor}[${i}]`, clause];
  }
}

function checkEach(
  node: JsonObject,
  junctor: 'allOf' | 'anyOf' | 'oneOf',
  path: string,
  errors: FieldError[],
  skip: (index: number) => Skipped,
): void {
  const clauses = node[junctor];
  if (!Array.isArray(clauses)) return;
  clauses.forEach((clause, i) => {
    if (isObject(clause)) checkNested(clause, `${path}.${junctor}[${i}]`, errors, skip(i));
  });
}

/** What value validations must not say, and the reason that is given. */
const outside: readonly (readonly [keyword: string, reason: string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function checkNested(node: JsonObject, path: string, errors: FieldError[], skip: Skipped): void {
  checkValidations(node, path, errors, skip);
  if (isObject(node.items)) checkNested(node.items, `${path}.items`, errors, nothing);
  for (const [name, child] of fieldsOf(node)) {
    checkNested(child, `${path}.properties[${name}]`, errors, nothing);
    if (name === 'metadata') {
      errors.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
    }
  }
  for (const [keyword, reason] of outside) {
    if (isSaid(node[keyword])) errors.push(forbidden(`${path}.${keyword}`, reason));
  }
}

function isSaid(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== '' && value !== null;
}

/** Whatever a validation reasons about must be declared at the same place outside of validations. */
function checkComplete(
  node: JsonObject,
  structure: JsonObject,
  sPath: string,
  vPath: string,
  errors: FieldError[],
): void {
  if (isObject(node.not)) checkDeclared(node.not, structure, sPath, `${vPath}.not`, errors);
  for (const junctor of ['allOf', 'anyOf', 'oneOf']) {
    const clauses = node[junctor];
    if (!Array.isArray(clauses)) continue;
    clauses.forEach((clause, i) => {
      if (isObject(clause)) checkDeclared(clause, structure, sPath, `${vPath}.${junctor}[${i}]`, errors);
    });
  }
}

function checkDeclared(
  clause: JsonObject,
  structure: Json | undefined,
  sPath: string,
  vPath: string,
  errors: FieldError[],
): void {
  if (!isObject(structure)) {
    errors.push(required(sPath, `because it is defined in ${vPath}`));
    return;
  }
  checkComplete(clause, structure, sPath, vPath, errors);
  if (isObject(clause.items)) {
    checkDeclared(clause.items, structure.items, `${sPath}.items`, `${vPath}.items`, errors);
  }
  const declared = isObject(structure.properties) ? structure.properties : {};
  for (const [name, child] of fieldsOf(clause)) {
    const at = `.properties[${name}]`;
    checkDeclared(child, get(declared, name), sPath + at, vPath + at, errors);
  }
}

function fieldsOf(node: JsonObject): [name: string, field: JsonObject][] {
  if (!isObject(node.properties)) return [];
  return Object.entries(node.properties).filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
}

function isIntOrString(node: JsonObject): boolean {
  return node['x-kubernetes-int-or-string'] === true;
}

function isEmbedded(node: JsonObject): boolean {
  return node['x-kubernetes-embedded-resource'] === true;
}

function preserves(node: JsonObject): boolean {
  return node['x-kubernetes-preserve-unknown-fields'] === true;
}
