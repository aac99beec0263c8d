import type { HealthStatus } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { judge } from './judge-health.ts';

const target = (name: string, status: HealthStatus, message = '') => ({
  ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name },
  health: { status, message },
});

describe('a health check', () => {
  test('has passed when everything is current', () => {
    expect(judge([target('a', 'Current')], 0, 1000, true)).toEqual({ kind: 'passed' });
    expect(judge([], 0, 1000, true)).toEqual({ kind: 'passed' });
  });

  test.each([
    [true, 'failed'],
    [false, 'waiting'],
  ])('beside something in progress a failure is the end, if it is to fail fast: %s', (failFast, kind) => {
    const targets = [target('a', 'InProgress', 'Ready: 0/1'), target('b', 'Failed')];
    expect(judge(targets, 10, 1000, failFast)).toMatchObject({ kind });
  });

  test('fails early when nothing can change any more', () => {
    expect(judge([target('a', 'Current'), target('b', 'Failed', 'crashed')], 10, 1000, true)).toEqual({
      kind: 'failed',
      message: "failed early due to stalled resources: [Deployment/shop/b status: 'Failed': crashed]",
    });
  });

  test('fails with its timeout, naming what it waited for', () => {
    expect(
      judge([target('a', 'InProgress', 'Ready: 0/1'), target('b', 'NotFound', 'gone')], 1000, 1000, true),
    ).toEqual({
      kind: 'failed',
      message:
        "timeout waiting for: [Deployment/shop/a status: 'InProgress': Ready: 0/1, Deployment/shop/b status: 'NotFound']",
    });
  });
});
