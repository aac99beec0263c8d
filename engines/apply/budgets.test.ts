import type { Json, JsonObject } from '@millrace/json';
import { kubernetes } from '@millrace/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BadJsonPatch,
  checkTyped,
  FieldSet,
  JsonPatchTooLarge,
  jsonPatch,
  serverSideApply,
  TypedErrors,
  toFieldSet,
} from './index.ts';

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe('a JSON patch', () => {
  test('has ten thousand operations at most', () => {
    const operations = times(10_001, () => ({ op: 'test', path: '/a', value: 1 }));
    expect(() => jsonPatch({ a: 1 }, operations)).toThrow(JsonPatchTooLarge);
    expect(jsonPatch({ a: 1 }, operations.slice(1))).toEqual({ a: 1 });
  });

  test('that copies into itself ends at three megabytes', () => {
    const operations = times(40, () => ({ op: 'copy', from: '/a', path: '/a/-' }));
    expect(() => jsonPatch({ a: ['some text'] }, operations)).toThrow(
      'the accumulated size increase of copy',
    );
  });

  test('inserts ten thousand items at the head of a long list', () => {
    const list = times(200_000, i => i);
    const patched = jsonPatch(
      { list },
      times(10_000, i => ({ op: 'add', path: '/list/0', value: i })),
    ) as JsonObject;
    expect(patched.list).toHaveLength(210_000);
    expect(list).toHaveLength(200_000);
  });

  test('sets ten thousand keys of a large map', () => {
    const map = Object.fromEntries(times(100_000, i => [`k${i}`, i]));
    const patched = jsonPatch(
      { map },
      times(10_000, i => ({ op: 'add', path: `/map/n${i}`, value: i })),
    ) as JsonObject;
    expect(Object.keys(patched.map as JsonObject)).toHaveLength(110_000);
    expect(Object.keys(map)).toHaveLength(100_000);
  });

  test('changes neither its target nor itself', () => {
    const pointer = fc.constantFrom('', '/a', '/a/b', '/l', '/l/0', '/l/-', '/l/0/c', '/n');
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path: pointer,
      from: pointer,
      value: fc.constantFrom<Json>(1, { x: 1 }, [1], null),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 8 }), patch => {
        const target = { a: { b: { c: 1 } }, l: [{ c: 1 }, 2] };
        const before = JSON.stringify([target, patch]);
        try {
          jsonPatch(target, patch);
        } catch (error) {
          expect(error).toBeInstanceOf(BadJsonPatch);
        }
        expect(JSON.stringify([target, patch])).toBe(before);
      }),
    );
  });
});

describe('a server-side apply of many fields', () => {
  const apply = (config: JsonObject, definition: string, apiVersion: string, live?: JsonObject) =>
    serverSideApply({
      live,
      config,
      manager: 'a',
      force: true,
      schema: kubernetes.definition(definition),
      apiVersion,
      time: '2026-01-01T00:00:00Z',
    });

  test('takes 100,000 keys, again and again', () => {
    const config = (value: string): JsonObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: Object.fromEntries(times(100_000, i => [`k${i}`, value])),
    });
    const first = apply(config('1'), 'io.k8s.api.core.v1.ConfigMap', 'v1');
    const second = apply(config('2'), 'io.k8s.api.core.v1.ConfigMap', 'v1', first);
    expect(second.data).toEqual(config('2').data);
  });

  test('takes 20,000 environment variables', () => {
    const env = times(20_000, i => ({ name: `E${i}`, value: '1' }));
    const spec = { template: { spec: { containers: [{ name: 'c', image: 'x', env }] } } };
    const config: JsonObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec };
    const first = apply(config, 'io.k8s.api.apps.v1.Deployment', 'apps/v1');
    expect(apply(config, 'io.k8s.api.apps.v1.Deployment', 'apps/v1', first)).toBe(first);
  });

  test('owns the same whatever the order of many keys', () => {
    const keys = times(3_000, i => `k${i}`);
    const setOf = (names: string[]) =>
      toFieldSet(Object.fromEntries(names.map(name => [name, 1])), undefined);
    expect(setOf(keys).equals(setOf([...keys].reverse()))).toBe(true);
    expect(setOf(keys).serialise()).toEqual(setOf([...keys].reverse()).serialise());
    expect(
      setOf(keys)
        .difference(setOf(keys.slice(1)))
        .toStrings(),
    ).toEqual(['.k0']);
    expect(FieldSet.parse(setOf(keys).serialise()).equals(setOf(keys))).toBe(true);
  });

  test('tells of 100,000 mistyped fields, a thousand of them by name', () => {
    const data = Object.fromEntries(times(100_000, i => [`k${i}`, i]));
    const errors = checkTyped({ data }, kubernetes.definition('io.k8s.api.core.v1.ConfigMap'));
    expect(errors).toHaveLength(100_000);
    expect(new TypedErrors(errors).message.split('\n')).toHaveLength(1_002);
  });
});
