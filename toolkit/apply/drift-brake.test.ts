import { describe, expect, test } from 'vitest';
import { driftBrake } from './drift-brake.ts';

const limit = 600_000;

describe('the brake on fights', () => {
  test('a person who changes a thing now and then is answered at once', () => {
    const brake = driftBrake();
    for (let now = 0; now < 300_000; now += 3000) {
      expect(brake.wait('a', now, limit)).toBe(0);
      brake.corrected('a', now);
    }
  });

  test('a writer that answers every correction is met less and less often, and never never', () => {
    const brake = driftBrake();
    let now = 0;
    let corrections = 0;
    for (; now < 3_600_000; now += 10) {
      if (brake.wait('a', now, limit) > 0) continue;
      brake.corrected('a', now);
      corrections++;
    }
    expect(corrections).toBeGreaterThan(20);
    expect(corrections).toBeLessThan(40);
    expect(brake.wait('a', now, limit)).toBeLessThanOrEqual(limit);
  });

  test('objects are apart', () => {
    const brake = driftBrake();
    for (let i = 0; i < 20; i++) brake.corrected('a', i);
    expect(brake.wait('a', 20, limit)).toBeGreaterThan(0);
    expect(brake.wait('b', 20, limit)).toBe(0);
  });
});
