import { contextVariadicFunction, goFunction, variadicFunction } from '../function.ts';
import { sortedKeys } from '../sorted-entries.ts';
import { type GoMap, isTypedNil, type TemplateFunction, type Value } from '../value.ts';
import { dynamicType, putEntry, stringList, textOf } from './go-value.ts';

const map = 'map[string]interface {}';

/** Maps with texts as keys. `set` and `unset` change the map itself, which others may hold too. */
export const dicts: Record<string, TemplateFunction> = {
  dict: contextVariadicFunction([], 'interface {}', (_, ...pairs) => dictOf(pairs)),
  get: goFunction([map, 'string'], (dict, key) => (Object.hasOwn(dict, key) ? dict[key] : '')),
  set: goFunction([map, 'string', 'interface {}'], (dict, key, value) => {
    if (isTypedNil(dict)) throw new Error('assignment to entry in nil map');
    putEntry(dict, key, value);
    return dict;
  }),
  unset: goFunction([map, 'string'], (dict, key) => {
    delete dict[key];
    return dict;
  }),
  hasKey: goFunction([map, 'string'], (dict, key) => Object.hasOwn(dict, key)),
  pluck: variadicFunction(['string'], map, (key, ...dicts) =>
    (dicts as unknown as GoMap[]).filter(dict => Object.hasOwn(dict, key)).map(dict => dict[key]),
  ),
  // Go gives keys and values in random order; the sorted one is as right and stays.
  keys: variadicFunction([], map, (...dicts) =>
    stringList((dicts as unknown as GoMap[]).flatMap(sortedKeys)),
  ),
  values: goFunction([map], dict => sortedKeys(dict).map(key => dict[key])),
  pick: variadicFunction([map], 'string', (dict, ...keys) => filtered(dict, key => keys.includes(key))),
  omit: variadicFunction([map], 'string', (dict, ...keys) => filtered(dict, key => !keys.includes(key))),
  dig: variadicFunction([], 'interface {}', (...path) => dig(path)),
};

function dictOf(pairs: readonly Value[]): GoMap {
  const dict: GoMap = {};
  for (let at = 0; at < pairs.length; at += 2)
    putEntry(dict, textOf(pairs[at]), at + 1 < pairs.length ? pairs[at + 1] : '');
  return dict;
}

function filtered(dict: GoMap, isWanted: (key: string) => boolean): GoMap {
  return Object.fromEntries(Object.entries(dict).filter(([key]) => isWanted(key)));
}

/** `dig "a" "b" default dict`: dict.a.b, or the default where a key is missing. */
function dig(path: readonly Value[]): Value {
  if (path.length < 3) throw new Error('dig needs at least three arguments');
  let dict = asserted(path.at(-1), map) as GoMap;
  const keys = path.slice(0, -2).map(key => asserted(key, 'string') as string);
  for (const [at, key] of keys.entries()) {
    if (!Object.hasOwn(dict, key)) return path.at(-2);
    if (at === keys.length - 1) return dict[key] ?? null;
    dict = asserted(dict[key], map) as GoMap;
  }
  return dict;
}

/** Go's type assertion, which takes no other type for it, be it made of the same. */
function asserted(value: Value, type: string): Value {
  if (dynamicType(value) === type) return value;
  const shown = value === null || value === undefined ? 'nil' : dynamicType(value);
  throw new Error(`interface conversion: interface {} is ${shown}, not ${type}`);
}
