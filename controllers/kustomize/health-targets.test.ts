import type { Kustomization } from '@millrace/api';
import { expect, test } from 'vitest';
import { healthTargets } from './health-targets.ts';

const applied = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'apps' }];

function kustomization(spec: Partial<Kustomization['spec']>): Kustomization {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: {
      interval: '1m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      ...spec,
    },
  };
}

test('a check without an API version is one of apps/v1', () => {
  const healthChecks = [{ kind: 'Deployment', name: 'web', namespace: 'apps' }];
  expect(healthTargets(kustomization({ healthChecks }), applied)).toEqual([
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'apps' },
  ]);
});

test('with wait all that was applied counts, and what is named does not', () => {
  const healthChecks = [{ kind: 'Deployment', name: 'web', namespace: 'apps' }];
  expect(healthTargets(kustomization({ wait: true, healthChecks }), applied)).toEqual(applied);
});

test('nobody waits for themselves', () => {
  const own = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', name: 'apps' };
  const healthChecks = [
    { ...own, namespace: 'flux-system' },
    { ...own, namespace: 'apps' },
  ];
  expect(healthTargets(kustomization({ healthChecks }), [])).toEqual([{ ...own, namespace: 'apps' }]);
});
