import { readFile } from 'node:fs/promises';
import { delay } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casesWith, forOthers } from './cases/index.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { type Listening, startListening } from './listening.ts';
import { play, type Recorded, type Said, saidBy, settled, setUp } from './stage.ts';

/** What notification-controller does with the same requests: made by record.ts. */
const golden = JSON.parse(await readFile(new URL('golden/answers.json', import.meta.url), 'utf8')) as {
  version: string;
  answers: Recorded;
  withoutOthers: Recorded;
  said: Record<string, Said>;
};

describe(`Receivers answer as ${golden.version} does`, () => {
  let listening: Listening;
  let issuer: Issuer;
  let answers: Recorded;
  let withoutOthers: Recorded;
  let said: Record<string, Said>;
  beforeAll(async () => {
    issuer = await startIssuer();
    const keys = `${issuer.url}/keys`;
    listening = await startListening({ google: { RS256: keys, ES256: keys } });
    const { client, port, receivers } = listening;
    await setUp(client, issuer.url);
    const found = await settled(client);
    // The server knows what its watch has shown.
    while (!receivers.get('hooks/broken')?.status?.conditions?.some(({ type }) => type === 'Stalled'))
      await delay(20);
    answers = await play(client, port, found, casesWith(issuer));
    said = await saidBy(client, found, issuer.url);
    const strict = await listening.serve({ crossNamespaceRefs: false });
    withoutOthers = await play(client, strict.port, found, forOthers);
    await strict.close();
  });
  afterAll(() => Promise.all([listening?.stop(), issuer?.close()]));

  const all = Object.entries(golden.answers).flatMap(([receiver, requests]) =>
    Object.keys(requests).map(request => [receiver, request] as const),
  );
  test.each(all)('%s: %s', (receiver, request) => {
    expect(answers[receiver]?.[request]).toEqual(golden.answers[receiver]?.[request]);
  });

  test('and where references to other namespaces are refused', () => {
    expect(withoutOthers).toEqual(golden.withoutOthers);
  });

  test.each(Object.keys(golden.said))('%s says the same of itself', receiver => {
    expect(said[receiver]).toEqual(golden.said[receiver]);
  });
});
