import type { HelmRelease } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import {
  detectsDrift,
  isExhausted,
  maxHistoryOf,
  releaseNameOf,
  releaseNamespaceOf,
  remediationOf,
  requireDurations,
  retryIntervalOf,
  storageNamespaceOf,
  timeoutOf,
} from './spec.ts';
import { hrOf } from './testing/index.ts';

type Spec = Partial<HelmRelease['spec']>;

describe('names and places', () => {
  test.each<[Spec, string, string, string]>([
    [{}, 'app', 'shop', 'shop'],
    [{ releaseName: 'other' }, 'other', 'shop', 'shop'],
    [{ targetNamespace: 'prod' }, 'prod-app', 'prod', 'shop'],
    [{ targetNamespace: 'prod', releaseName: 'app' }, 'app', 'prod', 'shop'],
    [{ storageNamespace: 'store' }, 'app', 'shop', 'store'],
  ])('of %j are %s in %s, recorded in %s', (spec, name, namespace, storage) => {
    const hr = hrOf(spec);
    expect([releaseNameOf(hr), releaseNamespaceOf(hr), storageNamespaceOf(hr)]).toEqual([
      name,
      namespace,
      storage,
    ]);
  });

  test('that are too long for Helm end in a digest of themselves', () => {
    const hr = hrOf({ targetNamespace: 'a-namespace-of-some-length' });
    hr.metadata.name = 'and-a-name-that-is-not-short-either';
    expect(releaseNameOf(hr)).toHaveLength(53);
    expect(releaseNameOf(hr)).toMatch(/^a-namespace-of-some-length-and-a-name-th-[0-9a-f]{12}$/);
  });
});

describe('remediation', () => {
  test.each<[string, Spec, 'install' | 'upgrade', object]>([
    ['nothing', {}, 'install', { retries: 0, remediateLast: false, strategy: 'uninstall' }],
    ['nothing', {}, 'upgrade', { retries: 0, remediateLast: false, strategy: 'rollback' }],
    [
      'retries of the install',
      { install: { remediation: { retries: 3 } } },
      'install',
      { remediateLast: false },
    ],
    [
      'retries of the upgrade',
      { upgrade: { remediation: { retries: 3 } } },
      'upgrade',
      { remediateLast: true },
    ],
    [
      'retries without the last',
      { upgrade: { remediation: { retries: 3, remediateLastFailure: false } } },
      'upgrade',
      { remediateLast: false },
    ],
    [
      'retries without end',
      { upgrade: { remediation: { retries: -1 } } },
      'upgrade',
      { remediateLast: false },
    ],
    ['tests that do not count', { test: { ignoreFailures: true } }, 'upgrade', { ignoreTestFailures: true }],
    [
      'tests that do count',
      { test: { ignoreFailures: true }, install: { remediation: { ignoreTestFailures: false } } },
      'install',
      { ignoreTestFailures: false },
    ],
  ])('where the spec says %s: %#', (_, spec, action, expected) => {
    expect(remediationOf(hrOf(spec), action)).toMatchObject(expected);
  });

  test.each([
    [0, 0, false],
    [0, 1, true],
    [2, 2, false],
    [2, 3, true],
    [-1, 100, false],
  ])('of %i retries is exhausted after %i failures: %s', (retries, failures, expected) => {
    expect(isExhausted({ ...remediationOf(hrOf(), 'install'), retries }, failures)).toBe(expected);
  });

  test.each<[Spec, boolean, number | undefined]>([
    [{}, false, undefined],
    [{}, true, 300_000],
    [{ install: { strategy: { name: 'RemediateOnFailure' } } }, true, undefined],
    [{ install: { strategy: { name: 'RetryOnFailure' } } }, false, 300_000],
    [{ install: { strategy: { name: 'RetryOnFailure', retryInterval: '30s' } } }, false, 30_000],
  ])('of %j (retrying by default: %s) is a retry after %s', (spec, byDefault, expected) => {
    expect(retryIntervalOf(hrOf(spec), 'install', byDefault)).toBe(expected);
  });
});

test.each<[Spec, string | undefined, number]>([
  [{}, undefined, 300_000],
  [{ timeout: '1m' }, undefined, 60_000],
  [{ timeout: '1m' }, '2s', 2000],
])('the timeout of %j and an action with %s is %i ms', (spec, own, expected) => {
  expect(timeoutOf(hrOf(spec), own)).toBe(expected);
});

test('five revisions are kept, unless the spec says otherwise', () => {
  expect(maxHistoryOf(hrOf())).toBe(5);
  expect(maxHistoryOf(hrOf({ maxHistory: 0 }))).toBe(0);
});

test.each([
  [undefined, false],
  ['disabled', false],
  ['warn', true],
  ['enabled', true],
] as const)('drift is looked for in the mode %s: %s', (mode, expected) => {
  expect(detectsDrift(hrOf({ driftDetection: mode ? { mode } : {} }))).toBe(expected);
});

test('a duration that no number holds stalls, and names its field', () => {
  const hr = hrOf({ upgrade: { timeout: `${'9'.repeat(40)}h` } });
  expect(() => requireDurations(hr)).toThrow(/^spec\.upgrade\.timeout: /);
});
