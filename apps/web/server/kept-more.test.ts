import { asKubeObject } from '@millrace/kube';
import { expect, test } from 'vitest';
import { keptMore } from './kept-more.ts';

const alertWith = (spec: object, labels = {}) =>
  asKubeObject({
    ...{ apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind: 'Alert' },
    metadata: { name: 'chat', namespace: 'team', labels },
    spec,
  } as never);
const spec = { providerRef: { name: 'chat' }, eventSources: [{ kind: 'Kustomization', name: '*' }] };

test('an Alert is kept, with its defaults', () => {
  expect(keptMore(alertWith(spec)).alert?.spec).toMatchObject({ ...spec, eventSeverity: 'info' });
});

test.each<[string, object]>([
  ['of another shape', { ...spec, eventSources: 'all' }],
  ['that is too long', { ...spec, exclusionList: ['x'.repeat(40_000)] }],
  ['with more expressions than anybody needs', { ...spec, exclusionList: new Array(30).fill('x') }],
])('an Alert %s is not', (_what, odd) => {
  expect(keptMore(alertWith(odd)).alert).toBeUndefined();
});

test('more labels than anybody needs are none', () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`l${i}`, '']));
  expect(keptMore(alertWith(spec, many)).labels).toEqual({});
});
