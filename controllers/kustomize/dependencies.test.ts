import type { Kustomization } from '@millrace/api';
import { NotReady, Stalled } from '@millrace/controller';
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
  dependsOn: (string | { name: string; readyExpr: string })[],
  options: {
    ready?: 'True' | 'False' | 'Unknown';
    revision?: string;
    attempted?: string;
    generation?: number;
    from?: string;
  } = {},
): Kustomization {
  const { ready = 'True', revision = source.revision, generation = 1, from = 'fleet' } = options;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system', generation },
    spec: {
      interval: '1m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: from },
      dependsOn: dependsOn.map(on => (typeof on === 'string' ? { name: on } : on)),
    },
    status: {
      observedGeneration: 1,
      lastAppliedRevision: revision,
      lastAttemptedRevision: options.attempted ?? revision,
      conditions: [
        {
          type: 'Ready',
          status: ready,
          reason: 'R',
          message: 'm',
          lastTransitionTime: '',
        },
      ],
    },
  } as Kustomization;
}

function check(...all: Kustomization[]): void {
  checkWith(false, ...all);
}

function checkWith(additiveExpressions: boolean, ...all: Kustomization[]): void {
  const byKey = new Map(all.map(ks => [`flux-system/${ks.metadata.name}`, ks]));
  requireDependencies(all[0]!, source, {
    find: key => byKey.get(key),
    additiveExpressions,
    recheckAfter: 30_000,
  });
}

const isUnready = { ready: 'False' } as const;

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
      [kustomization('a', ['b']), kustomization('b', [], isUnready)],
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
      check(kustomization('a', ['b']), kustomization('b', ['c'], isUnready), kustomization('c', ['b'])),
    ).toThrow(/'flux-system\/b' is not ready/);
  });
});

describe('an expression', () => {
  const by = (readyExpr: string) => kustomization('a', [{ name: 'b', readyExpr }], { ready: 'Unknown' });

  test('decides alone whether a dependency is ready', () => {
    const same = 'dep.spec.sourceRef.name == self.spec.sourceRef.name';
    expect(() => check(by(same), kustomization('b', [], { ...isUnready, revision: 'older' }))).not.toThrow();
    const other = () => check(by(same), kustomization('b', [], { from: 'other' }));
    expect(other).toThrow(/^dependency 'flux-system\/b' is not ready according to readyExpr eval$/);
    expect(other).toThrow(NotReady);
  });

  test('is one condition among others, by the gate', () => {
    expect(() => checkWith(true, by('true'), kustomization('b', []))).not.toThrow();
    expect(() => checkWith(true, by('true'), kustomization('b', [], isUnready))).toThrow(/is not ready$/);
    expect(() => checkWith(true, by('false'), kustomization('b', []))).toThrow(/readyExpr/);
  });

  test('that has no value yet is waited for', () => {
    const fail = () => check(by("dep.status.phase == 'done'"), kustomization('b', []));
    expect(fail).toThrow(NotReady);
    expect(fail).toThrow(
      "failed to evaluate the CEL expression 'dep.status.phase == 'done'': no such key: phase",
    );
  });

  test.each([
    [
      'no expression',
      'dep.',
      /failed to evaluate dependency b: failed to parse the CEL expression 'dep\.': ERROR/,
    ],
    ['about something else', 'other.x == 1', /undeclared reference to 'other'/],
    ['of another type', "'ready'", /CEL expression output type mismatch: expected bool, got string/],
    ['of any type', 'dep.status.x', /CEL expression output type mismatch: expected bool, got dyn/],
  ])('that is %s stalls', (_, readyExpr, message) => {
    const fail = () => check(by(readyExpr), kustomization('b', []));
    expect(fail).toThrow(Stalled);
    expect(fail).toThrow(message);
    expect(fail).toThrow(/^Reconciliation failed terminally due to configuration error: terminal error: /);
  });
});

describe('what is ready for its revision', () => {
  test('stays so while a dependency goes over the same revision', () => {
    expect(() =>
      check(kustomization('a', ['b']), kustomization('b', [], { ready: 'Unknown' })),
    ).not.toThrow();
  });
  test.each([
    ['a dependency fails', kustomization('a', ['b']), isUnready],
    ['a dependency is at work on another revision', kustomization('a', ['b']), { attempted: 'newer' }],
    ['it has another revision to apply itself', kustomization('a', ['b'], { revision: 'older' }), {}],
    ['it has another spec itself', kustomization('a', ['b'], { generation: 2 }), {}],
    ['it is not ready itself', kustomization('a', ['b'], isUnready), {}],
  ])('does not when %s', (_, a, b) => {
    const options = { ready: 'Unknown', ...b } as const;
    expect(() => check(a, kustomization('b', [], options))).toThrow(/is not ready/);
  });
});
