import { clone, equal, get, isObject, type Json, type JsonObject, put } from '@millrace/json';

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

/** A JSON patch has more operations than are allowed. The API answers 413. */
export class JsonPatchTooLarge extends BadJsonPatch {
  override name = 'JsonPatchTooLarge';
}

/**
 * What a patch may ask for, as the API server has it: operations (it answers 413 beyond them), and bytes that all
 * `copy` operations together may add.
 */
export const jsonPatchLimits = { operations: 10_000, copied: 3 * 1024 * 1024 };

/**
 * Applies a JSON patch, operation by operation. Nothing of `target` is changed, and nothing of it is shared where an
 * operation led.
 *
 * Source of the rule: RFC 6902, with the ways of the library that the API server uses (evanphx/json-patch v4):
 * `replace` adds a field that is missing, a negative index counts from the end, and `test` for null passes when the
 * field is missing.
 *
 * Throws BadJsonPatch.
 */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw new BadJsonPatch('a JSON patch must be a list of operations');
  if (patch.length > jsonPatchLimits.operations) {
    const most = jsonPatchLimits.operations;
    throw new JsonPatchTooLarge(
      `The allowed maximum operations in a JSON patch is ${most}, got ${patch.length}`,
    );
  }
  const work: Work = { doc: target, own: new WeakSet(), copied: 0 };
  for (const operation of patch) apply(work, operation);
  return work.doc;
}

/** A patch under way: the document, the containers that were made for it and may be changed, and what was copied. */
interface Work {
  doc: Json;
  readonly own: WeakSet<JsonObject | Json[]>;
  copied: number;
}

function apply(work: Work, operation: Json): void {
  if (!isObject(operation)) throw new BadJsonPatch('every operation of a JSON patch must be an object');
  const op = typeof operation.op === 'string' ? operation.op : 'unknown';
  switch (op) {
    case 'add':
      add(work, pathOf(operation, op), operand(operation), op);
      break;
    case 'remove':
      remove(work, pathOf(operation, op), op);
      break;
    case 'replace':
      replace(work, pathOf(operation, op), operand(operation));
      break;
    case 'move': {
      const from = pathOf(operation, op, 'from');
      const moved = existing(work.doc, from, op);
      remove(work, from, op);
      add(work, pathOf(operation, op), moved, op);
      break;
    }
    case 'copy': {
      const value = existing(work.doc, pathOf(operation, op, 'from'), op);
      const path = pathOf(operation, op);
      countCopy(work, value);
      add(work, path, clone(value), op);
      break;
    }
    case 'test':
      test(work.doc, pathOf(operation, op), operand(operation));
      break;
    default:
      throw new BadJsonPatch(`Unexpected kind: ${op}`);
  }
}

function countCopy(work: Work, value: Json): void {
  work.copied += Buffer.byteLength(JSON.stringify(value));
  if (work.copied <= jsonPatchLimits.copied) return;
  throw new BadJsonPatch(
    `Unable to complete the copy, the accumulated size increase of copy is ${work.copied}, exceeding the limit ${jsonPatchLimits.copied}`,
  );
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

function add(work: Work, path: Pointer, value: Json, op: string): void {
  const { parent, key } = parentOf(work, path, op);
  if (!Array.isArray(parent)) put(parent, key, value);
  else parent.splice(key === '-' ? parent.length : index(key, parent.length + 1, path, op), 0, value);
}

function remove(work: Work, path: Pointer, op: string): void {
  const { parent, key } = parentOf(work, path, op);
  if (Array.isArray(parent)) {
    parent.splice(index(key, parent.length, path, op), 1);
    return;
  }
  if (!Object.hasOwn(parent, key)) {
    throw new BadJsonPatch(
      `error in ${op} for path: '${op === 'move' ? key : path.text}': Unable to remove nonexistent key: ${key}: missing value`,
    );
  }
  delete parent[key];
}

function replace(work: Work, path: Pointer, value: Json): void {
  if (path.text === '') {
    if (!isObject(value) && !Array.isArray(value))
      throw new BadJsonPatch('replace operation value must be object or array');
    work.doc = value;
    return;
  }
  const { parent, key } = parentOf(work, path, 'replace');
  if (!Array.isArray(parent)) {
    put(parent, key, value);
    return;
  }
  const at = tryIndex(key, parent.length);
  if (at === undefined) {
    throw new BadJsonPatch(
      `replace operation does not apply: doc is missing key: ${path.text}: missing value`,
    );
  }
  parent[at] = value;
}

function test(doc: Json, path: Pointer, value: Json): void {
  const found = path.text === '' ? doc : lookup(doc, path, 'test');
  if (!equal(found ?? null, value))
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
    if (isObject(value)) value = get(value, step);
    else if (!Array.isArray(value)) throw gone;
    else value = value[last ? index(step, value.length, path, op) : (tryIndex(step, value.length) ?? -1)];
    if (value === undefined && !last) throw gone;
  }
  return value;
}

/** The container that holds the last step of a path. It and those on the way are the patch's own, to be changed. */
function parentOf(work: Work, path: Pointer, op: string): { parent: JsonObject | Json[]; key: string } {
  let parent = owned(work, work.doc, made => {
    work.doc = made;
  });
  for (const [i, step] of path.steps.entries()) {
    if (parent === undefined) break;
    if (i === path.steps.length - 1) return { parent, key: step };
    parent = childOf(work, parent, step);
  }
  throw missing(op, path.text);
}

function childOf(work: Work, parent: JsonObject | Json[], step: string): JsonObject | Json[] | undefined {
  if (!Array.isArray(parent)) {
    const child = get(parent, step);
    return child === undefined ? undefined : owned(work, child, made => put(parent, step, made));
  }
  const at = tryIndex(step, parent.length);
  if (at === undefined) return undefined;
  return owned(work, parent[at] as Json, made => {
    parent[at] = made;
  });
}

/** The container itself if it was made for this patch, else a copy of it, which takes its place. Undefined for scalars. */
function owned(
  work: Work,
  value: Json,
  replaceBy: (made: JsonObject | Json[]) => void,
): JsonObject | Json[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (work.own.has(value)) return value;
  const made = Array.isArray(value) ? value.slice() : { ...value };
  work.own.add(made);
  replaceBy(made);
  return made;
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
