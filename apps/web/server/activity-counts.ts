import { type Activity, minute, span } from '../model/activity.ts';
import type { Happening } from './happening.ts';

type Counted = Pick<Happening, 'kind' | 'namespace' | 'at' | 'isWarning'>;
type Place = Pick<Happening, 'kind' | 'namespace'>;

/** How much happens where, counted as it happens: what a page asks for costs no walk over all events. */
export interface ActivityCounts {
  add(happening: Counted): void;
  take(happening: Counted): void;
  /** Of the places that somebody may know of, in the last hour. */
  of(mayKnow: (place: Place) => boolean, now: number): Activity;
}

interface Counts {
  place: Place;
  /** By the minute since 1970. */
  minutes: Map<number, { events: number; warnings: number }>;
}

export function activityCounts(): ActivityCounts {
  const places = new Map<string, Counts>();
  const change = ({ kind, namespace, at, isWarning }: Counted, by: number) => {
    const key = `${kind}/${namespace}`;
    const { minutes } = places.get(key) ?? made(key, { kind, namespace });
    const when = Math.floor(at / minute);
    const counts = minutes.get(when) ?? { events: 0, warnings: 0 };
    counts.events += by;
    if (isWarning) counts.warnings += by;
    if (counts.events > 0) minutes.set(when, counts);
    else minutes.delete(when);
    if (minutes.size === 0) places.delete(key);
  };
  const made = (key: string, place: Place): Counts => {
    const counts = { place, minutes: new Map() };
    places.set(key, counts);
    return counts;
  };
  return {
    add: happening => change(happening, 1),
    take: happening => change(happening, -1),
    of(mayKnow, now) {
      const first = Math.floor(now / minute) - (span - 1);
      const events = new Array<number>(span).fill(0);
      const warnings = new Array<number>(span).fill(0);
      for (const { place, minutes } of places.values()) {
        if (!mayKnow(place)) continue;
        for (let i = 0; i < span; i++) {
          const counts = minutes.get(first + i);
          events[i]! += counts?.events ?? 0;
          warnings[i]! += counts?.warnings ?? 0;
        }
      }
      return { from: first * minute, events, warnings };
    },
  };
}
