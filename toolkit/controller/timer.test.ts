import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { after, timeoutSignal } from './timer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const hour = 3_600_000;

test.each([1, hour, 720 * hour, 9000 * hour])('a call after %d milliseconds comes then, and once', wait => {
  const called = vi.fn();
  after(wait, called);
  vi.advanceTimersByTime(wait - 1);
  expect(called).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(called).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(9000 * hour);
  expect(called).toHaveBeenCalledOnce();
});

test('a call that was cancelled does not come, however long it was to wait', () => {
  const called = vi.fn();
  const cancel = after(9000 * hour, called);
  vi.advanceTimersByTime(8999 * hour);
  cancel();
  vi.advanceTimersByTime(9000 * hour);
  expect(called).not.toHaveBeenCalled();
});

test('a timeout beyond what a timer holds is no error', () => {
  expect(timeoutSignal(9000 * hour).aborted).toBe(false);
});
