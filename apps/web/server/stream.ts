import type { EventStream } from './event-stream.ts';
import type { RowChange } from './fleet.ts';
import type { SeenFleet } from './seen-fleet.ts';

/** Milliseconds in which changes are gathered: the eye sees no difference, the line carries fewer messages. */
const gathering = 40;
/** Milliseconds in which activity is gathered: it is counted by the minute. */
const counting = 2000;

/** Send the rows that somebody may see, then what changes of them, and how much happens. */
export function streamFleet(seen: SeenFleet, stream: EventStream, offers: readonly string[]): void {
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
