import type { FleetEvent } from '../model/fleet-event.ts';
import type { EventStream } from './event-stream.ts';
import type { Happening } from './happening.ts';
import type { SeenFleet } from './seen-fleet.ts';

/** Events that are told at first, the newest. */
const most = 1000;

/** Send the events that somebody may see, the oldest first, then what happens. */
export function streamEvents(seen: SeenFleet, stream: EventStream): void {
  const newest = [...seen.happenings()].sort((a, b) => a.at - b.at).slice(-most);
  stream.send('entries', newest.map(eventOf));
  const happened = (happening: Happening) => stream.send('entry', eventOf(happening));
  stream.onEnd(seen.subscribe({ row() {}, happened }));
}

function eventOf({ key, at, isWarning, reason, message, count, revision }: Happening): FleetEvent {
  return { of: key, time: new Date(at).toISOString(), isWarning, reason, message, count, revision };
}
