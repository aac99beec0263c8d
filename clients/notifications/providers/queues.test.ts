import { createHmac } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { InvalidDestination } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import { notifierFor } from '../notifier.ts';
import { rehearsedIdentity } from '../rehearsal.ts';
import { destination } from '../testing/destination.ts';
import { answering } from '../testing/exchange.ts';
import { casesOf, destinationOf, eventNamed, invalidIn, sentIn } from '../testing/recorded.ts';

const soon = () => AbortSignal.timeout(10_000);

describe('Pub/Sub, as recorded in googlepubsub.json', () => {
  const cases = casesOf('googlepubsub.json');

  test.each(sentIn(cases))('%s: %s', async (_name, event, { destination: given }, { requests: recorded }) => {
    const { transport, requests } = answering();
    const own = { ...destinationOf(given), identity: { ...rehearsedIdentity, googleToken: async () => 'g' } };
    await notifierFor(own, transport).post(eventNamed(event), soon());
    const [{ url, headers, body }] = requests as [(typeof requests)[0]];
    expect(url.href).toBe(`https://pubsub.googleapis.com/v1/${recorded[0]!.url}:publish`);
    expect(headers.authorization).toBe('Bearer g');
    const { messages } = JSON.parse(String(body)) as { messages: { data: string; attributes?: object }[] };
    expect(messages).toEqual([
      {
        data: Buffer.from(recorded[0]!.body!).toString('base64'),
        ...(recorded[0]!.headers ? { attributes: recorded[0]!.headers } : {}),
      },
    ]);
  });

  test.each(invalidIn(cases))('%s is refused', (_name, { destination: given }) => {
    expect(() => notifierFor(destinationOf(given))).toThrow(InvalidDestination);
  });

  test.each([
    ['no JSON'],
    ['{"type":"external_account","credential_source":{"file":"/etc/passwd"}}'],
    ['{"type":"service_account"}'],
  ])('the key %s is refused, and not quoted', token => {
    const make = () => notifierFor(destination('googlepubsub', { address: 'p', channel: 't', token }));
    expect(make).toThrow(InvalidDestination);
    expect(make).not.toThrow('passwd');
  });
});

describe('Event Hubs', () => {
  const connection =
    'Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=a2V5+k=;EntityPath=hub';

  test('takes a connection string, by which it signs for an hour', async () => {
    vi.useFakeTimers({ now: new Date('2026-01-02T03:04:05Z'), toFake: ['Date'] });
    const { transport, requests } = answering({ status: 201 });
    await notifierFor(destination('azureeventhub', { address: connection }), transport).post(
      eventNamed('odd'),
      soon(),
    );
    vi.useRealTimers();
    const [{ url, headers, body, method }] = requests as [(typeof requests)[0]];
    expect(method).toBe('POST');
    expect(url.href).toBe('https://ns.servicebus.windows.net/hub/messages?api-version=2014-01');
    expect(body).toBe(eventAsJson(eventNamed('odd')));
    const resource = 'https%3A%2F%2Fns.servicebus.windows.net%2Fhub';
    const signature = createHmac('sha256', 'a2V5+k=').update(`${resource}\n1767326645`).digest('base64');
    expect(headers.authorization).toBe(
      `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=1767326645&skn=send`,
    );
  });

  test.each([
    ['a token', { token: 'jwt' }, 'Bearer jwt'],
    ['the identity', {}, 'Bearer for https://eventhubs.azure.net/.default'],
  ])('takes the name of a hub with %s', async (_what, own, authorization) => {
    const { transport, requests } = answering({ status: 201 });
    const identity = { ...rehearsedIdentity, azureToken: async (scope: string) => `for ${scope}` };
    const given = destination('azureeventhub', { address: 'hub', channel: 'ns', identity, ...own });
    await notifierFor(given, transport).post(eventNamed('info'), soon());
    expect(requests[0]!.url.host).toBe('ns.servicebus.windows.net');
    expect(requests[0]!.headers.authorization).toBe(authorization);
  });

  test.each([
    ['https://login.chinacloudapi.cn/', 'ns', 'ns.servicebus.chinacloudapi.cn'],
    ['https://login.microsoftonline.us/', 'ns', 'ns.servicebus.usgovcloudapi.net'],
    ['https://login.microsoftonline.us/', 'ns.servicebus.windows.net', 'ns.servicebus.windows.net'],
  ])('finds the namespace of the cloud of %s', async (authority, channel, host) => {
    vi.stubEnv('AZURE_AUTHORITY_HOST', authority);
    const { transport, requests } = answering({ status: 201 });
    const given = destination('azureeventhub', { address: 'hub', channel, token: 't' });
    await notifierFor(given, transport).post(eventNamed('info'), soon());
    vi.unstubAllEnvs();
    expect(requests[0]!.url.host).toBe(host);
  });

  const account = { uid: 'u', name: 'p', namespace: 'n', serviceAccountName: 'sa' };
  test.each([
    ['no address', {}],
    ['two ways to log in', { address: connection, token: 't' }],
    ['a connection string and a ServiceAccount', { address: connection, provider: account }],
    ['a token and a ServiceAccount', { address: 'hub', channel: 'ns', token: 't', provider: account }],
    ['half a connection string', { address: 'Endpoint=sb://ns/;SharedAccessKey=x' }],
    ['no hub in it', { address: connection.replace(/;EntityPath.*/, '') }],
    [
      'a namespace that leads elsewhere',
      { address: 'hub', channel: 'evil.example.com/?.servicebus.', token: 't' },
    ],
    ['no namespace', { address: 'hub', channel: '', token: 't' }],
  ])('refuses %s', (_what, own) => {
    expect(() => notifierFor(destination('azureeventhub', own))).toThrow(InvalidDestination);
  });
});
