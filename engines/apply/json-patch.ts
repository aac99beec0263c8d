import { equal, isObject, type Json, type JsonObject, put } from '@millrace/json';

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
  const run: Run = { own: new WeakSet(), copied: 0 };
  return patch.reduce<Json>((doc, operation) => applyOperation(run, doc, operation), target);
}

/** One patch at work. */
interface Run {
  /** The containers that this patch has made, and may change: each is copied once, however many operations are in it. */
  readonly own: WeakSet<object>;
  /** How many characters the copies have added. */
  copied: number;
}

/** How much all copies of a patch may add: a few operations could double a value again and again. */
const mostCopied = 3 * 2 ** 20;

function applyOperation(run: Run, doc: Json, operation: Json): Json {
  if (!isObject(operation)) throw new BadJsonPatch('every operation of a JSON patch must be an object');
  const op = typeof operation.op === 'string' ? operation.op : 'unknown';
  switch (op) {
    case 'add':
      return add(run, doc, pathOf(operation, op), operand(operation), op);
    case 'remove':
      return remove(run, doc, pathOf(operation, op), op);
    case 'replace':
      return replace(run, doc, pathOf(operation, op), operand(operation));
    case 'move': {
      const from = pathOf(operation, op, 'from');
      const moved = existing(doc, from, op);
      return add(run, remove(run, doc, from, op), pathOf(operation, op), moved, op);
    }
    case 'copy': {
      const copy = copyOf(run, existing(doc, pathOf(operation, op, 'from'), op));
      return add(run, doc, pathOf(operation, op), copy, op);
    }
    case 'test':
      return test(doc, pathOf(operation, op), operand(operation));
    default:
      throw new BadJsonPatch(`Unexpected kind: ${op}`);
  }
}

/** A copy that shares nothing with what may be changed yet. */
function copyOf(run: Run, value: Json): Json {
  const spend = (characters: number) => {
    run.copied += characters;
    if (run.copied > mostCopied)
      throw new BadJsonPatch(
        `Unable to complete the copy, the accumulated size increase of copy is ${run.copied}, exceeding the limit ${mostCopied}`,
      );
  };
  const copy = (item: Json): Json => {
    spend(typeof item === 'string' ? item.length + 2 : 4);
    if (Array.isArray(item)) return item.map(copy);
    if (!isObject(item)) return item;
    const made: JsonObject = {};
    for (const key in item) {
      spend(key.length);
      put(made, key, copy(item[key] as Json));
    }
    return made;
  };
  return copy(value);
}

/** The container itself where this patch has made it, otherwise a copy that it may change. */
function owned<T extends JsonObject | Json[]>(run: Run, container: T): T {
  if (run.own.has(container)) return container;
  const copy = (Array.isArray(container) ? [...container] : { ...container }) as T;
  run.own.add(copy);
  return copy;
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

function add(run: Run, doc: Json, path: Pointer, value: Json, op: string): Json {
  return within(run, doc, path, op, (parent, key) => {
    if (!Array.isArray(parent)) put(parent, key, value);
    else parent.splice(key === '-' ? parent.length : index(key, parent.length + 1, path, op), 0, value);
  });
}

function remove(run: Run, doc: Json, path: Pointer, op: string): Json {
  return within(run, doc, path, op, (parent, key) => {
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
  });
}

function replace(run: Run, doc: Json, path: Pointer, value: Json): Json {
  if (path.text === '') {
    if (isObject(value) || Array.isArray(value)) return value;
    throw new BadJsonPatch('replace operation value must be object or array');
  }
  return within(run, doc, path, 'replace', (parent, key) => {
    if (!Array.isArray(parent)) {
      put(parent, key, value);
      return;
    }
    const at = tryIndex(key, parent.length);
    if (at === undefined)
      throw new BadJsonPatch(
        `replace operation does not apply: doc is missing key: ${path.text}: missing value`,
      );
    parent[at] = value;
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

/** Makes the containers on the way to the path's parent our own, and lets `change` change the parent. */
function within(
  run: Run,
  doc: Json,
  path: Pointer,
  op: string,
  change: (parent: JsonObject | Json[], key: string) => void,
): Json {
  const rebuild = (value: Json, depth: number): Json => {
    if (!isObject(value) && !Array.isArray(value)) throw missing(op, path.text);
    const key = path.steps[depth];
    if (key === undefined) throw missing(op, path.text);
    const mine = owned(run, value);
    if (depth === path.steps.length - 1) change(mine, key);
    else if (Array.isArray(mine)) {
      const at = tryIndex(key, mine.length);
      if (at === undefined) throw missing(op, path.text);
      mine[at] = rebuild(mine[at] as Json, depth + 1);
    } else {
      if (!Object.hasOwn(mine, key)) throw missing(op, path.text);
      put(mine, key, rebuild(mine[key] as Json, depth + 1));
    }
    return mine;
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
