import { compareStrings } from '../byte-string.ts';
import { contextFunction, contextVariadicFunction } from '../function.ts';
import {
  type CallContext,
  GoObject,
  type TemplateFunction,
  typedNil,
  typeName,
  underlying,
  type Value,
  withType,
} from '../value.ts';
import { toInt64 } from './cast.ts';
import { deepEqual } from './deep-equal.ts';
import { elementsOf, isEmpty, kindOfType, stringList, stringsOf, textOf } from './go-value.ts';
import { reserveList } from './sequence.ts';

/** The elements of what must be a list. `verb` is what cannot be done otherwise, in Sprig's words. */
function listOf(context: CallContext, value: Value, verb: string): Value[] {
  const kind = kindOfType(value);
  const items = elementsOf(value);
  if (!items) throw new Error(`${verb} ${kind}`);
  reserveList(context, items.length);
  return items;
}

type OfList = (items: Value[], context: CallContext) => Value;

/** A function of one list. */
function ofList(verb: string, call: OfList): TemplateFunction {
  return contextFunction(['interface {}'], (context, list) => call(listOf(context, list, verb), context));
}

/** The functions that also go by a name with `must`, which here as in Go fails alike: the one panics. */
function withMust(functions: Record<string, TemplateFunction>): Record<string, TemplateFunction> {
  const must = Object.entries(functions).map(([name, call]) => [
    `must${name[0]!.toUpperCase()}${name.slice(1)}`,
    call,
  ]);
  return { ...functions, ...Object.fromEntries(must) };
}

const append = contextFunction(['interface {}', 'interface {}'], (context, list, item) => [
  ...listOf(context, list, 'Cannot push on type'),
  item,
]);

const mustToo = withMust({
  append,
  push: append,
  prepend: contextFunction(['interface {}', 'interface {}'], (context, list, item) => [
    item,
    ...listOf(context, list, 'Cannot prepend on type'),
  ]),
  first: ofList('Cannot find first on type', items => items[0] ?? null),
  last: ofList('Cannot find last on type', items => items.at(-1) ?? null),
  rest: ofList('Cannot find rest on type', items => (items.length > 0 ? items.slice(1) : typedNil([]))),
  initial: ofList('Cannot find initial on type', items =>
    items.length > 0 ? items.slice(0, -1) : typedNil([]),
  ),
  reverse: ofList('Cannot find reverse on type', items => items.toReversed()),
  compact: ofList('Cannot compact on type', items => items.filter(item => !isEmpty(item))),
  uniq: ofList('Cannot find uniq on type', unique),
  without: contextVariadicFunction(['interface {}'], 'interface {}', (context, list, ...unwanted) =>
    listOf(context, list, 'Cannot find without on type').filter(item => !includes(context, unwanted, item)),
  ),
  has: contextFunction(['interface {}', 'interface {}'], (context, item, list) =>
    list === null ? false : includes(context, listOf(context, list, 'Cannot find has on type'), item),
  ),
  slice: contextVariadicFunction(['interface {}'], 'interface {}', slice),
  chunk: contextFunction(['int', 'interface {}'], (context, size, list) =>
    chunks(context, size, listOf(context, list, 'Cannot chunk type')),
  ),
});

const list = contextVariadicFunction([], 'interface {}', (_, ...items) => items);

/** Lists of any type, which come out as []interface {} unless said otherwise. Nothing given is changed. */
export const lists: Record<string, TemplateFunction> = {
  ...mustToo,
  list,
  tuple: list,
  concat: contextVariadicFunction([], 'interface {}', (context, ...given) => {
    const all = given.flatMap(items => {
      const kind = kindOfType(items);
      const elements = elementsOf(items);
      if (!elements) throw new Error(`Cannot concat type ${kind} as list`);
      reserveList(context, elements.length);
      return elements;
    });
    reserveList(context, all.length);
    return all.length > 0 ? all : typedNil([]);
  }),
  sortAlpha: contextFunction(['interface {}'], (context, value) => {
    const items = elementsOf(value);
    if (!items) return stringList([textOf(value)]);
    reserveList(context, items.length);
    // A []string is sorted where it is: Sprig's sort is in place.
    return stringsOf(value).sort(compareStrings);
  }),
  toStrings: contextFunction(['interface {}'], (context, value) => {
    reserveList(context, elementsOf(value)?.length ?? 1);
    return stringsOf(value);
  }),
  join: contextFunction(['string', 'interface {}'], (context, separator, value) => {
    const texts = stringsOf(value);
    context.reserve(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
    return texts.join(separator);
  }),
};

function includes(context: CallContext, items: readonly Value[], wanted: Value): boolean {
  return items.some(item => deepEqual(context, wanted, item));
}

function unique(items: Value[], context: CallContext): Value[] {
  const found: Value[] = [];
  for (const item of items) if (!includes(context, found, item)) found.push(item);
  return found;
}

function slice(context: CallContext, list: Value, ...indexes: Value[]): Value {
  const kind = kindOfType(list);
  const items = elementsOf(list);
  if (!items) throw new Error(`list should be type of slice or array but ${kind}`);
  if (items.length === 0) return null;
  reserveList(context, items.length);
  const start = indexes.length > 0 ? Number(toInt64(indexes[0])) : 0;
  const end = indexes.length > 1 ? Number(toInt64(indexes[1])) : items.length;
  if (start < 0 || end < start || end > items.length)
    throw new Error('reflect.Value.Slice: slice index out of bounds');
  return retyped(list, (underlying(list) as Value[]).slice(start, end));
}

/** A part of a list is of the list's type. */
function retyped(list: Value, part: Value[] | Uint8Array): Value {
  if (list instanceof GoObject) return new GoObject({ ...list.shape, base: part });
  return part instanceof Uint8Array ? part : withType(part, typeName(list));
}

function chunks(context: CallContext, size: number, items: Value[]): Value {
  const count = Math.floor((items.length - 1) / size) + 1;
  // What is left of a size below 1 in Sprig's arithmetic is at most one part.
  const lastLength = items.length % size || size;
  if (!(count >= 0 && count < Infinity) || (count > 0 && lastLength < 0))
    throw new Error('runtime error: makeslice: len out of range');
  reserveList(context, count);
  const parts = Array.from({ length: count }, (_, at) =>
    size > 0 ? items.slice(at * size, (at + 1) * size) : items.slice(0, lastLength),
  );
  return withType<Value[]>(parts, '[][]interface {}');
}
