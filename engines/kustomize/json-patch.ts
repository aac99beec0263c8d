import { clone, equal, get, isObject, type Json, type JsonObject, put } from '@millrace/json';
import { parseAll, YamlError } from '@millrace/yaml';
import type { BuildContext } from './build-context.ts';
import { BuildError } from './build-error.ts';
import { DuplicateKeys } from './duplicates.ts';
import { jsonText } from './json-text.ts';

/** One operation of RFC 6902, read and checked. */
export interface Operation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: string[];
  from: string[];
  value: Json | undefined;
  /** The path as it was written. */
  pointer: string;
}

/** What one patch may ask for: operations, and characters that all `copy` operations together may add. */
const limits = { operations: 100_000, copied: 64 * 1024 * 1024 };

/** Reads a JSON patch, written as JSON or YAML. @throws BuildError for anything else */
export function parseJsonPatch(
  text: string,
  source: string,
  { strict, warnings }: Pick<BuildContext, 'strict' | 'warnings'>,
): Operation[] {
  const twice = new DuplicateKeys('last');
  let documents: Json[];
  try {
    const how = strict ? {} : ({ duplicates: 'last', onDuplicate: twice.note } as const);
    documents = parseAll(text, { source, integers: 'exact', ...how });
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new BuildError(cause.problem, { file: source, line: cause.line }, { cause });
  }
  for (const warning of twice.warnings) warnings.push(`${source}: ${warning}`);
  const list = documents[0] ?? [];
  if (!Array.isArray(list)) throw new BuildError('a JSON patch must be a list of operations');
  if (list.length > limits.operations)
    throw new BuildError(`a JSON patch may have ${limits.operations} operations, not ${list.length}`);
  return list.map(readOperation);
}

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

function readOperation(item: Json, i: number): Operation {
  if (!isObject(item)) throw new BuildError(`operation ${i} of the JSON patch must be a map`);
  const { op, path, from, value } = item;
  if (typeof op !== 'string' || !operations.includes(op)) {
    throw new BuildError(`operation ${i} of the JSON patch: op must be one of ${operations.join(', ')}`);
  }
  if (typeof path !== 'string') throw new BuildError(`operation ${i} of the JSON patch needs a path`);
  if ((op === 'move' || op === 'copy') && typeof from !== 'string') {
    throw new BuildError(`operation ${i} of the JSON patch (${op}) needs a from`);
  }
  return {
    op: op as Operation['op'],
    path: parsePointer(path),
    from: typeof from === 'string' ? parsePointer(from) : [],
    value,
    pointer: path,
  };
}

/** The parts of a JSON pointer (RFC 6901). */
function parsePointer(pointer: string): string[] {
  if (pointer === '') return [];
  const parts = pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts;
}

/** Applies a JSON patch to an object, in place. @throws BuildError naming the operation that fails */
export function applyJsonPatch(object: JsonObject, patch: readonly Operation[]): JsonObject {
  const root: JsonObject = { '': object };
  const budget = { copied: limits.copied };
  for (const operation of patch) {
    try {
      apply(root, operation, budget);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      throw new BuildError(`JSON patch, ${operation.op} ${operation.pointer}: ${error.problem}`);
    }
  }
  const result = root[''];
  if (!isObject(result)) throw new BuildError('the JSON patch leaves no object');
  return result;
}

function apply(root: JsonObject, { op, path, from, value }: Operation, budget: { copied: number }): void {
  const target = ['', ...path];
  const source = ['', ...from];
  switch (op) {
    case 'add':
      add(root, target, required(value));
      break;
    case 'remove':
      remove(root, target);
      break;
    case 'replace':
      replace(root, target, required(value));
      break;
    case 'move':
      add(root, target, remove(root, source));
      break;
    case 'copy': {
      const copied = find(root, source) ?? null;
      budget.copied -= jsonText(copied).length;
      if (budget.copied < 0) throw new BuildError(`copies add more than ${limits.copied} characters`);
      add(root, target, clone(copied));
      break;
    }
    case 'test':
      if (!equal(find(root, target) ?? null, value ?? null))
        throw new BuildError('the value there is another');
  }
}

function required(value: Json | undefined): Json {
  if (value === undefined) throw new BuildError('a value is missing');
  return clone(value);
}

/** The map or list that holds the last part of a path. */
function parentOf(root: JsonObject, path: string[]): Json[] | JsonObject {
  let value: Json | undefined = root;
  for (const part of path.slice(0, -1)) {
    value = Array.isArray(value)
      ? value[index(value, part, value.length - 1)]
      : isObject(value) && Object.hasOwn(value, part)
        ? value[part]
        : undefined;
    if (value === undefined || value === null)
      throw new BuildError(`there is no ${part || 'object'} on the way`);
  }
  if (typeof value !== 'object') throw new BuildError('the path leads through a single value');
  return value as Json[] | JsonObject;
}

function index(list: Json[], part: string, last: number): number {
  const i = Number(part);
  if (!/^-?\d+$/.test(part)) throw new BuildError(`"${part}" is no index of a list`);
  // evanphx/json-patch, which kustomize uses, counts negative indexes from the end.
  const from = i < 0 ? list.length + i : i;
  if (from < 0 || from > last) throw new BuildError(`there is no item ${part}: the list has ${list.length}`);
  return from;
}

function find(root: JsonObject, path: string[]): Json | undefined {
  const parent = parentOf(root, path);
  const last = path.at(-1)!;
  if (Array.isArray(parent)) return parent[index(parent, last, parent.length - 1)];
  return get(parent, last);
}

function add(root: JsonObject, path: string[], value: Json): void {
  const parent = parentOf(root, path);
  const last = path.at(-1)!;
  if (!Array.isArray(parent)) put(parent, last, value);
  else if (last === '-') parent.push(value);
  else {
    const at = Number(last) < 0 ? parent.length + 1 + Number(last) : index(parent, last, parent.length);
    parent.splice(at, 0, value);
  }
}

/** A missing key is set, as evanphx/json-patch v4 does it. */
function replace(root: JsonObject, path: string[], value: Json): void {
  const parent = parentOf(root, path);
  const last = path.at(-1)!;
  if (Array.isArray(parent)) parent[index(parent, last, parent.length - 1)] = value;
  else put(parent, last, value);
}

function remove(root: JsonObject, path: string[]): Json {
  const value = find(root, path);
  if (value === undefined) throw new BuildError(`there is no ${path.at(-1)}`);
  const parent = parentOf(root, path);
  const last = path.at(-1)!;
  if (Array.isArray(parent)) parent.splice(index(parent, last, parent.length - 1), 1);
  else delete parent[last];
  return value;
}
