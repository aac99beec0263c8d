import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { later, Timers } from './timers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const day = 24 * 3600 * 1000;

test.each([1, 1000, 30 * day, 365 * day])(
  'what is to come after %d milliseconds comes then',
  milliseconds => {
    const act = vi.fn();
    later(milliseconds, act);
    vi.advanceTimersByTime(milliseconds - 1);
    expect(act).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(1);
  },
);

test.each([Number.NaN, Number.POSITIVE_INFINITY])('after %d nothing comes', milliseconds => {
  const act = vi.fn();
  later(milliseconds, act);
  vi.advanceTimersByTime(365 * day);
  expect(act).not.toHaveBeenCalled();
});

test('what is called off does not come, in whichever part of the wait', () => {
  const act = vi.fn();
  const timers = new Timers();
  const off = [timers.after(60 * day, act), timers.after(1000, act)];
  vi.advanceTimersByTime(500);
  off[1]!();
  vi.advanceTimersByTime(50 * day);
  off[0]!();
  timers.after(60 * day, act);
  vi.advanceTimersByTime(30 * day);
  timers.end();
  timers.after(1, act);
  vi.advanceTimersByTime(60 * day);
  expect(act).not.toHaveBeenCalled();
});
