import { equal, isObject, type Json, type JsonObject } from '@millrace/json';

/** A JSON patch cannot be read or does not apply; the message says which operation and path. */
export class BadJsonPatch extends Error {
  override name = 'BadJsonPatch';
  /** True when a `test` operation found another value. */
  readonly testFailed: boolean;
  constructor(message: string, testFailed = false) {
    super(message);
    this.testFailed = testFailed;
  }
}

/**
 * Applies a JSON patch, operation by operation. The result shares what did not change with `target`.
 *
 * Source of the rule: RFC 6902, with the ways of the library that the API server uses (evanphx/json-patch v4):
 * `replace` adds a field that is missing, a negative index counts from the end, and `test` for null passes when the
 * field is missing.
 *
 * Throws BadJsonPatch.
 */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw new BadJsonPatch('a JSON patch must be a list of operations');
  return patch.reduce<Json>((doc, operation) => applyOperation(doc, operation), target);
}

function applyOperation(doc: Json, operation: Json): Json {
  if (!isObject(operation)) throw new BadJsonPatch('every operation of a JSON patch must be an object');
  const op = typeof operation.op === 'string' ? operation.op : 'unknown';
  switch (op) {
    case 'add':
      return add(doc, pathOf(operation, op), operand(operation), op);
    case 'remove':
      return remove(doc, pathOf(operation, op), op);
    case 'replace':
      return replace(doc, pathOf(operation, op), operand(operation));
    case 'move': {
      const from = pathOf(operation, op, 'from');
      return add(remove(doc, from, op), pathOf(operation, op), existing(doc, from, op), op);
    }
    case 'copy':
      return add(doc, pathOf(operation, op), existing(doc, pathOf(operation, op, 'from'), op), op);
    case 'test':
      return test(doc, pathOf(operation, op), operand(operation));
    default:
      throw new BadJsonPatch(`Unexpected kind: ${op}`);
  }
}

/** A JSON pointer as it was written, and its decoded steps. */
type Pointer = { readonly text: string; readonly steps: readonly string[] };

function pathOf(operation: JsonObject, op: string, field: 'path' | 'from' = 'path'): Pointer {
  const text = operation[field];
  if (typeof text !== 'string')
    throw new BadJsonPatch(`${op} operation failed to decode ${field}: missing value`);
  const [root, ...steps] = text.split('/');
  if (root !== '' || (steps.length === 0 && text !== '')) throw missing(op, text);
  return { text, steps: steps.map(step => step.replaceAll('~1', '/').replaceAll('~0', '~')) };
}

function operand(operation: JsonObject): Json {
  return operation.value ?? null;
}

function add(doc: Json, path: Pointer, value: Json, op: string): Json {
  return within(doc, path, op, (parent, key) => {
    if (!Array.isArray(parent)) return { ...parent, [key]: value };
    const at = key === '-' ? parent.length : index(key, parent.length + 1, path, op);
    return parent.toSpliced(at, 0, value);
  });
}

function remove(doc: Json, path: Pointer, op: string): Json {
  return within(doc, path, op, (parent, key) => {
    if (Array.isArray(parent)) return parent.toSpliced(index(key, parent.length, path, op), 1);
    if (!Object.hasOwn(parent, key)) {
      throw new BadJsonPatch(
        `error in ${op} for path: '${path.text}': Unable to remove nonexistent key: ${key}: missing value`,
      );
    }
    const { [key]: _, ...rest } = parent;
    return rest;
  });
}

function replace(doc: Json, path: Pointer, value: Json): Json {
  if (path.text === '') {
    if (isObject(value) || Array.isArray(value)) return value;
    throw new BadJsonPatch('replace operation value must be object or array');
  }
  return within(doc, path, 'replace', (parent, key) => {
    if (!Array.isArray(parent)) return { ...parent, [key]: value };
    const at = tryIndex(key, parent.length);
    if (at !== undefined) return parent.with(at, value);
    throw new BadJsonPatch(
      `replace operation does not apply: doc is missing key: ${path.text}: missing value`,
    );
  });
}

function test(doc: Json, path: Pointer, value: Json): Json {
  const found = path.text === '' ? doc : lookup(doc, path, 'test');
  if (equal(found ?? null, value)) return doc;
  throw new BadJsonPatch(`testing value ${path.text} failed: test failed`, true);
}

function existing(doc: Json, from: Pointer, op: string): Json {
  const value = lookup(doc, from, op);
  if (value !== undefined) return value;
  throw new BadJsonPatch(
    `${op} operation does not apply: doc is missing from path: ${from.text}: missing value`,
  );
}

/** The value at a path; undefined for a field that its object does not have. */
function lookup(doc: Json, path: Pointer, op: string): Json | undefined {
  let value: Json = doc;
  for (const [i, step] of path.steps.entries()) {
    const next = child(value, step, path, op, i === path.steps.length - 1);
    if (next === undefined) {
      if (i === path.steps.length - 1) return undefined;
      throw missing(op, path.text);
    }
    value = next;
  }
  return value;
}

function child(parent: Json, key: string, path: Pointer, op: string, last: boolean): Json | undefined {
  if (isObject(parent)) return Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (!Array.isArray(parent)) throw missing(op, path.text);
  return last ? parent[index(key, parent.length, path, op)] : parent[tryIndex(key, parent.length) ?? -1];
}

/** Rebuilds the containers on the way to the path's parent, which `change` replaces. */
function within(
  doc: Json,
  path: Pointer,
  op: string,
  change: (parent: JsonObject | Json[], key: string) => Json,
): Json {
  const rebuild = (value: Json, depth: number): Json => {
    if (!isObject(value) && !Array.isArray(value)) throw missing(op, path.text);
    const key = path.steps[depth];
    if (key === undefined) throw missing(op, path.text);
    if (depth === path.steps.length - 1) return change(value, key);
    if (!Array.isArray(value)) {
      if (!Object.hasOwn(value, key)) throw missing(op, path.text);
      return { ...value, [key]: rebuild(value[key] as Json, depth + 1) };
    }
    const at = tryIndex(key, value.length);
    if (at === undefined) throw missing(op, path.text);
    return value.with(at, rebuild(value[at] as Json, depth + 1));
  };
  return rebuild(doc, 0);
}

function index(key: string, length: number, path: Pointer, op: string): number {
  const at = tryIndex(key, length);
  if (at !== undefined) return at;
  const why = /^[+-]?\d+$/.test(key)
    ? `Unable to access invalid index: ${Number(key)}: invalid index referenced`
    : `value was not a proper array index: '${key}'`;
  throw new BadJsonPatch(`error in ${op} for path: '${path.text}': ${why}`);
}

/** The index that a step names in a list; a negative one counts from the end. Undefined outside the list. */
function tryIndex(key: string, length: number): number | undefined {
  if (!/^[+-]?\d+$/.test(key)) return undefined;
  const at = Number(key) < 0 ? Number(key) + length : Number(key);
  return at >= 0 && at < length ? at : undefined;
}

function missing(op: string, path: string): BadJsonPatch {
  return new BadJsonPatch(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
}
