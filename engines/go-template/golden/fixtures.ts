import { toBytes } from '../byte-string.ts';
import { sprint } from '../fmt/print.ts';
import { goFunction, variadicFunction } from '../function.ts';
import { GoInt, GoObject, goInt, type TemplateFunction, type Value, withType } from '../value.ts';

/** The functions that the golden cases use; the Go program that made the cases defines the same ones. */

const adder = goFunction(['int', 'int'], (a, b) => goInt(a + b), 'int');

function version(type: string, kind: 'struct' | 'ptr'): GoObject {
  return new GoObject({
    type,
    kind,
    fields: { Major: 3n, Label: 'v3', Inner: { k: 'v' } },
    methods: {
      Text: goFunction(['string'], prefix => `${prefix}v3`),
      Plus: variadicFunction([], 'int', (...numbers) => goInt(numbers.reduce((sum, n) => sum + n, 3))),
      Broken: goFunction([], () => {
        throw new Error('broken');
      }),
    },
  });
}

function named(text: string): GoObject {
  return new GoObject({ type: 'main.Name', kind: 'string', base: text, text: () => `<${text}>` });
}

function values(): GoObject {
  const base: Record<string, Value> = { a: 1, n: null };
  const methods = { Has: goFunction(['string'], key => Object.hasOwn(base, key)) };
  return new GoObject({ type: 'main.Values', kind: 'map', base, methods });
}

function iterator(type: string, shape: object): GoObject {
  return new GoObject({ type, kind: 'func', ...shape });
}

export const functions: Record<string, TemplateFunction> = {
  str: goFunction(['string'], text => text),
  num: goFunction(['int'], n => goInt(n)),
  num64: goFunction(['int64'], n => n),
  flt: goFunction(['float64'], n => n),
  boolean: goFunction(['bool'], b => b),
  list: variadicFunction([], 'interface {}', (...items) => items),
  strings: variadicFunction([], 'string', (...items) => withType(items, '[]string')),
  join: variadicFunction(['string'], 'string', (separator, ...items) => items.join(separator)),
  fail: goFunction(['string'], message => {
    throw new Error(message);
  }),
  ident: goFunction(['interface {}'], value => value),
  u: goFunction(['int'], n => new GoInt('uint', BigInt(n))),
  u8: goFunction(['int'], n => new GoInt('uint8', BigInt(n))),
  i32: goFunction(['int'], n => new GoInt('int32', BigInt(n))),
  needu: goFunction(['uint'], n => new GoInt('uint', n as unknown as bigint)),
  bytes: goFunction(['string'], text => toBytes(text)),
  adder: goFunction([], () => adder, 'func(int, int) int'),
  labels: goFunction([], () => withType({ a: 'x' }, 'map[string]string')),
  version: goFunction([], () => version('main.Version', 'struct')),
  pointer: goFunction([], () => version('*main.Version', 'ptr')),
  name: goFunction(['string'], named),
  values: goFunction([], values),
  keyed: goFunction([], () =>
    withType(
      new Map<Value, Value>([
        [goInt(3), 'c'],
        [goInt(1), 'a'],
      ]),
      'map[int]string',
    ),
  ),
  takesmap: goFunction(['map[string]interface {}'], map => goInt(Object.keys(map).length)),
  takeslist: goFunction(['[]interface {}'], list => goInt(list.length)),
  takesstrings: goFunction(['[]string'], list => goInt(list.length)),
  two: goFunction(['interface {}', 'interface {}'], (a, b) => sprint([a, '|', b])),
  seq: goFunction([], () => iterator('iter.Seq[string]', { sequence: () => ['p', 'q'] })),
  seq2: goFunction([], () =>
    iterator('iter.Seq2[string,int]', {
      pairs: () => [
        ['p', goInt(1)],
        ['q', goInt(2)],
      ],
    }),
  ),
};
