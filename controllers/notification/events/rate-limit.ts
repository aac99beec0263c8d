/** Lets one event of a sameness through in each interval, counted from the first. */
export interface RateLimit {
  /** @param now in milliseconds */
  take(key: string, now: number): Admission;
}

export interface Admission {
  allowed: boolean;
  /** When the next is let through, in milliseconds. */
  next: number;
}

/** More are known only while that many different events come within an interval: then the oldest may come again. */
const mostKnown = 100_000;

/** @param interval in milliseconds; 0: everything is let through */
export function rateLimit(interval: number, most = mostKnown): RateLimit {
  /** By sameness: when its current interval began. Those that began first stand first. */
  const began = new Map<string, number>();
  return {
    take(key, now) {
      const start = began.get(key);
      const passed = start === undefined ? 0 : Math.floor((now - start) / interval);
      if (start !== undefined && passed < 1) return { allowed: false, next: start + interval };
      const current = start === undefined ? now : start + passed * interval;
      if (interval <= 0) return { allowed: true, next: now };
      began.delete(key);
      began.set(key, current);
      forget(now);
      return { allowed: true, next: current + interval };
    },
  };

  function forget(now: number): void {
    for (const [key, start] of began) {
      if (began.size <= most && now - start < 2 * interval) return;
      began.delete(key);
    }
  }
}
