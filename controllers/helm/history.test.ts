import type { Snapshot } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import {
  hasTest,
  isObserved,
  isTested,
  newestFirst,
  previousOf,
  shortened,
  snapshotOf,
  truncated,
} from './history.ts';
import { releaseOf } from './testing/index.ts';

/** `3 failed`: a snapshot of the third revision. `!`: one of its tests has failed. */
function historyFrom(...lines: string[]): Snapshot[] {
  return lines.map(line => {
    const [, version = '', status = '', failed = ''] = /^(\d+) (\w+)(!?)$/.exec(line) ?? [];
    const testHooks = failed ? { smoke: { phase: 'Failed' } } : undefined;
    return { ...snapshotOf(releaseOf(Number(version)), { testHooks }), status };
  });
}
const versions = (history: Snapshot[]) => history.map(({ version }) => version);

describe('a snapshot', () => {
  test('says what is stored, in whole seconds', () => {
    expect(snapshotOf(releaseOf(3), { action: 'upgrade', ociDigest: 'sha256:1' })).toEqual({
      apiVersion: 'v2',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      name: 'app',
      namespace: 'shop',
      version: 3,
      appVersion: 'v9',
      chartName: 'app',
      chartVersion: '1.0.0',
      configDigest: 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      firstDeployed: '2026-01-02T03:04:05Z',
      lastDeployed: '2026-01-02T03:04:05Z',
      status: 'deployed',
      action: 'upgrade',
      ociDigest: 'sha256:1',
    });
  });

  test('is of a release for as long as nothing of it has changed', () => {
    const snapshot = snapshotOf(releaseOf(1), {});
    expect(isObserved(snapshot, releaseOf(1))).toBe(true);
    expect(isObserved(snapshot, releaseOf(1, 'failed'))).toBe(false);
    expect(isObserved(snapshot, releaseOf(1, 'deployed', { manifest: 'other' }))).toBe(false);
    expect(isObserved({ ...snapshot, ociDigest: 'sha256:1' }, releaseOf(1))).toBe(false);
  });

  test('does not mind labels, how it was applied, nor tests', () => {
    const snapshot = snapshotOf(releaseOf(1), {});
    expect(isObserved(snapshot, releaseOf(1, 'deployed', { labels: { a: 'b' }, applyMethod: 'csa' }))).toBe(
      true,
    );
  });

  test('of a former version is taken at its word', () => {
    const { apiVersion, ...former } = snapshotOf(releaseOf(1), {});
    expect(isObserved(former, releaseOf(1, 'failed'))).toBe(true);
  });

  test.each<[Snapshot['testHooks'], boolean, boolean]>([
    [undefined, false, false],
    [{}, true, false],
    [{ a: { phase: 'Succeeded' } }, true, false],
    [{ a: { phase: 'Succeeded' }, b: {} }, false, false],
    [{ a: { phase: 'Failed' }, b: {} }, true, true],
  ])('with the tests %j is tested: %s, and has failed: %s', (testHooks, tested, failed) => {
    const snapshot = snapshotOf(releaseOf(1), { testHooks });
    expect([isTested(snapshot), hasTest(snapshot, 'Failed')]).toEqual([tested, failed]);
  });
});

describe('the history', () => {
  test('begins with the newest', () => {
    expect(versions(newestFirst(historyFrom('1 superseded', '3 deployed', '2 failed')))).toEqual([3, 2, 1]);
  });

  test.each<[string[], boolean, number | undefined, number[]]>([
    [[], false, undefined, []],
    [['1 deployed'], false, undefined, [1]],
    [['3 failed', '2 deployed', '1 superseded'], false, 2, [3, 2]],
    [['3 failed', '2 failed', '1 superseded'], false, 1, [3, 2, 1]],
    [['3 failed', '2 deployed!', '1 superseded'], false, 1, [3, 2, 1]],
    [['3 failed', '2 deployed!', '1 superseded'], true, 2, [3, 2]],
    [
      ['6 failed', '5 failed', '4 failed', '3 failed', '2 failed', '1 failed'],
      true,
      undefined,
      [6, 5, 4, 3, 2],
    ],
    [['2 failed', '1 uninstalled'], false, undefined, [2, 1]],
  ])('%j goes back to (ignoring tests: %s) %s, and keeps %j', (lines, ignoreTests, previous, kept) => {
    const history = historyFrom(...lines);
    expect(previousOf(history, ignoreTests)?.version).toBe(previous);
    expect(versions(truncated(history, ignoreTests))).toEqual(kept);
  });

  test('is cut to five where nobody goes back', () => {
    const history = historyFrom('6 failed', '5 deployed', '4 failed', '3 failed', '2 failed', '1 failed');
    expect(versions(shortened(history))).toEqual([6, 5, 4, 3, 2]);
  });
});
