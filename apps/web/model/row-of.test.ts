import type { JsonObject } from '@millrace/json';
import { asKubeObject } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { historyOf } from './history.ts';
import { rowOf } from './row-of.ts';

const ready = (status: string, more: JsonObject = {}) => ({
  status: { observedGeneration: -1, conditions: [{ type: 'Ready', status, observedGeneration: 1, ...more }] },
});
const row = (more: JsonObject) =>
  rowOf(
    asKubeObject({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'apps', namespace: 'team', generation: 1 },
      spec: {},
      ...more,
    }),
  );

describe('how an object is', () => {
  test.each<[string, JsonObject, string]>([
    ['one that is ready', ready('True'), 'ready'],
    ['one that has never succeeded', ready('False', { reason: 'BuildFailed' }), 'failing'],
    ['one that waits for others', ready('False', { reason: 'DependencyNotReady' }), 'waiting'],
    ['one that waits for its source', ready('False', { reason: 'SourceNotReady' }), 'waiting'],
    ['one at work', ready('Unknown'), 'progressing'],
    [
      'one whose spec is newer than what is said of it',
      ready('True', { observedGeneration: 0 }),
      'progressing',
    ],
    ['one that is suspended', { ...ready('False'), spec: { suspend: true } }, 'suspended'],
    ['one that nobody has seen', {}, 'unknown'],
    ['one without status by its kind', { kind: 'Alert' }, 'ready'],
    ['the address of a registry', { kind: 'HelmRepository', spec: { type: 'oci' } }, 'ready'],
    ['one with a status of another shape', { status: { conditions: 'none' } }, 'unknown'],
  ])('%s', (_what, more, state) => {
    expect(row(more).state).toBe(state);
  });
});

test('what it did before is read from its status', () => {
  const history = (kind: string, entry: JsonObject) =>
    historyOf(
      asKubeObject({ apiVersion: 'v1', kind, metadata: { name: 'a' }, status: { history: [entry, 'odd'] } }),
    );
  expect(
    history('Kustomization', {
      metadata: { revision: 'main@sha1:a' },
      lastReconciled: '2026-01-01T00:00:00Z',
      lastReconciledStatus: 'ReconciliationSucceeded',
      lastReconciledDuration: '1.2s',
      totalReconciliations: 3,
    }),
  ).toEqual([
    {
      what: 'main@sha1:a',
      at: '2026-01-01T00:00:00Z',
      status: 'ReconciliationSucceeded',
      more: '3 times, in 1.2s',
    },
  ]);
  const release = {
    version: 2,
    chartName: 'podinfo',
    chartVersion: '6.7.1',
    appVersion: '6',
    status: 'deployed',
  };
  expect(history('HelmRelease', release)).toEqual([
    { what: 'v2: podinfo 6.7.1', at: '', status: 'deployed', more: 'app 6' },
  ]);
});

test('what it hangs on is read from its spec and labels', () => {
  const found = row({
    metadata: {
      name: 'apps',
      namespace: 'team',
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'all',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
    },
    spec: {
      sourceRef: { kind: 'GitRepository', name: 'fleet', namespace: 'flux-system' },
      dependsOn: [{ name: 'infra' }, { name: 'crds', namespace: 'base' }, 'odd'],
    },
  });
  expect(found).toMatchObject({
    source: 'GitRepository/flux-system/fleet',
    owner: 'Kustomization/flux-system/all',
    dependsOn: ['Kustomization/team/infra', 'Kustomization/base/crds'],
  });
});
