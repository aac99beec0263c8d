import type { ServerResponse } from 'node:http';
import type { FleetEvent } from '../model/fleet-event.ts';
import { ActionError } from './actions.ts';
import { openEventStream } from './event-stream.ts';
import type { Fleet } from './fleet.ts';
import type { Happening } from './happening.ts';
import { noPlace, takePlace } from './places.ts';
import { seenBy } from './seen-fleet.ts';
import type { Viewer } from './viewer.ts';

/** Events that are told at first, the newest. */
const most = 1000;

/** Send the events of the fleet that the viewer may see, the oldest first, then what happens. */
export async function streamEvents(
  fleet: Fleet,
  viewer: Viewer,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (viewer.as !== 'own' && !takePlace(viewer, signal)) throw new ActionError(noPlace);
  await fleet.ready();
  const seen = await seenBy(viewer, fleet, { signal, onLost: () => response.destroy() });
  if (signal.aborted) return;
  const stream = openEventStream(response, signal);
  const newest = [...seen.happenings()].sort((a, b) => a.at - b.at).slice(-most);
  stream.send('entries', newest.map(eventOf));
  const happened = (happening: Happening) => stream.send('entry', eventOf(happening));
  stream.onEnd(seen.subscribe({ row() {}, happened }));
}

function eventOf({ key, at, isWarning, reason, message, count, revision }: Happening): FleetEvent {
  return { of: key, time: new Date(at).toISOString(), isWarning, reason, message, count, revision };
}
