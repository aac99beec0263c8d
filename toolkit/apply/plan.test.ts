import { describe, expect, test } from 'vitest';
import type { Owned } from './owned.ts';
import { type AppliedObject, isAmiss } from './plan.ts';

const wishes = { leave: false, onlyCreate: false, merge: false, force: false, keep: false };
const owned = (more: Partial<Owned> = {}): Owned => ({
  uid: 'u',
  resourceVersion: '2',
  owner: 'shop/app',
  content: 'c',
  fields: 'f',
  intruded: false,
  wishes,
  transient: false,
  health: { status: 'Current', message: '' },
  ...more,
});
const applied = (more: Partial<AppliedObject> = {}): AppliedObject => ({
  ref: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'shop' },
  desired: 'd',
  uid: 'u',
  fields: 'f',
  resourceVersion: '1',
  transient: false,
  current: true,
  left: false,
  minds: 'content',
  skipped: false,
  ...more,
});
const left = { wishes: { ...wishes, leave: true } };

describe('an applied object', () => {
  test.each<
    [what: string, applied: Partial<AppliedObject>, seen: Partial<Owned> | 'gone' | 'unseen', amiss: boolean]
  >([
    ['as it was', {}, {}, false],
    ['that the watch has yet to show', {}, 'unseen', false],
    ['of which another has taken a field', {}, { fields: 'less' }, true],
    ['that was made anew', {}, { uid: 'v' }, true],
    ['that has gone', {}, 'gone', true],
    ['that kubectl has written to', {}, { intruded: true }, true],
    ['that was left with what kubectl has written', {}, { intruded: true, resourceVersion: '1' }, true],
    ['looked at by other rules, and unchanged', {}, { fields: 'other', resourceVersion: '1' }, false],
    ['that somebody pauses', {}, { ...left, fields: 'less' }, false],
    ['that somebody no longer pauses', { left: true }, {}, true],
    ['that goes by itself', { transient: true }, 'gone', false],
    ['that is made once, and changed', { minds: 'presence' }, { fields: 'less', intruded: true }, false],
    ['that is made once, and gone', { minds: 'presence' }, 'gone', true],
    ['that Git says to leave, and is changed', { minds: 'nothing' }, { fields: 'less' }, false],
    ['that Git says to leave, and is gone', { minds: 'nothing' }, 'gone', false],
  ])('%s', (_, more, seen, amiss) => {
    const sight = seen === 'unseen' ? undefined : seen === 'gone' ? {} : { object: owned(seen) };
    expect(isAmiss(applied(more), sight, false)).toBe(amiss);
  });

  test.each<[Partial<AppliedObject>, boolean]>([
    [{ transient: true }, true],
    [{ minds: 'presence', transient: true }, true],
    [{ minds: 'nothing' }, false],
  ])('%j that has gone by itself is made again with the interval: %s', (more, amiss) => {
    expect(isAmiss(applied(more), {}, true)).toBe(amiss);
  });
});
