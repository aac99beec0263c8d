import { describe, expect, test } from 'vitest';
import { matchLabelSelector, parseLabelSelector } from './label-selector.ts';
import { ApiError } from './status.ts';

const labels = { app: 'web', tier: 'front', count: '3', empty: '' };

describe('the labelSelector parameter', () => {
  test.each([
    ['app=web', true],
    ['app==web,tier!=back', true],
    ['app!=web', false],
    ['missing!=x', true],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['missing notin (web)', true],
    ['app', true],
    ['!app', false],
    ['!missing', true],
    ['count>2,count<4', true],
    ['app>2', false],
    ['empty=', true],
    ['app in (web),!missing,tier', true],
    ['example.com/app=web', false],
  ])('%s is %s', (selector, chosen) => {
    expect(parseLabelSelector(selector)?.(labels)).toBe(chosen);
  });

  test('an empty one chooses everything', () => {
    expect(parseLabelSelector(' ')).toBeUndefined();
  });

  test.each(['app=web,', 'app in web', 'app=(x)', '=x', 'app in (a', 'app>x', 'a b', 'app=a/b'])(
    '%s is refused',
    selector => {
      expect(() => parseLabelSelector(selector)).toThrow(ApiError);
    },
  );

  test('names on the prototype of objects are no labels', () => {
    expect(parseLabelSelector('constructor')?.({})).toBe(false);
  });
});

test('a LabelSelector object joins labels and expressions; a missing one selects nothing', () => {
  const expression = (operator: string, key: string, values?: string[]) => ({
    matchExpressions: [{ key, operator, ...(values && { values }) }],
  });
  expect(
    matchLabelSelector({ matchLabels: { app: 'web' }, ...expression('In', 'tier', ['front']) }, labels),
  ).toBe(true);
  expect(matchLabelSelector(expression('NotIn', 'tier', ['front']), labels)).toBe(false);
  expect(matchLabelSelector(expression('Exists', 'tier'), labels)).toBe(true);
  expect(matchLabelSelector(expression('DoesNotExist', 'tier'), labels)).toBe(false);
  expect(matchLabelSelector({}, labels)).toBe(true);
  expect(matchLabelSelector(undefined, labels)).toBe(false);
});
