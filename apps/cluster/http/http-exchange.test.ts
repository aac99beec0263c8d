import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpExchange } from './http-exchange.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** The beginning of an answer to one request. */
async function ask(
  answer: (exchange: HttpExchange) => Promise<void>,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  const server = createServer((incoming, outgoing) => {
    answer(new HttpExchange(incoming, outgoing)).catch(() => {});
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const [response] = await once(get({ port, host: '127.0.0.1', headers }), 'response');
  return response as IncomingMessage;
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const long = Array.from({ length: 5000 }, (_, i) => `${i} is a number, \u00e9 is a letter\n`);

describe('an answer in pieces', () => {
  test('is whole, however long it is', async () => {
    const response = await ask(exchange => exchange.answerInPieces(200, long));
    expect((await bodyOf(response)).toString()).toBe(long.join(''));
  });

  test('is compressed when it is long and the client takes that', async () => {
    const response = await ask(exchange => exchange.answerInPieces(200, long), { 'accept-encoding': 'gzip' });
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(await bodyOf(response)).toString()).toBe(long.join(''));
  });

  test('says its length when it is short', async () => {
    const response = await ask(exchange => exchange.answerInPieces(200, ['a', 'b']), {
      'accept-encoding': 'gzip',
    });
    expect(response.headers['content-length']).toBe('2');
    expect((await bodyOf(response)).toString()).toBe('ab');
  });

  test.each(['identity', 'gzip'])('that fails on its way breaks the connection (%s)', async encoding => {
    const failing = function* () {
      yield* long;
      throw new Error('the rest cannot be made');
    };
    const response = await ask(exchange => exchange.answerInPieces(200, failing()), {
      'accept-encoding': encoding,
    });
    await expect(bodyOf(response)).rejects.toThrow('aborted');
  });

  test('is not made for a client that is gone', async () => {
    let made = 0;
    const endless = function* () {
      for (;;) {
        made++;
        yield 'x'.repeat(1000);
      }
    };
    const ended = new Promise<void>(resolve => {
      void ask(exchange => exchange.answerInPieces(200, endless()).finally(resolve)).then(response =>
        response.destroy(),
      );
    });
    await ended;
    expect(made).toBeGreaterThan(0);
  });
});
