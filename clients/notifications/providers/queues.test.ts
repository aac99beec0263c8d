import { describe, expect, test } from 'vitest';
import { InvalidDestination } from '../errors.ts';
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
