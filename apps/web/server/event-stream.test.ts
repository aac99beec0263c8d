import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGunzip } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type EventStream, openEventStream } from './event-stream.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A stream, and the answer that a reader has of it. */
async function streamTo(headers: Record<string, string> = {}) {
  const opened = Promise.withResolvers<EventStream>();
  const server = createServer((_, response) =>
    opened.resolve(openEventStream(response, new AbortController().signal)),
  ).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: '127.0.0.1', port, headers }, resolve).on('error', reject).end();
  });
  answer.on('error', () => {});
  return { stream: await opened.promise, answer };
}

/** What comes, up to the end of the first event. */
async function firstEvent(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of body) {
    parts.push(part);
    if (part.at(-1) === newline && (part.length === 1 || part.at(-2) === newline)) break;
  }
  return Buffer.concat(parts).toString('utf8');
}
const newline = 10;
const encodings: Record<string, string>[] = [{}, { 'accept-encoding': 'gzip' }];

test('whoever takes it gets it compressed, each event as it is sent', async () => {
  const { stream, answer } = await streamTo({ 'accept-encoding': 'gzip, br' });
  expect(answer.headers['content-encoding']).toBe('gzip');
  expect(answer.headers['x-accel-buffering']).toBe('no');
  const body = answer.pipe(createGunzip());
  const told = [];
  for (const word of ['one', 'two']) {
    const part = new Promise<Buffer>(resolve => body.once('data', resolve));
    stream.send('said', word);
    told.push((await part).toString('utf8'));
  }
  expect(told).toEqual(['event: said\ndata: "one"\n\n', 'event: said\ndata: "two"\n\n']);
});

test.each(encodings)(
  'a first event that is larger than what a reader may be behind arrives, with %j',
  async headers => {
    const { stream, answer } = await streamTo(headers);
    const rows = Array.from({ length: 12_000 }, (_, i) => `${i} ${'x'.repeat(400)}`);
    stream.send('fleet', rows);
    const body = answer.headers['content-encoding'] === 'gzip' ? answer.pipe(createGunzip()) : answer;
    const text = await firstEvent(body);
    expect(JSON.parse(text.slice(text.indexOf('data: ') + 6))).toHaveLength(12_000);
    stream.send('after', 1);
    expect(stream.signal.aborted).toBe(false);
  },
);

test.each(encodings)('who does not read is let go, with %j', async headers => {
  const { stream, answer } = await streamTo(headers);
  answer.pause();
  const noise = () => Array.from({ length: 100_000 }, () => Math.random());
  for (let i = 0; i < 200 && !stream.signal.aborted; i++) {
    stream.send('more', noise());
    await new Promise(resolve => setImmediate(resolve));
  }
  await expect.poll(() => stream.signal.aborted).toBe(true);
});
