import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Destination } from '../destination.ts';
import { InvalidDestination } from '../errors.ts';
import { parseEvent } from '../event.ts';
import { notifierFor } from '../notifier.ts';
import { nkeyOf } from './nkeys.ts';

interface Case {
  name: string;
  destination: { type: string; address?: string; secret?: Record<string, string> };
  sent: Record<string, { requests: { method: string; url?: string; body: string }[] }>;
  invalid?: boolean;
}

const golden = (name: string) =>
  readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8').replaceAll(
    '{38000 times x}',
    'x'.repeat(38_000),
  );
const { cases } = JSON.parse(golden('nats.json')) as { cases: Case[] };
const events = new Map(Object.entries(JSON.parse(golden('events.json')) as Record<string, unknown>));
const eventNamed = (name: string) => parseEvent(JSON.stringify(events.get(name)));

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

function destination(own: Partial<Destination> = {}): Destination {
  return {
    type: 'nats',
    address: address(),
    channel: 'flux.events',
    username: '',
    token: '',
    password: '',
    headers: {},
    secret: {},
    provider: { uid: 'u', name: 'p', namespace: 'n' },
    commitStatus: '',
    ...own,
  };
}

const secretOf = (texts: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));

const soon = () => AbortSignal.timeout(10_000);

describe('as recorded in nats.json', () => {
  const sent = cases.flatMap(it =>
    Object.entries(it.sent).map(([event, was]) => [it.name, event, it, was] as const),
  );

  test.each(sent)('%s: %s', async (_name, event, { destination: given }, { requests }) => {
    const own = { ...given, address: address(), secret: secretOf(given.secret) };
    await notifierFor(destination(own)).post(eventNamed(event), soon());
    const [hello, publication, body] = told;
    const { lang, version, ...rest } = JSON.parse(hello!.slice('CONNECT '.length)) as Record<string, unknown>;
    expect([lang, version]).toEqual(['node', '0.1.0']);
    expect(rest).toEqual(JSON.parse(requests[0]!.body));
    expect(publication).toBe(`PUB ${requests[1]!.url} ${Buffer.byteLength(requests[1]!.body)}`);
    expect(body).toBe(requests[1]!.body);
  });

  test.each(cases.filter(it => it.invalid).map(it => [it.name, it] as const))(
    '%s is refused',
    (_name, it) => {
      const own = { address: '', channel: '', ...it.destination, secret: {} };
      expect(() => notifierFor(destination(own))).toThrow(InvalidDestination);
    },
  );
});

test('a file of credentials is a token and the key that signs for it', async () => {
  const seed = 'SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY';
  const creds = `-----BEGIN NATS USER JWT-----\nabc.def\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
  await notifierFor(destination({ secret: secretOf({ creds, nkey: 'other' }) })).post(
    eventNamed('bare'),
    soon(),
  );
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
  const make = () => notifierFor(destination({ secret: secretOf({ nkey }) }));
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
  expect(() => notifierFor(destination({ address: server, channel }))).toThrow(InvalidDestination);
});

test('the next server is asked where one does not answer', async () => {
  const own = destination({ address: `nats://127.0.0.1:1, ${address()}` });
  await notifierFor(own).post(eventNamed('bare'), soon());
  expect(told).toHaveLength(3);
});

test('what the server says against it is said, and it is named', async () => {
  talk = socket => converse(socket, info, "-ERR 'Authorization Violation'");
  await expect(notifierFor(destination()).post(eventNamed('bare'), soon())).rejects.toThrow(
    /^127\.0\.0\.1:\d+ does not take it: 'Authorization Violation'$/,
  );
});

test('an event is not sent that is larger than the server takes', async () => {
  talk = socket => converse(socket, { ...info, max_payload: 100 });
  await expect(notifierFor(destination()).post(eventNamed('bare'), soon())).rejects.toThrow(
    'larger than the 100',
  );
  expect(told).toEqual([]);
});

test.each([
  ['hangs up', (socket: Socket) => void socket.end(), 'hangs up'],
  ['speaks something else', (socket: Socket) => void socket.write('HTTP/1.1 400\r\n'), 'does not speak NATS'],
  ['says no JSON', (socket: Socket) => void socket.write('INFO {\r\n'), 'does not take it'],
  ['never ends its line', (socket: Socket) => flood(socket), 'a line without an end'],
])('a server that %s is given up', async (_what, behaves, words) => {
  talk = behaves;
  await expect(notifierFor(destination()).post(eventNamed('bare'), soon())).rejects.toThrow(words);
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
  const posted = notifierFor(destination()).post(eventNamed('bare'), stop.signal);
  stop.abort(new Error('enough'));
  await expect(posted).rejects.toThrow('enough');
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
  await expect(notifierFor(destination()).post(eventNamed('bare'), soon())).rejects.toThrow(
    'does not take it',
  );
  expect(told).toEqual([]);
});
