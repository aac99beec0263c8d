import type { Alert } from '@millrace/api';
import { expect, test } from 'vitest';
import { alertIndex } from './alert-index.ts';

const alert = (...eventSources: object[]) =>
  ({ metadata: { name: 'a', namespace: 'team' }, spec: { eventSources } }) as unknown as Alert;
const own = alert({ kind: 'Kustomization', name: '*' }, { kind: 'Kustomization', name: 'x' });
const others = alert({ kind: 'Kustomization', name: '*', namespace: 'other' });
const to = (index: ReturnType<typeof alertIndex>, namespace: string, kind = 'Kustomization') => [
  ...index.to({ kind, namespace }),
];

test('an Alert is found by what it listens to, in its namespace where none is named', () => {
  const index = alertIndex();
  index.add('own', own);
  index.add('others', others);
  expect(to(index, 'team')).toEqual([own]);
  expect(to(index, 'other')).toEqual([others]);
  expect(to(index, 'team', 'HelmRelease')).toEqual([]);
});

test('one that is gone, or listens to something else now, is not', () => {
  const index = alertIndex();
  index.add('own', own);
  index.take('own', own);
  index.add('own', others);
  expect(to(index, 'team')).toEqual([]);
  expect(to(index, 'other')).toEqual([others]);
});
