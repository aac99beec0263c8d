import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Destination } from '../destination.ts';
import { InvalidDestination } from '../errors.ts';
import { notifierFor } from '../notifier.ts';
import { destination } from '../testing/destination.ts';
import { casesOf, destinationOf, eventNamed, invalidIn, sentIn } from '../testing/recorded.ts';
import { nkeyOf } from './nkeys.ts';

const cases = casesOf('nats.json');

/** As the recorded server had it. */
const info = { server_id: 'S', max_payload: 1_048_576, nonce: 'bm9uY2Utbm9uY2U', auth_required: true };

let server: Server;
let told: string[] = [];
let talk: (socket: Socket) => void;
const sockets = new Set<Socket>();

beforeEach(async () => {
  told = [];
  talk = socket => converse(socket, info);
  server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    talk(socket);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

/** A server that takes everything, and notes what it was told. */
function converse(socket: Socket, said: object, answer = 'PONG') {
  socket.write(`INFO ${JSON.stringify(said)} \r\n`);
  let text = '';
  socket.on('data', part => {
    text += part.toString('latin1');
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (line === 'PING') socket.write(`${answer}\r\n`);
      else told.push(Buffer.from(line, 'latin1').toString());
    }
  });
}

const address = () => `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;

const nats = (own: Partial<Destination> = {}) =>
  destination('nats', { address: address(), channel: 'flux.events', ...own });

const secretOf = (texts: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));

const soon = () => AbortSignal.timeout(10_000);

describe('as recorded in nats.json', () => {
  test.each(sentIn(cases))('%s: %s', async (_name, event, { destination: given }, { requests }) => {
    const { secret, ...own } = given;
    const here = nats({ ...own, address: address(), secret: secretOf(secret) });
    await notifierFor(here).post(eventNamed(event), soon());
    const [hello, publication, body] = told;
    const { lang, version, ...rest } = JSON.parse(hello!.slice('CONNECT '.length)) as Record<string, unknown>;
    expect([lang, version]).toEqual(['node', '0.1.0']);
    expect(rest).toEqual(JSON.parse(requests[0]!.body!));
    expect(publication).toBe(`PUB ${requests[1]!.url} ${Buffer.byteLength(requests[1]!.body!)}`);
    expect(body).toBe(requests[1]!.body);
  });

  test.each(invalidIn(cases))('%s is refused', (_name, { destination: given }) => {
    expect(() => notifierFor(destinationOf(given))).toThrow(InvalidDestination);
  });
});

test('a file of credentials is a token and the key that signs for it', async () => {
  const seed = 'SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY';
  const creds = `-----BEGIN NATS USER JWT-----\nabc.def\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
  await notifierFor(nats({ secret: secretOf({ creds, nkey: 'other' }) })).post(eventNamed('bare'), soon());
  expect(JSON.parse(told[0]!.slice('CONNECT '.length))).toMatchObject({
    jwt: 'abc.def',
    sig: nkeyOf(seed).sign(info.nonce),
  });
});

test.each([
  ['SUACSSL3'],
  ['UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4'],
  ['x'.repeat(100_000)],
])('the nkey %.20s is refused, and not quoted', nkey => {
  const make = () => notifierFor(nats({ secret: secretOf({ nkey }) }));
  expect(make).toThrow(new InvalidDestination('the nkey is no seed of a NATS key'));
});

test.each([
  ['ws://127.0.0.1:1', 'flux'],
  ['http://127.0.0.1:1', 'flux'],
  ['nats://', 'flux'],
  ['nats://127.0.0.1', 'two subjects'],
  ['nats://127.0.0.1', 'a\r\nPUB b 1'],
  ['nats://127.0.0.1', 'flux.>'],
])('%s with the subject %j is refused', (server, channel) => {
  expect(() => notifierFor(nats({ address: server, channel }))).toThrow(InvalidDestination);
});

test('the next server is asked where one does not answer', async () => {
  const own = nats({ address: `nats://127.0.0.1:1, ${address()}` });
  await notifierFor(own).post(eventNamed('bare'), soon());
  expect(told).toHaveLength(3);
});

test('the next server is asked where one says nothing', async () => {
  const mute = createServer(socket => void sockets.add(socket));
  await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve));
  const own = nats({ address: `nats://127.0.0.1:${(mute.address() as AddressInfo).port},${address()}` });
  const connected = once(mute, 'connection');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
    mute.close();
  });
  const posted = notifierFor(own).post(eventNamed('bare'), soon());
  await connected;
  vi.advanceTimersByTime(2000);
  await posted;
  expect(told).toHaveLength(3);
});

test('what the server says against it is said, and it is named', async () => {
  talk = socket => converse(socket, info, "-ERR 'Authorization Violation of pass-word'");
  const own = nats({ username: 'user', password: 'pass-word' });
  await expect(notifierFor(own).post(eventNamed('bare'), soon())).rejects.toThrow(
    /^127\.0\.0\.1:\d+ does not take it: 'Authorization Violation of \*\*\*'$/,
  );
});

test('an event is not sent that is larger than the server takes', async () => {
  talk = socket => converse(socket, { ...info, max_payload: 100 });
  await expect(notifierFor(nats()).post(eventNamed('bare'), soon())).rejects.toThrow('larger than the 100');
  expect(told).toEqual([]);
});

test.each([
  ['hangs up', (socket: Socket) => void socket.end(), 'hangs up'],
  ['speaks something else', (socket: Socket) => void socket.write('HTTP/1.1 400\r\n'), 'does not speak NATS'],
  ['says no JSON', (socket: Socket) => void socket.write('INFO {\r\n'), 'does not take it'],
  ['never ends its line', (socket: Socket) => flood(socket), 'a line without an end'],
])('a server that %s is given up', async (_what, behaves, words) => {
  talk = behaves;
  await expect(notifierFor(nats()).post(eventNamed('bare'), soon())).rejects.toThrow(words);
});

function flood(socket: Socket) {
  const pour = () => {
    while (!socket.destroyed && socket.write('x'.repeat(65_536)));
  };
  socket.on('drain', pour);
  pour();
}

test('a server that says nothing is left when the signal says so', async () => {
  talk = () => {};
  const stop = new AbortController();
  const posted = notifierFor(nats()).post(eventNamed('bare'), stop.signal);
  stop.abort(new Error('enough'));
  await expect(posted).rejects.toThrow('enough');
});

test('a server that says nothing is named when the time is over', async () => {
  talk = () => {};
  await expect(notifierFor(nats()).post(eventNamed('bare'), AbortSignal.timeout(20))).rejects.toThrow(
    /^127\.0\.0\.1:\d+ does not answer in time$/,
  );
});

test('a server that wants TLS is told nothing before, and nothing by a certificate that is not trusted', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  talk = socket => {
    socket.write(`INFO ${JSON.stringify({ ...info, tls_required: true })}\r\n`);
    const secure = new TLSSocket(socket, {
      isServer: true,
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    });
    secure.on('error', () => {});
    secure.on('data', part => told.push(part.toString()));
  };
  await expect(notifierFor(nats()).post(eventNamed('bare'), soon())).rejects.toThrow('does not take it');
  expect(told).toEqual([]);
});
