import { expect, test } from 'vitest';
import { isAtLeast } from './kubernetes-version.ts';

test.each([
  ['1.33.0', true],
  ['1.33.0-rc.1', true],
  ['1.36.0+millrace', true],
  ['2.0.0', true],
  ['1.32.9', false],
  ['1.9.9', false],
  ['unknown', undefined],
])('%s against 1.33.0: %s', (version, answer) => {
  expect(isAtLeast(version, '1.33.0')).toBe(answer);
});
