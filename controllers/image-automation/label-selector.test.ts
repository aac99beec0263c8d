import { expect, test } from 'vitest';
import { InvalidSelector, labelMatcher } from './label-selector.ts';

const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
});

test.each([
  [undefined, true],
  [{}, true],
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'web', tier: 'x' } }, false],
  [{ matchLabels: { constructor: 'x' } }, false],
  [expression('app', 'In', 'api', 'web'), true],
  [expression('app', 'In', 'api'), false],
  [expression('other', 'In', 'api'), false],
  [expression('app', 'NotIn', 'api'), true],
  [expression('app', 'NotIn', 'web'), false],
  [expression('other', 'NotIn', 'web'), true],
  [expression('app', 'Exists'), true],
  [expression('toString', 'Exists'), false],
  [expression('other', 'DoesNotExist'), true],
  [expression('app', 'DoesNotExist'), false],
])('%j chooses what it says', (selector, chosen) => {
  expect(labelMatcher(selector)({ app: 'web' })).toBe(chosen);
});

test.each([expression('app', 'Is', 'web'), expression('app', 'In'), expression('app', 'Exists', 'web')])(
  '%j is refused',
  selector => {
    expect(() => labelMatcher(selector)).toThrow(InvalidSelector);
  },
);
