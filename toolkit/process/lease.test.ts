import { expect, test } from 'vitest';
import { FlagError } from './index.ts';
import { requireLeaseDurations } from './lease.ts';

test.each([
  ['the defaults', 35, 30, 5, undefined],
  ['a lease that another may take before its leader gives up', 30, 30, 5, /lease-duration/],
  ['a deadline that passes before the second try', 35, 6, 5, /renew-deadline/],
])('%s', (_, leaseDuration, renewDeadline, retryPeriod, problem) => {
  const check = () =>
    requireLeaseDurations({ leaseDuration, renewDeadline, retryPeriod, releaseOnCancel: true });
  if (!problem) return check();
  expect(check).toThrow(FlagError);
  expect(check).toThrow(problem);
});
