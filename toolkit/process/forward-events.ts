import type { EventFeed, Logger } from '@millrace/controller';
import { connection } from '@millrace/http';
import { delay } from '@millrace/kube';
import { type Event, eventAsJson } from '@millrace/notifications/event';

/** As Flux's controllers send events to one another (fluxcd/pkg, runtime/events): milliseconds, and tries after the first. */
const patience = { answer: 5000, retries: 4, least: 1000, most: 30_000 };
/** More wait only while the other side does not answer: then the oldest are dropped. */
const mostWaiting = 1000;
const atOnce = 4;

/** Send the events of this process to a notification-controller elsewhere. Nobody waits for it. */
export function forwardEvents(feed: EventFeed, address: URL, log: Logger): { stop(): Promise<void> } {
  const server = connection({});
  const stopped = new AbortController();
  const waiting = new Set<Event>();
  const busy = new Set<Promise<void>>();

  const next = () => {
    for (const event of waiting) {
      if (busy.size >= atOnce || stopped.signal.aborted) return;
      waiting.delete(event);
      const sent = send(event)
        .catch(error => log.error({ error }, 'unable to record event'))
        .finally(() => {
          busy.delete(sent);
          next();
        });
      busy.add(sent);
    }
  };
  const send = async (event: Event) => {
    const body = eventAsJson(event);
    for (let tries = 0; ; tries++) {
      const refused = await post(body).catch((error: Error) => error);
      if (refused === undefined || stopped.signal.aborted) return;
      if (tries === patience.retries) throw refused;
      await delay(Math.min(patience.least * 2 ** tries, patience.most), stopped.signal);
    }
  };
  /** Whatever else is answered is final: 429 says that the event is known. */
  const post = async (body: string) => {
    const { statusCode, body: answer } = await server.request({
      origin: address.origin,
      path: address.pathname + address.search,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(patience.answer)]),
    });
    answer.dump({ limit: 4096 }).catch(() => {});
    return statusCode >= 500 && statusCode !== 501
      ? new Error(`${address.host} answered ${statusCode}`)
      : undefined;
  };

  const unfollow = feed.follow(event => {
    waiting.add(event);
    const [first] = waiting;
    if (waiting.size > mostWaiting && first) waiting.delete(first);
    next();
  });
  return {
    async stop() {
      unfollow();
      stopped.abort();
      await Promise.all(busy);
      await server.destroy();
    },
  };
}
