import { describe, expect, test } from 'vitest';
import { releaseDigest } from './observe.ts';
import { decodeRelease, encodeRelease } from './record.ts';
import type { Release } from './release.ts';

function releaseAt(time: string): Release {
  return {
    name: 'app',
    namespace: 'shop',
    version: 1,
    info: {
      firstDeployed: time,
      lastDeployed: time,
      description: '',
      status: 'deployed',
      rollbackRevision: 0,
      notes: '',
    },
    chart: undefined,
    config: undefined,
    manifest: '',
    hooks: [],
    applyMethod: 'ssa',
    labels: {},
  };
}

describe('the digest of a release', () => {
  test.each([
    ['2026-01-02T03:04:05.120Z', '2026-01-02T03:04:05.12Z'],
    ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:10Z', '2026-01-02T03:04:10Z'],
    ['2026-01-02T03:04:05.678901000+02:00', '2026-01-02T03:04:05.678901+02:00'],
  ])('is that of what Go makes of its times: %s, %s', (time, asGo) => {
    const digest = releaseDigest(releaseAt(time));
    expect(digest).toBe(releaseDigest(releaseAt(asGo)));
    const stored = decodeRelease(encodeRelease(releaseAt(time), 'secret', { at: 0, isUpdate: false }));
    expect(stored.info.lastDeployed).toBe(asGo);
    expect(releaseDigest(stored)).toBe(digest);
  });

  test('minds every other time', () => {
    expect(releaseDigest(releaseAt('2026-01-02T03:04:05.1Z'))).not.toBe(
      releaseDigest(releaseAt('2026-01-02T03:04:05.01Z')),
    );
  });
});
