/**
 * Two writers that each insist on their own value of a field would answer each other without end, now that drift is
 * an event. Corrections that follow each other closely are a fight: after a few, each waits twice as long as the one
 * before, up to the limit. People are slower than that, and are answered at once.
 */
export interface DriftBrake {
  /** Milliseconds until the object may be corrected; 0 when it may be now. */
  wait(id: string, now: number, limit: number): number;
  corrected(id: string, now: number): void;
}

/** Corrections closer than this belong to one fight. */
const close = 2000;
/** So many go at once. */
const free = 10;
const firstPause = 500;

export function driftBrake(): DriftBrake {
  const fights = new Map<string, { corrections: number; last: number }>();
  const pauseAfter = (corrections: number) =>
    corrections < free ? 0 : firstPause * 2 ** Math.min(corrections - free, 30);
  return {
    wait(id, now, limit) {
      const fight = fights.get(id);
      return fight ? Math.max(0, fight.last + Math.min(pauseAfter(fight.corrections), limit) - now) : 0;
    },
    corrected(id, now) {
      const before = fights.get(id);
      const goesOn = before && now - before.last < close + 2 * pauseAfter(before.corrections);
      fights.set(id, { corrections: goesOn ? before.corrections + 1 : 1, last: now });
    },
  };
}
