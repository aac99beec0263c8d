import { toBytes } from '@millrace/go-template';
import { expect, test } from 'vitest';
import { loadChart } from '../chart/load.ts';
import { requireDependencies } from './missing.ts';

test('a dependency that is not in charts/ is named', () => {
  const text =
    "apiVersion: v2\nname: chart\nversion: 1.0.0\ndependencies:\n- name: a\n  version: '*'\n  repository: ''\n";
  const chart = loadChart([{ name: 'Chart.yaml', data: toBytes(text) }]);
  expect(() => requireDependencies(chart)).toThrow(
    'found in Chart.yaml, but missing in charts/ directory: a',
  );
});
