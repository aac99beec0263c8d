import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CelError,
  CostLimitExceeded,
  compile,
  createEnvironment,
  EvaluationError,
  fromJson,
  kubernetesLibraries,
  types,
  withVariables,
} from './index.ts';

const environment = withVariables(createEnvironment(kubernetesLibraries), {
  x: types.dyn,
  l: types.list(types.int),
  m: types.map(types.string, types.dyn),
  s: types.string,
});

/** Whatever goes wrong is one of the named errors; anything else is a fault of the engine. */
function run(expression: string, x: fc.JsonValue): void {
  try {
    const program = compile(expression, environment);
    program.evaluate(
      { x: fromJson(x as never), l: fromJson([1, 2, 3]), m: fromJson({ a: 1, b: [true] }), s: 'text' },
      { costLimit: 20_000 },
    );
  } catch (error) {
    if (error instanceof CelError || error instanceof EvaluationError || error instanceof CostLimitExceeded)
      return;
    throw error;
  }
}

const pieces = fc.constantFrom(
  ..."x l m s 1 2u 1.5 'a' b'a' true null ( ) [ ] { } , . : ? ! - + * / % == != < <= && || in [? .? has(x.a) .all(i, .map(i, .exists(k, v, .size() .sum() .matches('a') .format([ duration('1s') timestamp('2024-01-01T00:00:00Z') optional.of( .orValue( type( int( string( __proto__ constructor .toString .hasOwnProperty('a') x.__proto__ m['__proto__'] .sortBy(e, .flatten() .split('') quantity('1') ip('::1') // \n \\ \" ''' ` @".split(
    ' ',
  ),
);

test('no text makes the engine fail in a way of its own', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), fc.jsonValue({ maxDepth: 3 }), (parts, x) =>
      run(parts.join(' '), x),
    ),
  );
});

test('no string of any signs does either', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), text => run(text, null)));
});

const leaf = fc.constantFrom(
  'x',
  'l',
  'm',
  's',
  'x.a',
  "m['b']",
  'l[0]',
  '1',
  '2.5',
  "'q'",
  'true',
  'null',
  '[]',
  '{}',
  '3u',
);
const { tree } = fc.letrec<{ tree: string }>(tie => {
  const within = tie('tree');
  const binary = fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in');
  const method = fc.constantFrom(
    'size()',
    'sort()',
    'reverse()',
    'distinct()',
    'max()',
    'isSorted()',
    'join()',
    'trim()',
    'first()',
    'value()',
  );
  const macro = fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter', 'sortBy');
  return {
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(within, binary, within).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(within, within, within).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(within, method).map(([a, call]) => `${a}.${call}`),
      fc.tuple(within, macro, within).map(([a, name, b]) => `dyn(${a}).${name}(x, ${b})`),
      fc.tuple(within, within).map(([a, b]) => `[dyn(${a}), dyn(${b})]`),
      fc.tuple(within, within).map(([a, b]) => `{'k': dyn(${a}), 'j': dyn(${b})}`),
      fc.tuple(within, within).map(([a, b]) => `dyn(${a})[?dyn(${b})]`),
      fc
        .tuple(fc.constantFrom('string', 'int', 'type', 'dyn', 'size', 'duration'), within)
        .map(([f, a]) => `${f}(dyn(${a}))`),
    ),
  };
});

test('no expression that is well formed does, whatever its types', () => {
  fc.assert(fc.property(tree, fc.jsonValue({ maxDepth: 3 }), (text, x) => run(text, x)));
});

test('what is nested deeply is refused, not a crash', () => {
  for (const text of [
    '('.repeat(5000),
    '['.repeat(5000),
    '!'.repeat(5000),
    `${'a.'.repeat(5000)}b`,
    `1${'+1'.repeat(20_000)}`,
  ])
    expect(() => run(text, null)).not.toThrow();
});
