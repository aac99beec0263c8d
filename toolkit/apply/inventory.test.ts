import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryOf, missingFrom, refOfEntry } from './inventory.ts';

test.each([
  [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'podinfo', namespace: 'default' } },
    'default_podinfo__Service',
    'v1',
  ],
  [
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'podinfo', namespace: 'default' },
    },
    'default_podinfo_autoscaling_HorizontalPodAutoscaler',
    'v2',
  ],
  [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:viewer' } },
    '_system__viewer_rbac.authorization.k8s.io_ClusterRole',
    'v1',
  ],
])('%o has the entry %s', (object, id, v) => {
  expect(entryOf(object)).toEqual({ id, v });
});

test('an entry leads back to its object', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}(:[a-z0-9-]{1,10})?$/);
  const group = fc.constantFrom('', 'apps', 'example.com');
  fc.assert(
    fc.property(
      name,
      group,
      fc.option(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/), { nil: undefined }),
      (n, g, namespace) => {
        const ref = {
          apiVersion: g ? `${g}/v1` : 'v1',
          kind: 'Thing',
          name: n,
          ...(namespace ? { namespace } : {}),
        };
        expect(refOfEntry(entryOf({ ...ref, metadata: ref }))).toEqual(ref);
      },
    ),
  );
});

test('what is no id is no object', () => {
  expect(['', 'a', 'a_b', 'a_b_c'].map(id => refOfEntry({ id, v: 'v1' }))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('an object whose version has changed is the same object', () => {
  expect(
    missingFrom(
      [
        { id: 'a', v: 'v1' },
        { id: 'b', v: 'v1' },
      ],
      [{ id: 'a', v: 'v2' }],
    ),
  ).toEqual([{ id: 'b', v: 'v1' }]);
});
