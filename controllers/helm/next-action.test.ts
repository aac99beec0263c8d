import type { HelmRelease } from '@millrace/api';
import type { Release } from '@millrace/helm';
import { describe, expect, test } from 'vitest';
import { MissingRollbackTarget } from './actions/rollback.ts';
import { ExceededRetries, nextAction } from './next-action.ts';
import type { ReleaseState } from './release-state.ts';
import { attemptOf, hrOf, recordsOf, releaseOf } from './testing/index.ts';

type Spec = Partial<HelmRelease['spec']>;
type Status = NonNullable<HelmRelease['status']>;

interface Case {
  state: ReleaseState['kind'];
  spec?: Spec;
  status?: Status;
  history?: Release[];
  /** What is stored; the history where it is left out. */
  stored?: Release[];
  forced?: boolean;
  retryByDefault?: boolean;
}

async function decide({ state, spec = {}, status = {}, history = [releaseOf(1)], ...more }: Case) {
  const attempt = attemptOf(hrOf(spec, status), history);
  const drift = { changes: [], summary: 'ConfigMap/shop/a changed', seen: [] };
  const run = {
    records: recordsOf(...(more.stored ?? history)),
    retryByDefault: more.retryByDefault ?? false,
  };
  const found = { kind: state, reason: '', ...(state === 'drifted' ? { drift } : {}) } as ReleaseState;
  const action = await nextAction(attempt, found, more.forced ?? false, run);
  return { attempt, name: action?.name, type: action?.type };
}

const upgrading = { lastAttemptedReleaseAction: 'upgrade' as const };
const remediated = (more: object) => ({ upgrade: { remediation: { retries: 1, ...more } } });
const failing = [releaseOf(2, 'failed'), releaseOf(1, 'superseded')];

describe('what is done next with a release that', () => {
  test.each<[string, Case, string | undefined]>([
    ['is absent', { state: 'absent' }, 'install'],
    [
      'is absent, after tries that are left',
      { state: 'absent', spec: { install: { remediation: { retries: 1 } } }, status: { installFailures: 1 } },
      'install',
    ],
    ['is absent, by force', { state: 'absent', status: { installFailures: 1 }, forced: true }, 'install'],
    ['is locked', { state: 'locked' }, 'unlock'],
    ['is unmanaged', { state: 'unmanaged' }, 'upgrade'],
    ['is out of sync', { state: 'out of sync' }, 'upgrade'],
    [
      'is out of sync, by force',
      { state: 'out of sync', status: { upgradeFailures: 1 }, forced: true },
      'upgrade',
    ],
    ['is untested', { state: 'untested' }, 'test'],
    ['is in sync', { state: 'in sync' }, undefined],
    ['is in sync, by force', { state: 'in sync', forced: true }, 'upgrade'],
    [
      'has drifted',
      { state: 'drifted', spec: { driftDetection: { mode: 'enabled' } } },
      'correct cluster drift',
    ],
    [
      'has drifted, of which is only told',
      { state: 'drifted', spec: { driftDetection: { mode: 'warn' } } },
      undefined,
    ],
    ['has failed before anybody tried', { state: 'failed', history: failing }, 'upgrade'],
    [
      'has failed under other conditions',
      { state: 'failed', history: failing, status: upgrading },
      'upgrade',
    ],
    [
      'has failed, by force',
      { state: 'failed', history: failing, status: { ...upgrading, upgradeFailures: 1 }, forced: true },
      'upgrade',
    ],
    [
      'has failed, and is tried again as it is',
      {
        state: 'failed',
        history: failing,
        status: { ...upgrading, upgradeFailures: 9 },
        retryByDefault: true,
      },
      'upgrade',
    ],
    [
      'has failed, with tries left',
      {
        state: 'failed',
        history: failing,
        spec: remediated({}),
        status: { ...upgrading, upgradeFailures: 1 },
      },
      'rollback',
    ],
    [
      'has failed for the last time, which is remediated too',
      {
        state: 'failed',
        history: failing,
        spec: remediated({}),
        status: { ...upgrading, upgradeFailures: 2 },
      },
      'rollback',
    ],
    [
      'has failed, and what is there to go back to is another than it was',
      {
        state: 'failed',
        history: failing,
        stored: [releaseOf(2, 'failed'), releaseOf(1, 'superseded', { manifest: 'theirs' })],
        spec: remediated({}),
        status: { ...upgrading, upgradeFailures: 1 },
      },
      'upgrade',
    ],
    [
      'has failed, and is to go',
      {
        state: 'failed',
        history: failing,
        spec: remediated({ strategy: 'uninstall' }),
        status: { ...upgrading, upgradeFailures: 1 },
      },
      'uninstall',
    ],
    [
      'could not be installed',
      {
        state: 'failed',
        history: [releaseOf(1, 'failed')],
        spec: { install: { remediation: { retries: 1 } } },
        status: { lastAttemptedReleaseAction: 'install', installFailures: 1 },
      },
      'uninstall',
    ],
  ])('%s: %#', async (_, given, expected) => {
    expect((await decide(given)).name).toBe(expected);
  });

  test.each<[string, Case, typeof ExceededRetries | typeof MissingRollbackTarget]>([
    [
      'is absent, and cannot be installed',
      { state: 'absent', status: { installFailures: 1 } },
      ExceededRetries,
    ],
    [
      'is out of sync, and cannot be upgraded',
      { state: 'out of sync', status: { upgradeFailures: 1 } },
      ExceededRetries,
    ],
    [
      'has failed for the last time',
      { state: 'failed', history: failing, status: { ...upgrading, upgradeFailures: 1 } },
      ExceededRetries,
    ],
    [
      'has failed, and has nothing to go back to',
      {
        state: 'failed',
        history: [releaseOf(1, 'failed')],
        spec: remediated({}),
        status: { ...upgrading, upgradeFailures: 1 },
      },
      MissingRollbackTarget,
    ],
  ])('%s is nothing: %#', async (_, given, error) => {
    await expect(decide(given)).rejects.toThrow(error);
  });

  test('is not known any more forgets its history', async () => {
    expect((await decide({ state: 'unmanaged' })).attempt.history).toEqual([]);
  });

  test('has drifted is told of, with what has changed', async () => {
    const { attempt } = await decide({ state: 'drifted' });
    expect(attempt.condition('Drifted')).toMatchObject({
      status: 'True',
      message:
        'Cluster state of release shop/app.v1 has drifted from the desired state:\nConfigMap/shop/a changed',
    });
    expect(attempt.takeEvents()).toMatchObject([{ severity: 'error', reason: 'DriftDetected' }]);
  });

  test('was rolled back to what is wanted now counts as upgraded', async () => {
    const condition = {
      type: 'Remediated',
      status: 'True' as const,
      reason: 'RollbackSucceeded',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const { attempt } = await decide({ state: 'in sync', status: { conditions: [condition] } });
    expect(attempt.condition('Remediated')).toBeUndefined();
    expect(attempt.condition('Released')).toMatchObject({ status: 'True', reason: 'UpgradeSucceeded' });
  });
});
