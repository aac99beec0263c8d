import type { IncomingMessage } from 'node:http';
import type { Environment } from '@millrace/controller';
import { InvalidEvent, parseEvent } from '@millrace/notifications';
import type { Address, Served } from '@millrace/process';
import { type Answer, Bodies, httpMetrics, serveHttp, usualPatience } from '../http/index.ts';
import type { Dispatcher } from './dispatcher.ts';

/** Takes events from anybody who speaks the format, by any method and at any path, as notification-controller does. */
export function serveEvents(
  address: Address,
  dispatcher: Dispatcher,
  { log, metrics }: Environment,
): Promise<Served> {
  const bodies = new Bodies();
  return serveHttp(address, {
    answer: request => take(request, bodies, dispatcher),
    measure: httpMetrics('gotk_event', metrics.registry),
    // Every path is served alike: telling them apart would only let strangers fill the memory.
    handlerOf: () => '/',
    log,
  });
}

async function take(request: IncomingMessage, bodies: Bodies, dispatcher: Dispatcher): Promise<Answer> {
  const body = await bodies.read(request, true, usualPatience.request);
  if (body.kind === 'too large') return { code: 413 };
  if (body.kind === 'busy') return { code: 503 };
  if (body.kind === 'broken') return { code: 400 };
  try {
    const { allowed, next, dispatched } = dispatcher.accept(parseEvent(body.bytes.toString('utf8')));
    await dispatched; // whoever sends more than can be looked at waits
    return allowed ? { code: 202, headers: limits(next) } : tooSoon(next);
  } catch (error) {
    if (error instanceof InvalidEvent) return { code: 400 };
    throw error;
  } finally {
    body.release();
  }
}

const limits = (next: number) => ({
  'x-ratelimit-limit': '1',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': new Date(next).toUTCString(),
});

function tooSoon(next: number): Answer {
  const headers = { ...limits(next), 'retry-after': new Date(next).toUTCString() };
  return { code: 429, headers, text: 'Too Many Requests\n' };
}
