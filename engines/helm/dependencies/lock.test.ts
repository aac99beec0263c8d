import { describe, expect, test } from 'vitest';
import type { Dependency } from '../chart/chart.ts';
import { loadChart } from '../chart/load.ts';
import golden from './golden/locks.json' with { type: 'json' };
import { lockDigest, oldLockDigest, requireLockInSync } from './lock.ts';

interface Case {
  dependencies: Dependency[];
  locked: Dependency[] | null;
  digest: string;
  old: string;
}

describe('the digest of a lock', () => {
  // To Go, a list that is there and empty is not null: charts have no such lists.
  const cases = (golden.cases as unknown as Case[]).filter(
    ({ dependencies, locked }) => dependencies.length > 0 && locked?.length !== 0,
  );
  test.each(cases)('is what helm writes: $digest', ({ dependencies, locked, digest, old }) => {
    expect(lockDigest(dependencies, locked ?? [])).toBe(digest);
    expect(oldLockDigest(dependencies)).toBe(old);
  });

  test('a lock that is not of the dependencies is an error', () => {
    const chart = (digest: string) =>
      loadChart(
        Object.entries({
          'Chart.yaml':
            'apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n- name: b\n  version: 1.x\n  repository: https://b\n',
          'Chart.lock': `dependencies:\n- name: b\n  version: 1.2.3\n  repository: https://b\ndigest: ${digest}\ngenerated: "2020-01-01T00:00:00Z"\n`,
        }).map(([name, text]) => ({ name, data: new TextEncoder().encode(text) })),
      );
    const { metadata, lock } = chart('x');
    expect(() => requireLockInSync(chart('sha256:x'))).toThrow(
      'the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml)',
    );
    requireLockInSync(chart(lockDigest(metadata.dependencies!, lock!.dependencies)));
  });
});
