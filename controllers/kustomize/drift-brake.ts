/**
 * Two writers that each insist on their own value of a field would answer each other without end, now that drift is
 * an event. The first corrections go at once; each further one within the quiet time waits twice as long as the one
 * before, up to the limit.
 */
export interface DriftBrake {
  /** Milliseconds until the object may be corrected; 0 when it may be now. */
  wait(id: string, now: number, limit: number): number;
  corrected(id: string, now: number): void;
}

/** A fight is over when nothing had to be corrected for so long. */
const quiet = 300_000;
/** So many corrections are plain drift. */
const free = 4;
const first = 1000;

export function driftBrake(): DriftBrake {
  const fights = new Map<string, { corrections: number; last: number }>();
  return {
    wait(id, now, limit) {
      const fight = fights.get(id);
      if (!fight || fight.corrections < free) return 0;
      if (now - fight.last > Math.max(quiet, limit)) {
        fights.delete(id);
        return 0;
      }
      const pause = Math.min(first * 2 ** Math.min(fight.corrections - free, 30), limit);
      return Math.max(0, fight.last + pause - now);
    },
    corrected(id, now) {
      const before = fights.get(id);
      const corrections = before && now - before.last <= quiet ? before.corrections + 1 : 1;
      fights.set(id, { corrections, last: now });
    },
  };
}
