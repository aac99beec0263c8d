import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Destination } from '../destination.ts';
import { InvalidDestination } from '../errors.ts';
import { notifierFor } from '../notifier.ts';
import { rehearsal } from '../rehearsal.ts';
import { destination } from '../testing/destination.ts';
import { casesOf, destinationOf, eventNamed, invalidIn, sentIn } from '../testing/recorded.ts';
import { network } from '../transport.ts';

const cases = casesOf('nats.json');

/** As the recorded server had it. */
const info = {
  server_id: 'S',
  max_payload: 1_048_576,
  nonce: 'bm9uY2Utbm9uY2U',
  auth_required: true,
  headers: true,
};

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
function converse(socket: Socket, said?: object, answer = 'PONG', from = 1) {
  if (said) socket.write(`INFO ${JSON.stringify(said)} \r\n`);
  let text = '';
  let asked = 0;
  socket.on('data', part => {
    text += part.toString('latin1');
    for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (line === 'PING') socket.write(`${++asked < from ? 'PONG' : answer}\r\n`);
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
    const { lang, version, ...rest } = toldOf(hello);
    expect([lang, version]).toEqual(['node', '0.1.0']);
    // The library leaves out what is so anyway.
    expect({ tls_required: false, echo: true, ...rest }).toEqual(JSON.parse(requests[0]!.body!));
    expect(publication).toBe(`PUB ${requests[1]!.url} ${Buffer.byteLength(requests[1]!.body!)}`);
    expect(body).toBe(requests[1]!.body);
  });

  test.each(invalidIn(cases))('%s is refused', (_name, { destination: given }) => {
    expect(() => notifierFor(destinationOf(given))).toThrow(InvalidDestination);
  });
});

const toldOf = (hello = '') => JSON.parse(hello.slice('CONNECT '.length)) as Record<string, unknown>;

test('a file of credentials is a token and the key that signs for it', async () => {
  const seed = 'SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY';
  const creds = `-----BEGIN NATS USER JWT-----\nabc.def\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
  await notifierFor(nats({ secret: secretOf({ creds, nkey: 'other' }) })).post(eventNamed('bare'), soon());
  const { jwt, nkey, sig } = toldOf(told[0]);
  const recorded = JSON.parse(cases.find(({ name }) => name === 'nkey')!.sent.info!.requests[0]!.body!);
  expect({ jwt, nkey, sig }).toEqual({ jwt: 'abc.def', nkey: undefined, sig: recorded.sig });
});

test('a seed that is not whole is refused when an event comes, rehearsed or not, and not quoted', async () => {
  const nkey = 'SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VA';
  for (const via of [network(), rehearsal(() => expect.unreachable())]) {
    const posted = notifierFor(nats({ secret: secretOf({ nkey }) }), via).post(eventNamed('bare'), soon());
    await expect(posted).rejects.toThrow(new InvalidDestination('the nkey is no seed of a NATS key'));
  }
  expect(told).toEqual([]);
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

test('what it says against the event is said, though it goes on', async () => {
  talk = socket => converse(socket, info, "-ERR 'Permissions Violation for Publish'\r\nPONG", 2);
  await expect(notifierFor(nats()).post(eventNamed('bare'), soon())).rejects.toThrow(
    /^127\.0\.0\.1:\d+ does not take it: 'Permissions Violation for Publish'$/,
  );
  expect(told).toHaveLength(3);
});

test('a server that hangs up with the event is told of', async () => {
  talk = socket => {
    converse(socket, info);
    socket.prependListener('data', part => part.includes('PUB ') && socket.destroy());
  };
  await expect(notifierFor(nats()).post(eventNamed('bare'), soon())).rejects.toThrow('hangs up');
});

test('an event is not sent that is larger than the server takes', async () => {
  talk = socket => converse(socket, { ...info, max_payload: 100 });
  await expect(notifierFor(nats()).post(eventNamed('bare'), soon())).rejects.toThrow('larger than the 100');
  expect(told.filter(line => !line.startsWith('CONNECT '))).toEqual([]);
});

test('a server that another one names is not asked, and the process keeps nothing open', async () => {
  const other = createServer(() => expect.unreachable());
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const connect_urls = [`127.0.0.1:${(other.address() as AddressInfo).port}`];
  const before = process.getActiveResourcesInfo().length;
  talk = socket => {
    converse(socket, { ...info, connect_urls }, "-ERR 'no'");
    socket.write(`INFO ${JSON.stringify({ ...info, connect_urls })}\r\n`);
  };
  await expect(notifierFor(nats()).post(eventNamed('bare'), soon())).rejects.toThrow("'no'");
  const [socket] = sockets;
  if (!socket!.closed) await once(socket!, 'close');
  await vi.waitFor(() => expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before));
});

test.each([
  ['hangs up', (socket: Socket) => void socket.end(), 'hangs up'],
  ['speaks something else', (socket: Socket) => void socket.write('HTTP/1.1 400\r\n'), 'does not speak NATS'],
  ['says no JSON', (socket: Socket) => void socket.write('INFO {\r\n'), 'does not take it'],
  ['never ends its line', (socket: Socket) => flood(socket, 'x'), 'more than anybody would read'],
  ['asks without an end', (socket: Socket) => flood(socket, 'PING\r\n'), 'more than anybody would read'],
  ['says nothing that it is', (socket: Socket) => void socket.write('INFO 1\r\n'), 'does not say what it is'],
])('a server that %s is given up', async (_what, behaves, words) => {
  talk = behaves;
  await expect(notifierFor(nats()).post(eventNamed('bare'), soon())).rejects.toThrow(words);
});

function flood(socket: Socket, word: string) {
  if (word !== 'x') converse(socket, info, word);
  const pour = () => {
    while (!socket.destroyed && socket.write(word.repeat(10_000)));
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

describe('a server with TLS', () => {
  const pem = (name: string) => readFileSync(new URL(`../../../e2e/tls/${name}`, import.meta.url), 'utf8');
  const [cert, key] = [pem('cert.pem'), pem('key.pem')];
  const trusted = getCACertificates();
  beforeEach(() => {
    setDefaultCACertificates([cert]);
    talk = socket => {
      socket.write(`INFO ${JSON.stringify({ ...info, tls_available: true })}\r\n`);
      converse(new TLSSocket(socket, { isServer: true, key, cert }).on('error', () => {}));
    };
    return () => setDefaultCACertificates(trusted);
  });

  test('is told what it is to know by its own name', async () => {
    await notifierFor(nats({ address: address().replace('nats:', 'tls:') })).post(eventNamed('bare'), soon());
    expect(told).toHaveLength(3);
    expect(toldOf(told[0])).toMatchObject({ tls_required: true });
  });

  // Its certificate is for localhost too.
  test('is told nothing by another address', async () => {
    await new Promise<void>(resolve => server.close(() => server.listen(0, '127.0.0.2', resolve)));
    const other = address().replace('nats://127.0.0.1', 'tls://127.0.0.2');
    const posted = notifierFor(nats({ address: other })).post(eventNamed('bare'), soon());
    await expect(posted).rejects.toThrow("IP: 127.0.0.2 is not in the cert's list");
    expect(told).toEqual([]);
  });
});
