import type { ServerResponse } from 'node:http';
import type { Fleet, RowChange } from './fleet.ts';
import { seenBy } from './seen-fleet.ts';
import type { Viewer } from './viewer.ts';

/** Milliseconds in which changes are gathered: the eye sees no difference, the line carries fewer messages. */
const gathering = 40;
/** Milliseconds between signs of life, by which a page notices a dead connection. */
const heartbeat = 15_000;
/** Bytes that a reader may be behind; it gets everything anew when it comes back. */
const patience = 4 * 1024 * 1024;

/**
 * Send the rows that the viewer may see, then what changes of them, as server-sent events (HTML Living Standard, 9.2)
 * until either side ends.
 */
export async function streamFleet(
  fleet: Fleet,
  viewer: Viewer,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  await fleet.ready();
  const seen = await seenBy(viewer, fleet, { signal, onLost: () => response.destroy() });
  if (response.destroyed || signal.aborted) return;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const changes = new Map<string, RowChange[1]>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    send(
      'changes',
      [...changes].map(([key, row]) => [key, row ?? null]),
    );
    changes.clear();
  };
  const send = (event: string, data: unknown) => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > patience) response.destroy();
  };
  send('fleet', { rows: seen.rows(), unseen: seen.unseen(), partial: seen.partial });
  const unsubscribe = seen.subscribe(([key, row]) => {
    changes.set(key, row);
    timer ??= setTimeout(flush, gathering);
  });
  const beat = setInterval(() => send('beat', 0), heartbeat);
  const end = () => {
    clearTimeout(timer);
    clearInterval(beat);
    unsubscribe();
    signal.removeEventListener('abort', end);
    response.end();
  };
  response.once('close', end);
  signal.addEventListener('abort', end, { once: true });
}
