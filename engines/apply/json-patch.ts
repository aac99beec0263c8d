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
      const moved = existing(doc, from, op);
      return add(remove(doc, from, op), pathOf(operation, op), moved, op);
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
        `error in ${op} for path: '${op === 'move' ? key : path.text}': Unable to remove nonexistent key: ${key}: missing value`,
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

/** What `move` and `copy` take; null for a field that is missing, which then cannot be removed. */
function existing(doc: Json, from: Pointer, op: string): Json {
  return lookup(doc, from, op, 'doc is missing from path') ?? null;
}

/** The value at a path; undefined for a field that its object does not have. */
function lookup(doc: Json, path: Pointer, op: string, what = 'is missing path'): Json | undefined {
  const gone = new BadJsonPatch(`${op} operation does not apply: ${what}: ${path.text}: missing value`);
  let value: Json | undefined = doc;
  for (const [i, step] of path.steps.entries()) {
    const last = i === path.steps.length - 1;
    if (isObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else if (!Array.isArray(value)) throw gone;
    else value = value[last ? index(step, value.length, path, op) : (tryIndex(step, value.length) ?? -1)];
    if (value === undefined && !last) throw gone;
  }
  return value;
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

/** Each operation of the API server's library says it in its own way. */
function missing(op: string, path: string): BadJsonPatch {
  const what: Readonly<Record<string, string>> = {
    replace: `doc is missing path: ${path}`,
    move: `doc is missing destination path: ${path}`,
    copy: `doc is missing destination path: ${path}`,
  };
  return new BadJsonPatch(
    `${op} operation does not apply: ${what[op] ?? `doc is missing path: "${path}"`}: missing value`,
  );
}
