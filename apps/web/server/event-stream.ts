import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { constants, createGzip } from 'node:zlib';
import { takesGzip } from './takes-gzip.ts';

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
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Proxies such as nginx would keep events until there are many.
    'x-accel-buffering': 'no',
    ...(takesGzip(response.req) ? { 'content-encoding': 'gzip' } : {}),
  });
  response.flushHeaders();
  const out = takesGzip(response.req) ? compressing(response) : response;
  const gone = new AbortController();
  const send = (event: string, data: unknown) => {
    if (gone.signal.aborted) return;
    // What is sent at first may be more than that by itself.
    if (out.writableLength > patience) return void response.destroy();
    out.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const beat = setInterval(() => send('beat', 0), heartbeat);
  const end = () => {
    if (gone.signal.aborted) return;
    clearInterval(beat);
    signal.removeEventListener('abort', end);
    out.end();
    gone.abort();
  };
  response.once('close', end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted || response.destroyed) end();
  return {
    send,
    async drained() {
      if (!out.writableNeedDrain) return;
      await once(out, 'drain', { signal: gone.signal }).catch(() => {});
    },
    signal: gone.signal,
    onEnd(act) {
      if (gone.signal.aborted) act();
      else gone.signal.addEventListener('abort', act, { once: true });
    },
    end,
  };
}

/** Rows are a tenth of their size then, and lines may be slow. Whatever is written is sent at once. */
function compressing(response: ServerResponse) {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  gzip.pipe(response);
  response.once('close', () => gzip.destroy());
  return gzip;
}
