import type { ServerResponse } from 'node:http';
import { activityOf } from '../model/activity.ts';
import type { Fleet, RowChange } from './fleet.ts';

/** Milliseconds in which changes are gathered: the eye sees no difference, the line carries fewer messages. */
const gathering = 40;
/** Milliseconds between signs of life, by which a page notices a dead connection. */
const heartbeat = 15_000;
/** Milliseconds in which activity is gathered: it is counted by the minute. */
const counting = 2000;
/** Bytes that a reader may be behind; it gets everything anew when it comes back. */
const patience = 4 * 1024 * 1024;

export type Send = (event: string, data: unknown) => void;

/**
 * Server-sent events (HTML Living Standard, 9.2) until either side ends. `begin` gets what sends, and returns what ends
 * it.
 */
export function sendEvents(response: ServerResponse, signal: AbortSignal, begin: (send: Send) => () => void) {
  if (response.destroyed || signal.aborted) return;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send: Send = (event, data) => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > patience) response.destroy();
  };
  const stop = begin(send);
  const beat = setInterval(() => send('beat', 0), heartbeat);
  const end = () => {
    clearInterval(beat);
    stop();
    signal.removeEventListener('abort', end);
    response.end();
  };
  response.once('close', end);
  signal.addEventListener('abort', end, { once: true });
}

/** Send the rows, then what changes of them, and how much happens. */
export async function streamFleet(
  fleet: Fleet,
  offers: readonly string[],
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  await fleet.ready();
  sendEvents(response, signal, send => {
    const changes = new Map<string, RowChange[1]>();
    const rows = later(gathering, () => {
      send(
        'changes',
        [...changes].map(([key, row]) => [key, row ?? null]),
      );
      changes.clear();
    });
    const activity = () => send('activity', activityOf(fleet.happenings(), Date.now()));
    const counts = later(counting, activity);
    send('fleet', { rows: fleet.rows(), unseen: fleet.unseen(), offers });
    activity();
    const unsubscribe = fleet.subscribe({
      row([key, row]) {
        changes.set(key, row);
        rows.ask();
      },
      happened: counts.ask,
    });
    return () => {
      rows.stop();
      counts.stop();
      unsubscribe();
    };
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
