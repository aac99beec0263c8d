import { get, isObject, type Json, type JsonObject, put } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { compilePattern } from './pattern.ts';

/**
 * The parts of a path of replacements: names joined by dots. `\.` keeps a dot, `[a.b]` is one name,
 * `[name=x]` picks items of a list, `*` all of them, a number one of them.
 */
export function splitFieldPath(path: string): string[] {
  const parts: string[] = [];
  const pieces = path
    .replace(/^\.(?=.)/, '')
    .split(/(?<!\\)\./)
    .map(piece => piece.replaceAll('\\.', '.'));
  for (let i = 0; i < pieces.length; i++) {
    let end = i;
    if (pieces[i]!.startsWith('[')) while (!pieces[end]!.endsWith(']') && end < pieces.length - 1) end++;
    const part = pieces.slice(i, end + 1).join('.');
    i = end;
    parts.push(part.startsWith('[') && part.includes('.') && !part.includes('=') ? part.slice(1, -1) : part);
  }
  return parts;
}

/** A place in an object that can be read and written. */
export interface Slot {
  get(): Json | undefined;
  set(value: Json): void;
  /** True when the place was made because `create` asked for it. */
  created: boolean;
}

/**
 * The places that a path leads to. With `create`, what is missing on the way is made: a leaf of the shape
 * of `create`, the rest maps and lists as the path needs them.
 */
export function findSlots(root: JsonObject, path: readonly string[], create: Json | undefined): Slot[] {
  const [first, ...rest] = path;
  return first === undefined ? [] : into(root, first, rest, create);
}

function into(value: Json, part: string, rest: string[], create: Json | undefined): Slot[] {
  if (/^\d+$/.test(part) && Array.isArray(value)) return atIndex(value, Number(part), rest, create);
  if (/^\[[^=]*=.*\]$/.test(part)) return atItems(requireList(value, part), part, rest, create);
  if (part === '*') {
    if (!Array.isArray(value)) throw new BuildError('* picks the items of a list, and there is none');
    return value.flatMap((_, i) => follow(value, i, rest, create, false));
  }
  if (!isObject(value)) throw new BuildError(`there is no map that could have ${part}`);
  return atField(value, part, rest, create);
}

function requireList(value: Json, part: string): Json[] {
  if (!Array.isArray(value)) throw new BuildError(`${part} picks items of a list, and there is none`);
  return value;
}

function atField(object: JsonObject, name: string, rest: string[], create: Json | undefined): Slot[] {
  const present = Object.hasOwn(object, name);
  if (!present && create === undefined) return [];
  if (!present) put(object, name, emptyFor(rest[0], create!));
  return follow(object, name, rest, create, !present);
}

/** What a missing part is made as, so that `next` can be found in it. */
function emptyFor(next: string | undefined, leaf: Json): Json {
  if (next === undefined) return Array.isArray(leaf) ? [] : isObject(leaf) ? {} : '';
  return /^(?:\d+|\[.*\]|-|\*)$/.test(next) ? [] : {};
}

function atIndex(list: Json[], i: number, rest: string[], create: Json | undefined): Slot[] {
  const created = i === list.length && create !== undefined;
  if (created) list.push(emptyFor(rest[0], create));
  if (i >= list.length) throw new BuildError(`there is no item ${i}: the list has ${list.length}`);
  return follow(list, i, rest, create, created);
}

function atItems(list: Json[], part: string, rest: string[], create: Json | undefined): Slot[] {
  const equals = part.indexOf('=');
  const field = part.slice(1, equals);
  const wanted = part.slice(equals + 1, -1);
  const pattern = compilePattern(wanted, JSON.stringify(wanted.slice(0, 80)));
  const matches = (item: Json): boolean => {
    const value = field === '' ? item : isObject(item) ? get(item, field) : undefined;
    return (
      value !== undefined &&
      value !== null &&
      typeof value !== 'object' &&
      pattern.matcher(String(value)).find()
    );
  };
  const slots = list.flatMap((item, i) => (matches(item) ? follow(list, i, rest, create, false) : []));
  if (slots.length > 0 || create === undefined) return slots;
  list.push(field === '' ? wanted : { [field]: wanted });
  return follow(list, list.length - 1, rest, create, false);
}

function follow(
  holder: Json[] | JsonObject,
  key: string | number,
  rest: string[],
  create: Json | undefined,
  created: boolean,
): Slot[] {
  const map = holder as JsonObject;
  const [next, ...more] = rest;
  if (next !== undefined) return into(map[key] as Json, next, more, create);
  return [
    {
      get: () => map[key],
      set: value => {
        put(map, String(key), value);
      },
      created,
    },
  ];
}

/** The value that a path of names and indexes leads to, undefined if there is none. */
export function lookUp(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const part of path) {
    if (Array.isArray(value)) value = findItem(value, part);
    else if (isObject(value)) value = get(value, part);
    else return undefined;
  }
  return value;
}

function findItem(list: Json[], part: string): Json | undefined {
  if (part === '-') return list.at(-1);
  if (/^\d+$/.test(part)) return list[Number(part)];
  const found = /^\[([^=]*)=(.*)\]$/.exec(part);
  if (found === null) return undefined;
  const [, field, wanted] = found;
  return list.find(
    item => String((field === '' ? item : isObject(item) ? get(item, field!) : undefined) ?? '') === wanted,
  );
}
