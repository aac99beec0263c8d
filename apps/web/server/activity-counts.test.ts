import { describe, expect, test } from 'vitest';
import { minute } from '../model/activity.ts';
import { activityCounts } from './activity-counts.ts';

const now = 1000 * minute + 30_000;
const at = (minutesAgo: number, namespace = 'shop', isWarning = false) => ({
  kind: 'Kustomization',
  namespace,
  at: now - minutesAgo * minute,
  isWarning,
});

describe('what happened in the last hour', () => {
  test('is counted by the minute, warnings among it', () => {
    const counts = activityCounts();
    for (const one of [at(0), at(0, 'bank', true), at(59), at(60), at(-1)]) counts.add(one);
    const { from, events, warnings } = counts.of(() => true, now);
    expect(from).toBe(941 * minute);
    expect([events.length, events[0], events[59]]).toEqual([60, 1, 2]);
    expect(warnings[59]).toBe(1);
  });

  test('is counted of places that one may know of', () => {
    const counts = activityCounts();
    counts.add(at(1, 'shop'));
    counts.add(at(1, 'bank'));
    expect(counts.of(({ namespace }) => namespace === 'shop', now).events[58]).toBe(1);
  });

  test('forgets what the cluster forgets', () => {
    const counts = activityCounts();
    counts.add(at(1));
    counts.add(at(1));
    counts.take(at(1));
    expect(counts.of(() => true, now).events[58]).toBe(1);
  });
});
