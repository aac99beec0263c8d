import type { Kustomization } from '@millrace/api';
import { NotReady } from '@millrace/controller';
import { describe, expect, test } from 'vitest';
import { requireDependencies } from './dependencies.ts';
import type { SourceState } from './source.ts';

const source = {
  kind: 'GitRepository',
  namespace: 'flux-system',
  name: 'fleet',
  revision: 'main@sha1:b',
} as SourceState;

function kustomization(
  name: string,
  dependsOn: string[],
  options: { ready?: boolean; revision?: string; generation?: number; from?: string } = {},
): Kustomization {
  const { ready = true, revision = source.revision, generation = 1, from = 'fleet' } = options;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system', generation },
    spec: {
      interval: '1m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: from },
      dependsOn: dependsOn.map(n => ({ name: n })),
    },
    status: {
      observedGeneration: 1,
      lastAppliedRevision: revision,
      conditions: [
        {
          type: 'Ready',
          status: ready ? 'True' : 'False',
          reason: 'R',
          message: 'm',
          lastTransitionTime: '',
        },
      ],
    },
  } as Kustomization;
}

function check(...all: Kustomization[]): void {
  const byKey = new Map(all.map(ks => [`flux-system/${ks.metadata.name}`, ks]));
  requireDependencies(all[0]!, source, key => byKey.get(key));
}

describe('dependencies', () => {
  test('that are ready, and of the same revision, are met', () => {
    expect(() => check(kustomization('a', ['b']), kustomization('b', []))).not.toThrow();
  });
  test('of another source may have any revision', () => {
    expect(() =>
      check(kustomization('a', ['b']), kustomization('b', [], { revision: 'other', from: 'other' })),
    ).not.toThrow();
  });
  test.each([
    ['not found', [kustomization('a', ['b'])], /dependency 'flux-system\/b' not found/],
    [
      'not ready',
      [kustomization('a', ['b']), kustomization('b', [], { ready: false })],
      /'flux-system\/b' is not ready/,
    ],
    [
      'ready for an older spec',
      [kustomization('a', ['b']), kustomization('b', [], { generation: 2 })],
      /'flux-system\/b' is not ready/,
    ],
    [
      'behind',
      [kustomization('a', ['b']), kustomization('b', [], { revision: 'main@sha1:a' })],
      /'flux-system\/b' revision is not up to date/,
    ],
    [
      'in a circle',
      [kustomization('a', ['b']), kustomization('b', ['c']), kustomization('c', ['a'])],
      /circular dependency: flux-system\/a -> flux-system\/b -> flux-system\/c -> flux-system\/a/,
    ],
    ['its own', [kustomization('a', ['a'])], /circular dependency: flux-system\/a -> flux-system\/a/],
  ])('that are %s are not', (_, all, message) => {
    expect(() => check(...all)).toThrow(NotReady);
    expect(() => check(...all)).toThrow(message);
  });
  test('of a circle that one is not part of are simply not ready', () => {
    expect(() =>
      check(
        kustomization('a', ['b']),
        kustomization('b', ['c'], { ready: false }),
        kustomization('c', ['b']),
      ),
    ).toThrow(/'flux-system\/b' is not ready/);
  });
});
