import type { HelmRelease } from '@millrace/api';
import type { Release } from '@millrace/helm';
import { describe, expect, test } from 'vitest';
import type { Drift } from './drift.ts';
import { type ReleaseState, stateOf } from './release-state.ts';
import { attemptOf, hrOf, recordsOf, releaseOf } from './testing/index.ts';

const inSync = releaseOf(1);
const metadata = { name: 'app', version: '1.0.0', apiVersion: 'v2' };
const none: Drift = { changes: [], summary: '', seen: [] };

interface Case {
  stored?: Release[];
  /** What status.history remembers; what is stored where it is left out. */
  known?: Release[];
  hr?: HelmRelease;
  values?: Record<string, string>;
  version?: string;
  drift?: Drift;
  tests?: Record<string, { phase?: string }>;
}

async function determine({
  stored = [inSync],
  known = stored,
  hr = hrOf(),
  ...more
}: Case): Promise<ReleaseState> {
  const attempt = attemptOf(hr, known);
  if (more.tests) attempt.history = attempt.history.map(snapshot => ({ ...snapshot, testHooks: more.tests }));
  const wanted = { metadata: { ...metadata, version: more.version ?? '1.0.0' }, values: more.values ?? {} };
  return stateOf(attempt, wanted, recordsOf(...stored), async () => more.drift ?? none);
}

const generation2 = (spec: Partial<HelmRelease['spec']>, status = {}) => {
  const hr = hrOf(spec, status);
  hr.metadata.generation = 2;
  return hr;
};
const renderer = { postRenderers: [{ kustomize: { patches: [{ patch: 'a' }] } }] };
const tested = { test: { enable: true } };
const drifting = (mode: 'enabled' | 'warn' | 'disabled') => hrOf({ driftDetection: { mode } });
const drift: Drift = { ...none, changes: [{ resource: {} as never }] };

describe('a release', () => {
  test.each<[string, Case, ReleaseState['kind'], string]>([
    ['that is as it should be', {}, 'in sync', ''],
    ['that is not stored', { stored: [] }, 'absent', 'no release in storage for object'],
    ['that was removed', { stored: [], known: [inSync] }, 'absent', 'no release in storage for object'],
    ['that nobody remembers', { known: [] }, 'unmanaged', 'found existing release in storage'],
    [
      'that was uninstalled and nobody remembers',
      { stored: [releaseOf(1, 'uninstalled')], known: [] },
      'absent',
      'found uninstalled release in storage',
    ],
    [
      'that was uninstalled',
      { stored: [releaseOf(1, 'uninstalled')] },
      'absent',
      'found uninstalled release in storage',
    ],
    [
      'that others have upgraded',
      { stored: [inSync, releaseOf(2)], known: [inSync] },
      'unmanaged',
      'release not observed to be made for object',
    ],
    ['that has failed', { stored: [releaseOf(1, 'failed')] }, 'failed', ''],
    [
      'that is being upgraded',
      { stored: [releaseOf(1, 'pending-upgrade')] },
      'locked',
      "release with status 'pending-upgrade'",
    ],
    [
      'that is being installed by nobody who is known',
      { stored: [releaseOf(1, 'pending-install')], known: [] },
      'locked',
      "release with status 'pending-install'",
    ],
    ['of another version', { version: '2.0.0' }, 'out of sync', 'release chart changed'],
    ['with other values', { values: { a: 'b' } }, 'out of sync', 'release config values changed'],
    [
      'whose values are kept',
      {
        hr: hrOf({ upgrade: { preserveValues: true } }),
        stored: [releaseOf(1, 'deployed', { config: { a: 'b', c: 'd' } })],
        values: { a: 'b' },
      },
      'in sync',
      '',
    ],
    [
      'whose values are kept but for one',
      {
        hr: hrOf({ upgrade: { preserveValues: true } }),
        stored: [releaseOf(1, 'deployed', { config: { a: 'b' } })],
        values: { a: 'c' },
      },
      'out of sync',
      'release config values changed',
    ],
    [
      'with another post-renderer',
      { hr: generation2(renderer) },
      'out of sync',
      'postrenderers digest has changed',
    ],
    ['with a post-renderer as before', { hr: hrOf(renderer) }, 'in sync', ''],
    [
      'with other metadata',
      { hr: generation2({ commonMetadata: { labels: { a: 'b' } } }) },
      'out of sync',
      'common metadata digest has changed',
    ],
    ['that is to be tested', { hr: hrOf(tested) }, 'untested', ''],
    ['whose tests go on', { hr: hrOf(tested), tests: { a: { phase: 'Succeeded' }, b: {} } }, 'untested', ''],
    ['that has been tested', { hr: hrOf(tested), tests: { a: { phase: 'Succeeded' } } }, 'in sync', ''],
    [
      'that has failed its tests',
      { hr: hrOf(tested, { lastAttemptedReleaseAction: 'upgrade' }), tests: { a: { phase: 'Failed' } } },
      'failed',
      'release has test in failed phase',
    ],
    [
      'that has failed tests that do not count',
      {
        hr: hrOf({ test: { enable: true, ignoreFailures: true } }, { lastAttemptedReleaseAction: 'upgrade' }),
        tests: { a: { phase: 'Failed' } },
      },
      'in sync',
      '',
    ],
    ['that has drifted', { hr: drifting('enabled'), drift }, 'drifted', ''],
    ['that has drifted, of which is told', { hr: drifting('warn'), drift }, 'drifted', ''],
    ['that has drifted, which nobody minds', { hr: drifting('disabled'), drift }, 'in sync', ''],
  ])('%s', async (_, given, kind, reason) => {
    expect(await determine(given)).toMatchObject({ kind, reason });
  });

  test('of a status that means nothing here is an error', async () => {
    await expect(determine({ stored: [releaseOf(1, 'superseded')] })).rejects.toThrow(
      "unable to determine state for release with status 'superseded'",
    );
  });
});
