import { isObject, type Json, type JsonObject } from '@millrace/json';

/** An object with one field made wrong, or at least other, and how: `spec.replicas negative`. */
export interface Mutation {
  title: string;
  object: JsonObject;
}

type Path = readonly (string | number)[];

const identity = ['apiVersion', 'kind', 'metadata.namespace'];

/** Every field of an object changed in every way that suits its type; items of lists as far as the second. */
export function* mutationsOf(object: JsonObject): Generator<Mutation> {
  yield { title: 'as it is', object };
  for (const path of pathsIn(object, [])) {
    const name = path.map(part => (typeof part === 'number' ? '[]' : part)).join('.');
    if (identity.includes(name)) continue;
    for (const [way, value] of waysFor(valueAt(object, path)))
      yield { title: `${name} ${way}`, object: changed(object, path, value) as JsonObject };
  }
}

function* pathsIn(value: Json, path: Path): Generator<Path> {
  if (path.length > 0) yield path;
  if (Array.isArray(value)) {
    for (const [index, item] of value.slice(0, 2).entries()) yield* pathsIn(item, [...path, index]);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) yield* pathsIn(item as Json, [...path, key]);
  }
}

/** What may stand in the place of a value; undefined for nothing. */
function waysFor(value: Json): [way: string, value: Json | undefined][] {
  const gone: [string, undefined] = ['deleted', undefined];
  if (typeof value === 'string')
    return [
      gone,
      ['bad', 'Bad_Value!'],
      ['empty', ''],
      ['number', 7],
      ['long', 'x'.repeat(300)],
      ['spaced', `${value} `],
    ];
  if (typeof value === 'number')
    return [gone, ['negative', -1], ['huge', 9_999_999], ['zero', 0], ['text', 'seven'], ['fraction', 1.5]];
  if (typeof value === 'boolean') return [gone, ['flipped', !value], ['text', 'yes']];
  if (Array.isArray(value))
    return [gone, ['emptied', []], ['doubled', [...value, ...value]], ['object', {}], ['null', null]];
  if (isObject(value))
    return [gone, ['emptied', {}], ['list', []], ['unknown', { ...value, surprise: 1 }], ['null', null]];
  return [gone];
}

function valueAt(value: Json, [first, ...rest]: Path): Json {
  if (first === undefined) return value;
  return valueAt((value as Record<string | number, Json>)[first]!, rest);
}

function changed(value: Json, [first, ...rest]: Path, to: Json | undefined): Json {
  const isLast = rest.length === 0;
  if (Array.isArray(value)) {
    const index = first as number;
    if (isLast && to === undefined) return value.toSpliced(index, 1);
    return value.with(index, isLast ? to! : changed(value[index]!, rest, to));
  }
  const { [first as string]: item, ...others } = value as JsonObject;
  if (isLast && to === undefined) return others;
  return { ...(value as JsonObject), [first as string]: isLast ? to! : changed(item as Json, rest, to) };
}
