import { describe, expect, test } from 'vitest';
import { applyDefaults, fromStructural, validate } from './index.ts';

const schema = fromStructural({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        policy: { type: 'string', default: 'keep' },
        note: { type: 'string', nullable: true },
        bare: { type: 'array', items: { type: 'object' } },
        inner: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
        list: {
          type: 'array',
          items: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
      },
    },
  },
});
const good = { apiVersion: 'v1', kind: 'Pod' };

function problems(spec: object): string[] {
  return validate(applyDefaults({ spec } as never, schema, { nulls: 'kept' }), schema).map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

describe('embedded resources', () => {
  test.each([
    [{ inner: { apiVersion: 'v1', metadata: { name: 'x' } } }, ['spec.inner.kind: Required value']],
    [{ list: [good, { kind: 'Pod' }] }, ['spec.list[1].apiVersion: Required value']],
    [{ inner: {} }, ['spec.inner.apiVersion: Required value', 'spec.inner.kind: Required value']],
    [
      { inner: { ...good, apiVersion: 'a/b/c' } },
      ['spec.inner.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion'],
    ],
    [{ inner: { ...good, apiVersion: '' } }, ['spec.inner.apiVersion: Invalid value: "": must not be empty']],
    [{ inner: { ...good, kind: '1x' } }, ['spec.inner.kind: Invalid value: "1x": may have mixed case']],
    [
      { inner: { ...good, metadata: { name: 'a/b' } } },
      ['spec.inner.metadata.name: Invalid value: "a/b": may not contain \'/\''],
    ],
    [
      { inner: { ...good, metadata: { name: '..' } } },
      ['spec.inner.metadata.name: Invalid value: "..": may not be \'..\''],
    ],
    [
      { inner: { ...good, metadata: { labels: { 'a b': 'c' } } } },
      ['spec.inner.metadata.labels: Invalid value: "a b": name part'],
    ],
    [
      { inner: { ...good, metadata: { labels: { a: '-' } } } },
      ['spec.inner.metadata.labels: Invalid value: "-": a valid label'],
    ],
    [
      { inner: { ...good, metadata: { annotations: { '/': '' } } } },
      ['spec.inner.metadata.annotations: Invalid value: "/"'],
    ],
    [{ inner: { ...good, metadata: { labels: 1 } } }, ['spec.inner.metadata: Invalid value: {"labels":1}']],
    [{ inner: { ...good, kind: 'MyKind', metadata: { name: 'x:y', creationTimestamp: null } } }, []],
    [{ inner: good, list: [good] }, []],
  ])('%j', (spec, expected) => {
    const found = problems(spec);
    expected.forEach(start => {
      expect(found.some(problem => problem.startsWith(start))).toBe(true);
    });
    expect(found.length === 0).toBe(expected.length === 0);
  });

  test('the object itself is not one of them', () => {
    expect(validate({ spec: {} }, schema)).toEqual([]);
  });
});

describe('nulls of a server-side apply', () => {
  const kept = (spec: unknown) =>
    validate(
      applyDefaults({ metadata: { creationTimestamp: null }, spec } as never, schema, { nulls: 'kept' }),
      schema,
    ).map(({ field, message }) => `${field}: ${message}`);

  test.each([
    [null, ['spec: Invalid value: "null": spec in body must be of type object: "null"']],
    [{ size: null }, ['spec.size: Invalid value: "null": spec.size in body must be of type integer: "null"']],
    [
      { bare: [null] },
      ['spec.bare[0]: Invalid value: "null": spec.bare[0] in body must be of type object: "null"'],
    ],
    [{ note: null, policy: null }, []],
  ])('spec: %j', (spec, expected) => {
    expect(kept(spec)).toEqual(expected);
  });

  test('are dropped everywhere else', () => {
    expect(applyDefaults({ spec: { size: null, policy: null } }, schema)).toEqual({
      spec: { policy: 'keep' },
    });
  });
});
