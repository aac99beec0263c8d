import { describe, expect, test } from 'vitest';
import {
  authorizer,
  authorizerType,
  CelError,
  CostLimitExceeded,
  compile,
  createEnvironment,
  declare,
  EvaluationError,
  escapeName,
  estimateCost,
  fluxLibraries,
  fromJson,
  kubernetesLibraries,
  types,
  unescapeName,
  view,
  withAnyVariable,
  withVariables,
} from './index.ts';

const base = createEnvironment(kubernetesLibraries);
const dynamic = withVariables(base, { x: types.dyn });

describe('a program', () => {
  test('tells where its text is wrong', () => {
    const fail = () => compile('x == 1 &&\n  "a" + 1 == y', dynamic);
    expect(fail).toThrow(CelError);
    try {
      fail();
    } catch (error) {
      expect((error as CelError).issues).toEqual([
        { line: 2, column: 7, message: "found no matching overload for '_+_' applied to '(string, int)'" },
        { line: 2, column: 14, message: "undeclared reference to 'y' (in container '')" },
      ]);
    }
  });

  test('may name what nothing declares, where any name is a variable', () => {
    const program = compile('!has(status.x) || status.x == kind', withAnyVariable(base));
    expect(program.evaluate({ status: fromJson({}) })).toBe(true);
    expect(program.evaluate({ status: fromJson({ x: 'a' }), kind: 'a' })).toBe(true);
    expect(() => program.evaluate({})).toThrow(new EvaluationError('no such attribute(s): status'));
  });

  test('asks only for the variables that it comes to', () => {
    const asked: string[] = [];
    const environment = withVariables(base, { a: types.bool, b: types.bool });
    const program = compile('a || b', environment);
    program.evaluate(name => {
      asked.push(name);
      return true;
    });
    expect([asked, program.uses('b'), program.uses('c')]).toEqual([['a'], true, false]);
  });

  test('stops at its limit, whatever surrounds the place', () => {
    const program = compile('x.all(a, x.all(b, a == b)) || true', dynamic);
    const x = fromJson(Array.from({ length: 1000 }, () => 1));
    expect(() => program.evaluate({ x }, { costLimit: 10_000 })).toThrow(CostLimitExceeded);
  });

  test('tells its cost when it fails, too', () => {
    let cost = 0;
    const program = compile('x.a.b', dynamic);
    expect(() => program.evaluate({ x: fromJson({}) }, { onCost: spent => (cost = spent) })).toThrow(
      new EvaluationError('no such key: a'),
    );
    expect(cost).toBe(2);
  });

  test('neither sees nor sets what objects of JavaScript inherit', () => {
    const evaluate = (text: string) =>
      compile(text, dynamic).evaluate({ x: fromJson(JSON.parse('{"__proto__": 1}')) });
    expect(evaluate("has(x.toString) || has(x.constructor) || 'valueOf' in x")).toBe(false);
    expect(evaluate("x['__proto__'] == 1")).toBe(true);
    expect(evaluate("{'__proto__': 2}['__proto__']")).toBe(2n);
  });
});

// Values of cel-go 0.27, by fluxcd/pkg/runtime/cel.
test.each([
  ['x.big == 9007199254740993', true],
  ['x.big < 9007199254740993', false],
  ['x.big in [9007199254740993]', true],
  ['x.edge == 9223372036854775807', true],
  ['x.edge > 9223372036854775807', false],
  ['x.edge == 18446744073709551615u', false],
])('an integer is rounded before it is compared with a double: %s', (text, value) => {
  const x = fromJson({ big: 2 ** 53, edge: 2 ** 63 }, 'doubles');
  expect(compile(text, dynamic).evaluate({ x })).toBe(value);
});

test.each([
  [
    "x.matches('(?=x)')",
    'invalid matches argument',
    'error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  [
    "duration('y') == x",
    'invalid duration argument',
    "type conversion error from 'string' to 'google.protobuf.Duration'",
  ],
])('a literal that never becomes what it should be is refused: %s', (text, ofKubernetes, ofFlux) => {
  expect(() => compile(text, dynamic)).toThrow(ofKubernetes);
  const flux = withVariables(createEnvironment(fluxLibraries), { x: types.dyn });
  expect(() => compile(text, flux)).toThrow(new EvaluationError(ofFlux));
});

describe('a value seen with its schema', () => {
  const schema = {
    type: 'object',
    properties: {
      'a-b': { type: 'integer' },
      rate: { type: 'number' },
      wait: { type: 'string', format: 'duration' },
      names: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer' } } },
      },
      none: { type: 'string', nullable: true },
      any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
  const { type } = declare(schema, 'self')!;
  const environment = withVariables(base, { self: type, old: type });
  const self = {
    'a-b': 2,
    rate: 3,
    wait: '90s',
    names: ['x', 'y'],
    ports: [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ],
    none: null,
    any: { q: 1 },
  };
  const old = { ...self, names: ['y', 'x'], ports: [...self.ports].reverse() };

  test.each([
    ['self.a__dash__b == 2', true],
    ['self.rate / 2.0 == 1.5', true],
    ["self.wait == duration('1m30s')", true],
    ['self.names == old.names', true],
    ['self.ports == old.ports', true],
    ["self.names + ['z', 'x'] == ['z', 'y', 'x']", true],
    ['(self.ports + old.ports).size()', 2n],
    ['has(self.none)', false],
    ['self == old', true],
    ['self.any == old.any', true],
  ])('%s', (text, value) => {
    const schemaView = { self: view(self, schema), old: view(old, schema) };
    expect(compile(text, environment).evaluate(schemaView)).toEqual(value);
  });

  test('is not asked for fields that the schema does not have', () => {
    expect(() => compile('self.nope', environment)).toThrow("undefined field 'nope'");
    expect(() => compile('self.any.q', environment)).toThrow("undefined field 'q'");
  });
});

test('names of properties go there and back', () => {
  const names = ['a', 'a-b', 'a.b/c', 'in', 'a__b', '__x', 'namespace', '_'];
  expect(names.map(name => unescapeName(escapeName(name)!))).toEqual(names);
  expect([escapeName('1a'), escapeName('a b'), unescapeName('__nope__')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('a cost has an end where the sizes have one', () => {
  const worst = (schema: object) => {
    const self = declare(schema as never, 'self')!;
    return estimateCost(
      compile("self.all(x, x.contains('a'))", withVariables(base, { self: self.type })).checked,
      {
        self,
      },
    ).max;
  };
  const items = { type: 'string', maxLength: 10 };
  expect(worst({ type: 'array', maxItems: 10, items })).toBeLessThan(200);
  expect(worst({ type: 'array', items })).toBeGreaterThan(1e6);
});

test('the authorizer asks whom it is given', () => {
  const environment = withVariables(base, { authorizer: authorizerType });
  const program = compile(
    "authorizer.serviceAccount('ns', 'sa').group('apps').resource('deployments').namespace('a').check('get').allowed()",
    environment,
  );
  const questions: unknown[] = [];
  const value = authorizer(question => {
    questions.push(question);
    return { allowed: true, reason: '' };
  });
  expect(program.evaluate({ authorizer: value })).toBe(true);
  expect(questions).toEqual([
    {
      verb: 'get',
      serviceAccount: { namespace: 'ns', name: 'sa' },
      group: 'apps',
      resource: 'deployments',
      subresource: '',
      namespace: 'a',
      name: '',
    },
  ]);
});
