import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, eventFeed } from '@millrace/controller';
import { type Event, parseEvent } from '@millrace/notifications';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { forwardEvents } from './forward-events.ts';

const log = createLogger({ file: '/dev/null' });

const eventOf = (message: string): Event => ({
  involvedObject: { kind: 'Kustomization', namespace: 'a', name: 'b', apiVersion: 'x/v1' },
  severity: 'info',
  timestamp: '2026-01-02T03:04:05Z',
  message,
  reason: 'Progressing',
  metadata: { 'x/revision': 'main' },
  reportingController: 'kustomize-controller',
});

describe('events that are sent to another process', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** @param answers by the number of the request */
  const startReceiver = async (answers: number[]) => {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      bodies.push(Buffer.concat(parts).toString());
      response.writeHead(answers[bodies.length - 1] ?? 202).end();
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: new URL(`http://127.0.0.1:${port}/events?a=b`), bodies };
  };

  test('arrive whole', async () => {
    const { url, bodies } = await startReceiver([]);
    const feed = eventFeed();
    const forwarding = forwardEvents(feed, url, log);
    feed.tell(eventOf('applied'));
    await vi.waitFor(() => expect(bodies).toHaveLength(1));
    expect(parseEvent(bodies[0]!)).toEqual(eventOf('applied'));
    await forwarding.stop();
  });

  test('are sent again after a failure of the server, and not after a refusal', async () => {
    const { url, bodies } = await startReceiver([500, 202, 429]);
    const feed = eventFeed();
    const forwarding = forwardEvents(feed, url, log);
    feed.tell(eventOf('one'));
    await vi.waitFor(() => expect(bodies).toHaveLength(2), 5000);
    feed.tell(eventOf('two'));
    await vi.waitFor(() => expect(bodies).toHaveLength(3));
    feed.tell(eventOf('three'));
    await vi.waitFor(() => expect(bodies).toHaveLength(4));
    expect(bodies.map(body => parseEvent(body).message)).toEqual(['one', 'one', 'two', 'three']);
    await forwarding.stop();
  });

  test('to nobody do not keep the process from ending', async () => {
    const feed = eventFeed();
    const forwarding = forwardEvents(feed, new URL('http://127.0.0.1:9/'), log);
    for (let i = 0; i < 2000; i++) feed.tell(eventOf(String(i)));
    await forwarding.stop();
  });
});
