import { describe, expect, test } from 'vitest';
import { strangerBecause } from './ownership.ts';

const release = { name: 'app', namespace: 'shop' };
const managed = { 'app.kubernetes.io/managed-by': 'Helm' };
const ours = { 'meta.helm.sh/release-name': 'app', 'meta.helm.sh/release-namespace': 'shop' };

describe('an object', () => {
  test.each<
    [string, Record<string, string> | undefined, Record<string, string> | undefined, string | undefined]
  >([
    ['is the release’s by its label and its annotations', managed, ours, undefined],
    [
      'is a stranger’s without them',
      undefined,
      undefined,
      'invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"; annotation validation error: missing key "meta.helm.sh/release-name": must be set to "app"; annotation validation error: missing key "meta.helm.sh/release-namespace": must be set to "shop"',
    ],
    [
      'is another release’s',
      managed,
      { ...ours, 'meta.helm.sh/release-name': 'other' },
      'invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "app": current value is "other"',
    ],
    [
      'of an empty name is nobody’s',
      managed,
      { ...ours, 'meta.helm.sh/release-name': '' },
      'invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "app": current value is ""',
    ],
    [
      'is managed by others',
      { 'app.kubernetes.io/managed-by': 'helm' },
      ours,
      'invalid ownership metadata; label validation error: key "app.kubernetes.io/managed-by" must equal "Helm": current value is "helm"',
    ],
  ])('%s', (_, labels, annotations, expected) => {
    const metadata = { name: 'a', ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
    expect(strangerBecause({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, release)).toBe(expected);
  });
});
