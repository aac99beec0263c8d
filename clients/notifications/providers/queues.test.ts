import { describe, expect, test } from 'vitest';
import type { Destination } from '../destination.ts';
import { DeliveryError, InvalidDestination } from '../errors.ts';
import { notifierFor } from '../notifier.ts';
import { rehearsedIdentity } from '../rehearsal.ts';
import { destination } from '../testing/destination.ts';
import { answering } from '../testing/exchange.ts';
import { casesOf, destinationOf, eventNamed, invalidIn, sentIn } from '../testing/recorded.ts';
import type { Transport } from '../transport.ts';

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

  const posted = (via: Transport, own: Partial<Destination> = {}) => {
    const identity = { ...rehearsedIdentity, googleToken: async () => 'the-token' };
    const it = destination('googlepubsub', { address: 'p', channel: 't', identity, ...own });
    return notifierFor(it, via).post(eventNamed('bare'), soon());
  };

  test('is asked for nothing but the topic, however it is called', async () => {
    const it = answering();
    await posted(it.transport, { channel: 'a?b#c %2F' });
    expect(it.requests[0]!.url.pathname).toBe('/v1/projects/p/topics/a%3Fb%23c%20%252F:publish');
  });

  test('is asked again where it is busy, and tells what it says without the token', async () => {
    const busy = answering({ status: 503 }, { status: 403, body: 'not by the-token' });
    await expect(posted(busy.transport, { token: '' })).rejects.toThrow(
      new DeliveryError('pubsub.googleapis.com answers 403 Forbidden: not by ***'),
    );
    expect(busy.waits).toEqual([2000]);
  });

  test('is not followed elsewhere with the token', async () => {
    const it = answering({ status: 302, headers: { location: 'https://other.example.com/' } });
    await posted(it.transport);
    expect(it.requests[1]).toMatchObject({ method: 'GET', headers: {} });
    const moved = answering({ status: 307, headers: { location: 'https://other.example.com/' } });
    await expect(posted(moved.transport)).rejects.toThrow('a redirect that is not followed');
  });

  test('is not asked by a token that no header can have, which is not quoted', async () => {
    const identity = { ...rehearsedIdentity, googleToken: async () => 'the-token\n' };
    const failed: unknown = await posted(answering().transport, { identity }).catch(
      (error: unknown) => error,
    );
    expect(String(failed)).toMatch(/is not asked: the header authorization/);
    expect(String(failed)).not.toContain('the-token');
  });

  test('is left when the signal says so', async () => {
    const stop = new AbortController();
    const send = async () => {
      stop.abort(new Error('enough'));
      throw stop.signal.reason;
    };
    const own = destination('googlepubsub', { address: 'p', channel: 't', identity: rehearsedIdentity });
    const left = notifierFor(own, { ...answering().transport, send }).post(eventNamed('bare'), stop.signal);
    await expect(left).rejects.toThrow('enough');
  });
});
