import { createHmac } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Destination } from '../destination.ts';
import { InvalidDestination } from '../errors.ts';
import { notifierFor } from '../notifier.ts';
import { rehearsal, rehearsedIdentity } from '../rehearsal.ts';
import { destination } from '../testing/destination.ts';
import { answering } from '../testing/exchange.ts';
import { type HubManners, type HubServer, startHub } from '../testing/hub-server.ts';
import { casesOf, destinationOf, eventNamed, invalidIn, sentIn } from '../testing/recorded.ts';
import { network, type Transport } from '../transport.ts';
import { sendToHub } from './connection.ts';

const cases = casesOf('azureeventhub.json');
const soon = () => AbortSignal.timeout(10_000);

let hub: HubServer | undefined;
let strange: Server | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub?.stop();
  for (const socket of sockets) socket.destroy();
  strange?.close();
  hub = strange = undefined;
});

const start = async (manners?: HubManners) => {
  hub = await startHub(manners);
  return hub;
};
const access = 'SharedAccessKeyName=send;SharedAccessKey=a2V5+k=;EntityPath=fleet';
const local = (port: number, more = ';UseDevelopmentEmulator=true') =>
  destination('azureeventhub', { address: `Endpoint=sb://localhost:${port};${access}${more}` });
/** The network, where nobody waits for the next try. */
const hasty = (): Transport => ({ ...network(), wait: async () => {} });
const post = (to: Destination, signal = soon(), via = hasty()) =>
  notifierFor(to, via).post(eventNamed('bare'), signal);

/** In the place of the namespace that is named. */
const inPlace = ({ port }: HubServer): Transport => ({
  ...network(),
  transfer: (message, signal) => sendToHub({ ...message, host: '127.0.0.1', port, tls: false }, signal),
});

describe('as recorded in azureeventhub.json', () => {
  test.each(sentIn(cases))('%s: %s', async (_name, event, { destination: given, env }, { requests }) => {
    for (const [name, value] of Object.entries(env ?? {})) vi.stubEnv(name, value);
    const told = await start();
    await notifierFor(destinationOf(given), inPlace(told)).post(eventNamed(event), soon());
    const [claim, sent] = requests as [(typeof requests)[0], (typeof requests)[0]];
    const { type, name: audience, token } = told.claims[0]!;
    expect({ host: told.hostname, type, audience }).toEqual(claim.headers);
    expect(token.replace(/sig=[^&]*&se=\d+/, 'sig=…&se=…')).toBe(claim.body);
    expect(told.targets).toEqual([sent.url]);
    const [{ format, sameId, content }] = told.messages as [(typeof told.messages)[0]];
    expect({ format: format.toString(16), 'same id': String(sameId) }).toEqual(sent.headers);
    expect(content).toBe(sent.body);
  });

  test.each(invalidIn(cases))('%s is refused', (_name, { destination: given }) => {
    expect(() => notifierFor(destinationOf(given))).toThrow(InvalidDestination);
  });
});

test('a connection string signs for two hours', async () => {
  vi.useFakeTimers({ now: new Date('2026-01-02T03:04:05Z'), toFake: ['Date'] });
  const told = await start();
  await post(local(told.port)).finally(() => vi.useRealTimers());
  const resource = `amqp%3a%2f%2flocalhost%3a${told.port}%2ffleet`;
  const signature = createHmac('sha256', 'a2V5+k=').update(`${resource}\n1767330245`).digest('base64');
  expect(told.claims).toMatchObject([
    {
      token: `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=1767330245&skn=send`,
      expiration: '1767330245',
    },
  ]);
});

test('the identity of the Provider is one that Azure knows', async () => {
  const told = await start();
  const identity = { ...rehearsedIdentity, azureToken: async (scope: string) => `for ${scope}` };
  const given = destination('azureeventhub', { address: 'fleet', channel: 'ns', identity });
  await post(given, soon(), inPlace(told));
  expect(told.claims[0]).toMatchObject({ type: 'jwt', token: 'for https://eventhubs.azure.net/.default' });
});

const account = { uid: 'u', name: 'p', namespace: 'n', serviceAccountName: 'sa' };
test.each<[string, Partial<Destination>]>([
  ['a connection string and a ServiceAccount', { address: `Endpoint=sb://ns/;${access}`, provider: account }],
  ['a token and a ServiceAccount', { address: 'hub', channel: 'ns', token: 't', provider: account }],
  [
    'a namespace that leads elsewhere',
    { address: 'hub', channel: 'evil.example.com/?.servicebus.', token: 't' },
  ],
  ['no namespace', { address: 'hub', channel: '', token: 't' }],
])('%s is refused', (_what, own) => {
  expect(() => notifierFor(destination('azureeventhub', own))).toThrow(InvalidDestination);
});

test('a rehearsal has the event, and nobody is asked', async () => {
  const caught: object[] = [];
  const to = local(1);
  await notifierFor(
    to,
    rehearsal(request => caught.push(request)),
  ).post(eventNamed('bare'), soon());
  expect(caught).toEqual([
    { method: 'SEND fleet', host: 'localhost:1', body: expect.stringContaining('"reason"') },
  ]);
});

describe('a hub that', () => {
  test.each<[string, HubManners, RegExp]>([
    [
      'does not know the token',
      { claim: { code: 401, description: 'InvalidSignature: a2V5+k= is no key' } },
      /^localhost:\d+ does not take it: it answers 401 to the token: InvalidSignature: [^+]*$/,
    ],
    [
      'refuses the event',
      { refusal: { condition: 'amqp:unauthorized-access', description: 'Send claim is required' } },
      /does not take it: amqp:unauthorized-access: Send claim is required$/,
    ],
    ['takes less', { largest: 100 }, /the event is larger than the 100 bytes of a message there$/],
  ])('%s says why, once', async (_what, manners, words) => {
    const told = await start(manners);
    await expect(post(local(told.port))).rejects.toThrow(words);
    expect(told.claims).toHaveLength(1);
  });

  test('is busy is asked again', async () => {
    const told = await start({ refusal: { condition: 'com.microsoft:server-busy', description: 'wait' } });
    const { transport, waits } = answering();
    const via = { ...transport, transfer: network().transfer };
    await expect(post(local(told.port), soon(), via)).rejects.toThrow('com.microsoft:server-busy: wait');
    expect(told.claims).toHaveLength(5);
    expect(waits).toEqual([2000, 4000, 8000, 16_000]);
  });

  test('has a certificate of nobody is told nothing', async () => {
    const { readFileSync } = await import('node:fs');
    const pem = (name: string) => readFileSync(new URL(`../../../e2e/tls/${name}`, import.meta.url), 'utf8');
    const told = await start({ tls: { cert: pem('cert.pem'), key: pem('key.pem') } });
    await expect(post(local(told.port, ''))).rejects.toThrow(/does not take it: .*self-signed/);
    expect(told.claims).toEqual([]);
  });
});

const behave = async (how: (socket: Socket) => void) => {
  strange = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    how(socket);
  });
  await new Promise<void>(resolve => strange!.listen(0, '127.0.0.1', resolve));
  const address = strange.address();
  return local(address && typeof address === 'object' ? address.port : 0);
};

describe('a server that', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['hangs up', socket => void socket.end()],
    ['speaks something else', socket => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'begins a frame of two gigabytes',
      socket => flood(socket, Buffer.from('414d5150030100007fffffff02010000', 'hex')),
    ],
    ['never stops', socket => flood(socket, Buffer.alloc(0))],
  ])('%s is given up', async (_what, how) => {
    await expect(post(await behave(how))).rejects.toThrow(/^localhost:\d+ does not take it: ./);
  });

  test('says nothing is left when the signal says so', async () => {
    const stop = new AbortController();
    const posted = post(await behave(() => {}), stop.signal);
    stop.abort(new Error('enough'));
    await expect(posted).rejects.toThrow('enough');
  });

  test('says nothing is named when the time is over', async () => {
    await expect(post(await behave(() => {}), AbortSignal.timeout(50))).rejects.toThrow(
      /^localhost:\d+ does not take it: it does not answer in time$/,
    );
  });
});

function flood(socket: Socket, first: Buffer) {
  socket.write(first);
  const pour = () => {
    while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
  };
  socket.on('drain', pour);
  pour();
}
