import type { JsonObject } from '@millrace/json';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';
import { until } from '../testing/until.ts';

let subject: Subject;
let namespace: string;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'rules.millrace.example.com';
const made: string[] = [];

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
});
afterAll(async () => {
  for (const path of made) await subject.client.delete(path);
  await subject.client.delete(`/api/v1/namespaces/${namespace}`);
  await subject.stop();
});

/** A definition whose spec has this schema. */
function definition(plural: string, spec: JsonObject, root: JsonObject = {}): JsonObject {
  const kind = plural[0]!.toUpperCase() + plural.slice(1, -1);
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec, status: { type: 'object', properties: { n: { type: 'integer' } } } },
              ...root,
            },
          },
        },
      ],
    },
  };
}

/** Creates the kind and waits until it is served; answers with the path of its objects. */
async function define(plural: string, spec: JsonObject, root: JsonObject = {}): Promise<string> {
  const created = await subject.client.post(definitions, definition(plural, spec, root));
  expect(created.body.message).toBeUndefined();
  made.push(`${definitions}/${plural}.${group}`);
  await until(subject.client, `${definitions}/${plural}.${group}`, ({ status }) =>
    status?.conditions?.some(
      ({ type, status: is }: { type: string; status: string }) => type === 'Established' && is === 'True',
    ),
  );
  const path = `/apis/${group}/v1/namespaces/${namespace}/${plural}`;
  await expect.poll(async () => (await subject.client.get(path)).code).toBe(200);
  return path;
}

const kindOf = (plural: string) => plural[0]!.toUpperCase() + plural.slice(1, -1);

async function create(path: string, name: string, spec: JsonObject) {
  const kind = kindOf(path.split('/').at(-1)!);
  return subject.client.post(path, { apiVersion: `${group}/v1`, kind, metadata: { name }, spec });
}

const rule = (text: string, more: JsonObject = {}): JsonObject => ({ rule: text, ...more });
const rules = (...all: JsonObject[]) => ({ 'x-kubernetes-validations': all });

describe('rules of custom resources', () => {
  test('that are broken make a request fail with their messages', async () => {
    const path = await define('limits', {
      type: 'object',
      properties: {
        least: { type: 'integer' },
        most: { type: 'integer' },
        word: { type: 'string', maxLength: 20, ...rules(rule("self.startsWith('a')")) },
      },
      ...rules(
        rule('self.least <= self.most', { message: 'least must not exceed most' }),
        rule('!has(self.most) || self.most < 100', {
          messageExpression: '"too much for " + self.word',
          reason: 'FieldValueForbidden',
          fieldPath: '.most',
        }),
      ),
    });
    const { code, body } = await create(path, 'bad', { least: 300, most: 200, word: 'b' });
    expect(code).toBe(422);
    expect(body.details.causes).toEqual([
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: least must not exceed most',
        field: 'spec',
      },
      { reason: 'FieldValueForbidden', message: 'Forbidden: too much for b', field: 'spec.most' },
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: "b": failed rule: self.startsWith('a')`,
        field: 'spec.word',
      },
    ]);
    expect((await create(path, 'good', { least: 1, most: 2, word: 'a' })).code).toBe(201);
    const missing = await create(path, 'missing', { least: 1 });
    expect(missing.body.details.causes).toEqual([
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: "object": no such key: most evaluating rule: least must not exceed most',
        field: 'spec',
      },
    ]);
  });

  test('compare with what was', async () => {
    const path = await define('steps', {
      type: 'object',
      properties: {
        fixed: { type: 'string', maxLength: 20, ...rules(rule('self == oldSelf', { message: 'is fixed' })) },
        up: {
          type: 'integer',
          ...rules(
            rule('oldSelf.hasValue() ? self >= oldSelf.value() : self > 0', {
              optionalOldSelf: true,
              message: 'goes up only',
            }),
          ),
        },
        items: {
          type: 'array',
          maxItems: 5,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string', maxLength: 10 }, n: { type: 'integer' } },
            ...rules(rule('self.n >= oldSelf.n', { message: 'n goes up' })),
          },
        },
      },
    });
    expect((await create(path, 'a', { up: 0 })).body.details.causes[0].message).toBe(
      'Invalid value: 0: goes up only',
    );
    const items = [
      { name: 'x', n: 1 },
      { name: 'y', n: 5 },
    ];
    expect((await create(path, 'a', { fixed: 'f', up: 3, items })).code).toBe(201);
    const change = (spec: JsonObject) =>
      subject.client.patch(`${path}/a`, 'application/merge-patch+json', { spec });
    const { body } = await change({
      fixed: 'g',
      up: 2,
      items: [
        { name: 'y', n: 4 },
        { name: 'x', n: 2 },
      ],
    });
    const told = body.details.causes.map(({ field, message }: JsonObject) => `${field}: ${message}`).sort();
    expect(told).toEqual([
      'spec.fixed: Invalid value: "g": is fixed',
      'spec.items[0]: Invalid value: n goes up',
      'spec.up: Invalid value: 2: goes up only',
    ]);
    expect((await change({ fixed: null, up: 9 })).code).toBe(200);
    expect((await change({ fixed: 'other' })).code).toBe(200);
  });

  test('see names that are no identifiers, either of two types, formats and the name of the object', async () => {
    const path = await define(
      'odds',
      {
        type: 'object',
        properties: {
          'a-b': { type: 'integer' },
          namespace: { type: 'string', maxLength: 20 },
          port: { 'x-kubernetes-int-or-string': true },
          wait: { type: 'string', format: 'duration' },
          labels: {
            type: 'object',
            maxProperties: 5,
            additionalProperties: { type: 'string', maxLength: 5 },
          },
          any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
        ...rules(
          rule("self.a__dash__b > 0 && self.__namespace__ != ''", { message: 'names' }),
          rule("type(self.port) == int ? self.port < 10 : self.port == 'http'", { message: 'port' }),
          rule("self.wait < duration('1m')", { message: 'wait' }),
          rule("self.labels.all(k, self.labels[k] != 'bad')", { message: 'labels' }),
        ),
      },
      rules(rule("self.metadata.name.startsWith('odd')", { message: 'name' })),
    );
    const spec = { 'a-b': 1, namespace: 'x', port: 'http', wait: '1s', labels: { k: 'v' }, any: { q: 1 } };
    expect((await create(path, 'odd', spec)).body.message).toBeUndefined();
    const bad = { 'a-b': 0, namespace: 'x', port: 80, wait: '2m', labels: { k: 'bad' } };
    const { body } = await create(path, 'even', bad);
    expect(body.details.causes.map(({ field, message }: JsonObject) => `${field}: ${message}`)).toEqual([
      '<nil>: Invalid value: name',
      'spec: Invalid value: names',
      'spec: Invalid value: port',
      'spec: Invalid value: wait',
      'spec: Invalid value: labels',
    ]);
  });

  test('are not asked about an object that is wrong otherwise', async () => {
    const path = await define('wrongs', {
      type: 'object',
      required: ['n'],
      properties: { n: { type: 'integer' } },
      ...rules(rule('self.n > 0')),
    });
    const { body } = await create(path, 'x', {});
    expect(body.message).toBe(
      `Wrong.${group} "x" is invalid: [spec.n: Required value, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]`,
    );
  });

  test('forgive what was broken before', async () => {
    const path = await define('olds', {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
    });
    expect((await create(path, 'x', { a: 5, b: 1 })).code).toBe(201);
    const at = `${definitions}/olds.${group}`;
    const { body: current } = await subject.client.get(at);
    current.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.a = {
      type: 'integer',
      ...rules(rule('self < 3', { message: 'a is small' })),
    };
    expect((await subject.client.put(at, current)).code).toBe(200);
    await expect.poll(async () => (await create(path, 'new', { a: 5 })).code).toBe(422);
    const change = (spec: JsonObject) =>
      subject.client.patch(`${path}/x`, 'application/merge-patch+json', { spec });
    const forgiven = await change({ b: 2 });
    expect([forgiven.code, forgiven.headers.warning]).toEqual([
      200,
      '299 - "spec.a: Invalid value: 5: a is small"',
    ]);
    expect((await change({ a: 6 })).body.details.causes[0].message).toBe('Invalid value: 6: a is small');
  });
});

describe('a definition', () => {
  test.each([
    [
      'a rule of the wrong type',
      { type: 'object', properties: { n: { type: 'integer' } }, ...rules(rule("self.n == 'a'")) },
    ],
    [
      'an unknown field',
      { type: 'object', properties: { n: { type: 'integer' } }, ...rules(rule('self.m > 1')) },
    ],
    ['a rule that is no bool', { type: 'integer', ...rules(rule('self + 1')) }],
    ['a rule that is no text', { type: 'integer', ...rules(rule('self +')) }],
    ['an empty rule', { type: 'integer', ...rules(rule(' ')) }],
    ['a bad reason', { type: 'integer', ...rules(rule('self > 1', { reason: 'Because' })) }],
    [
      'a bad path',
      {
        type: 'object',
        properties: { n: { type: 'integer' } },
        ...rules(rule('self.n > 1', { fieldPath: '.m' })),
      },
    ],
    [
      'a message that is no text',
      { type: 'integer', ...rules(rule('self > 1', { messageExpression: '1' })) },
    ],
    [
      'an old value of the item of a list',
      { type: 'array', maxItems: 3, items: { type: 'integer', ...rules(rule('self == oldSelf')) } },
    ],
    [
      'optionalOldSelf without oldSelf',
      { type: 'integer', ...rules(rule('self > 1', { optionalOldSelf: true })) },
    ],
    [
      'a rule that can cost too much',
      {
        type: 'array',
        items: { type: 'array', items: { type: 'string' } },
        ...rules(rule("self.all(x, x.all(y, self.exists(z, z == x && y.matches('a+b'))))")),
      },
    ],
    [
      'a rule on the items of a long list',
      {
        type: 'array',
        maxItems: 100000,
        items: { type: 'string', maxLength: 200, ...rules(rule("self.contains('abcdefghijkl')")) },
      },
    ],
    [
      'a message that can cost too much',
      {
        type: 'integer',
        ...rules(rule('self > 1', { messageExpression: "'is ' + string(self)" })),
      },
    ],
    [
      'a little too much',
      {
        type: 'array',
        maxItems: 3400,
        items: { type: 'string', maxLength: 10 },
        ...rules(rule('self.all(x, self.exists_one(y, x == y && true))')),
      },
    ],
    ['a constant that has no value', { type: 'integer', ...rules(rule('self > int("x")')) }],
  ] as [string, JsonObject][])('with %s is refused', async (_name, spec) => {
    const { code, body } = await subject.client.post(`${definitions}?dryRun=All`, definition('bads', spec));
    expect(code).toBe(422);
    expect(body.message).toMatchSnapshot();
  });
});
