import type { ServerResponse } from 'node:http';
import { ActionError } from './actions.ts';
import { openEventStream } from './event-stream.ts';
import type { Fleet, RowChange } from './fleet.ts';
import { noPlace, takePlace } from './places.ts';
import { seenBy } from './seen-fleet.ts';
import type { Viewer } from './viewer.ts';

/** Milliseconds in which changes are gathered: the eye sees no difference, the line carries fewer messages. */
const gathering = 40;
/** Milliseconds in which activity is gathered: it is counted by the minute. */
const counting = 2000;

/** Send the rows that the viewer may see, then what changes of them, and how much happens. */
export async function streamFleet(
  fleet: Fleet,
  { viewer, offers }: { viewer: Viewer; offers: readonly string[] },
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (viewer.as !== 'own' && !takePlace(viewer, signal)) throw new ActionError(noPlace);
  await fleet.ready();
  const seen = await seenBy(viewer, fleet, { signal, onLost: () => response.destroy() });
  if (signal.aborted) return;
  const stream = openEventStream(response, signal);
  const changes = new Map<string, RowChange[1]>();
  const rows = later(gathering, () => {
    stream.send(
      'changes',
      [...changes].map(([key, row]) => [key, row ?? null]),
    );
    changes.clear();
  });
  const activity = () => stream.send('activity', seen.activity());
  const counts = later(counting, activity);
  stream.send('fleet', { rows: seen.rows(), unseen: seen.unseen(), partial: seen.partial, offers });
  activity();
  const unsubscribe = seen.subscribe({
    row([key, row]) {
      changes.set(key, row);
      rows.ask();
    },
    happened: counts.ask,
  });
  stream.onEnd(() => {
    rows.stop();
    counts.stop();
    unsubscribe();
  });
}

/** Do something a while after it was first asked for. */
function later(delay: number, act: () => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    ask() {
      timer ??= setTimeout(() => {
        timer = undefined;
        act();
      }, delay);
    },
    stop: () => clearTimeout(timer),
  };
}
