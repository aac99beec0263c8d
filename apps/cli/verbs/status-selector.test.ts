import { expect, test } from 'vitest';
import { resourceOf } from '../resources/resource.ts';
import { parseStatusSelector } from './status-selector.ts';

const conditions = [{ type: 'Ready', status: 'False', reason: 'x', message: '', lastTransitionTime: '' }];
const failing = resourceOf({ apiVersion: 'v1', kind: 'K', metadata: { name: 'a' }, status: { conditions } });
const unseen = resourceOf({ apiVersion: 'v1', kind: 'K', metadata: { name: 'b' } });

test.each([
  ['ready=false', true, false],
  ['Ready=False', true, false],
  ['ready=true', false, false],
  ['ready!=true', true, true],
  ['ready!=false', false, true],
  ['stalled=true', false, false],
])('%s: a failing object %s, one that nobody has seen %s', (selector, first, second) => {
  const matches = parseStatusSelector(selector);
  expect([matches(failing), matches(unseen)]).toEqual([first, second]);
});

test('an Alert, which nobody reconciles, is ready', () => {
  const alert = resourceOf({ apiVersion: 'v1', kind: 'Alert', metadata: { name: 'a' } });
  expect(['ready=true', 'ready=false'].map(text => parseStatusSelector(text)(alert))).toEqual([true, false]);
});

test('anything else is refused', () => {
  expect(() => parseStatusSelector('ready')).toThrow('expected status selector in type=status');
});
