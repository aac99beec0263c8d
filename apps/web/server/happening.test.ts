import { asKubeObject, type KubeObject } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { happeningOf, isDrift, reconciliationsOf } from './happening.ts';

const group = 'kustomize.toolkit.fluxcd.io';
const event = (more: object = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'a', annotations: { [`${group}/revision`]: 'main@sha1:1' } },
    involvedObject: { apiVersion: `${group}/v1`, kind: 'Kustomization', namespace: 'a', name: 'apps' },
    ...{ type: 'Normal', reason: 'Progressing', message: 'Deployment/a/api configured' },
    lastTimestamp: '2026-01-01T10:00:00Z',
    ...more,
  }) as KubeObject;

describe('an event', () => {
  test('tells whose it is, when, and what was changed for which revision', () => {
    expect(happeningOf(event())).toEqual({
      ...{ key: 'Kustomization/a/apps', apiVersion: `${group}/v1`, kind: 'Kustomization', namespace: 'a' },
      ...{ at: Date.UTC(2026, 0, 1, 10), isWarning: false },
      ...{ reason: 'Progressing', message: 'Deployment/a/api configured', count: 1 },
      ...{ changed: 'Deployment/a/api configured', revision: 'main@sha1:1' },
      metadata: { [`${group}/revision`]: 'main@sha1:1' },
    });
  });

  test.each([
    ['of another kind', { involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'b' } }],
    [
      'of a kind of that name in another group',
      { involvedObject: { apiVersion: 'x/v1', kind: 'Kustomization' } },
    ],
    ['about nothing', { involvedObject: 7 }],
    ['of no time', { lastTimestamp: null }],
    ['that somebody wrote in another namespace', { metadata: { name: 'e', namespace: 'b' } }],
  ])('%s is not counted', (_what, more) => {
    expect(happeningOf(event(more))).toBeUndefined();
  });

  test.each([
    ['Progressing', 'Health check passed in 3ms', ''],
    ['ReconciliationSucceeded', 'a configured', ''],
    ['Progressing', 'A/b created\nC/d deleted\nE/f configured', 'A/b created\nE/f configured'],
  ])('%s with %j has changed %j', (reason, message, changed) => {
    expect(happeningOf(event({ reason, message }))?.changed).toBe(changed);
  });
});

describe('drift', () => {
  const done = (
    first: string,
    last: string,
    totalReconciliations: number,
    lastReconciledDuration = '100ms',
    revision = 'main@sha1:1',
  ) =>
    reconciliationsOf(
      asKubeObject({
        ...{ apiVersion: `${group}/v1`, kind: 'Kustomization', metadata: { name: 'apps' } },
        status: {
          history: [
            {
              ...{ firstReconciled: `2026-01-01T${first}Z`, lastReconciled: `2026-01-01T${last}Z` },
              ...{ totalReconciliations, lastReconciledDuration, metadata: { revision } },
            },
          ],
        },
      }),
    );
  const happening = (more?: object) => happeningOf(event(more))!;

  test.each([
    ['what is applied first', done('09:59:59', '09:59:59', 1), false],
    ['what was applied long after the first time', done('09:00:00', '10:30:00', 40), true],
    ['what the last of several has changed', done('09:59:50', '10:00:00', 2), true],
    ['what the first of several has changed', done('10:00:00', '10:10:00', 2), false],
    ['what a last one that took long has changed', done('09:59:20', '10:02:00', 2, '2m0s'), true],
    ['a history that nobody can read', done('10:00:00', '10:00:00', 2, 'long'), true],
    ['no history', [], false],
  ])('%s', (_what, reconciliations, expected) => {
    expect(isDrift(happening(), reconciliations)).toBe(expected);
  });

  test.each([
    ['the same change once more, soon after the first', 'main@sha1:1', '09:59:30', true],
    ['the same change within the first', 'main@sha1:1', '10:00:00', false],
    ['the same change long after another revision', 'main@sha1:2', '09:00:00', true],
    ['the same change by another revision', 'main@sha1:2', '10:00:00', false],
  ])('that is counted in one event: %s', (_what, revision, first, expected) => {
    const counted = happening({ count: 2 });
    expect(isDrift(counted, done(first, '10:30:00', 3, '100ms', revision))).toBe(expected);
  });

  test('is nothing that belongs to another revision', () => {
    const other = done('09:00:00', '10:00:00', 3, '100ms', 'main@sha1:2');
    expect(isDrift(happening(), other)).toBe(false);
  });

  test('is told of a revision that was applied before, as long as the history tells of it', () => {
    const now = done('10:05:00', '10:05:00', 1, '100ms', 'main@sha1:2');
    expect(isDrift(happening(), [...now, ...done('09:00:00', '10:04:00', 7)])).toBe(true);
    expect(isDrift(happening(), [...now, ...done('10:00:00', '10:00:00', 1)])).toBe(false);
  });

  test('is what helm-controller calls so', () => {
    const told = happening({
      ...{ reason: 'DriftDetected', message: 'Cluster state of release a/b.v1 has drifted' },
      involvedObject: {
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        namespace: 'a',
        name: 'b',
      },
    });
    expect(isDrift(told, [])).toBe(true);
  });
});
