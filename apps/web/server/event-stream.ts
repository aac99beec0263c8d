import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Milliseconds between signs of life, by which a page notices a dead connection. */
const heartbeat = 15_000;
/** Bytes that a reader may be behind; it gets everything anew when it comes back. */
const patience = 4 * 1024 * 1024;

/** Server-sent events (HTML Living Standard, 9.2), until either side ends. */
export interface EventStream {
  send(event: string, data: unknown): void;
  /** Resolves when the reader has taken most of what was sent, or is gone. */
  drained(): Promise<void>;
  /** Aborts when the reader has gone, or the server goes. */
  readonly signal: AbortSignal;
  /** Do something when it ends; at once where it has. */
  onEnd(act: () => void): void;
  end(): void;
}

export function openEventStream(response: ServerResponse, signal: AbortSignal): EventStream {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  const gone = new AbortController();
  const send = (event: string, data: unknown) => {
    if (gone.signal.aborted) return;
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > patience) response.destroy();
  };
  const beat = setInterval(() => send('beat', 0), heartbeat);
  const end = () => {
    if (gone.signal.aborted) return;
    clearInterval(beat);
    signal.removeEventListener('abort', end);
    response.end();
    gone.abort();
  };
  response.once('close', end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted || response.destroyed) end();
  return {
    send,
    async drained() {
      if (!response.writableNeedDrain) return;
      await once(response, 'drain', { signal: gone.signal }).catch(() => {});
    },
    signal: gone.signal,
    onEnd(act) {
      if (gone.signal.aborted) act();
      else gone.signal.addEventListener('abort', act, { once: true });
    },
    end,
  };
}
