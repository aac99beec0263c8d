import type { Json } from '@millrace/json';
import { kubernetes } from '@millrace/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diff } from './diff.ts';

const deployment = kubernetes.schemaFor({ group: 'apps', version: 'v1', kind: 'Deployment' });

function workload(containers: Json): Json {
  return { spec: { template: { spec: { containers } } } };
}

describe('differences for people', () => {
  test('items of keyed lists are named by their key, wherever they stand', () => {
    const before = workload([
      { name: 'a', image: 'x:1' },
      { name: 'b', image: 'y' },
    ]);
    const after = workload([
      { name: 'b', image: 'y' },
      { name: 'a', image: 'x:2', args: ['-v'] },
    ]);
    expect(diff(before, after, deployment)).toEqual([
      { path: '.spec.template.spec.containers[name="a"].image', before: 'x:1', after: 'x:2' },
      { path: '.spec.template.spec.containers[name="a"].args', after: ['-v'] },
    ]);
  });

  test('without a schema lists go by index', () => {
    expect(diff({ a: [1, 2] }, { a: [1, 3, 4] })).toEqual([
      { path: '.a[1]', before: 2, after: 3 },
      { path: '.a[2]', after: 4 },
    ]);
  });

  test('a change of type is one difference', () => {
    expect(diff({ a: { b: 1 } }, { a: [1] })).toEqual([{ path: '.a', before: { b: 1 }, after: [1] }]);
  });

  test('there is none between a value and itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(diff(value as Json, value as Json)).toEqual([]);
      }),
    );
  });
});
