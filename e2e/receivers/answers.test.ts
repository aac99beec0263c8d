import { readFile } from 'node:fs/promises';
import { delay } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casesWith } from './cases.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { type Listening, startListening } from './listening.ts';
import { play, type Recorded, type Said, saidBy, settled, setUp } from './stage.ts';

/** What notification-controller does with the same requests: made by record.ts. */
const golden = JSON.parse(await readFile(new URL('golden/answers.json', import.meta.url), 'utf8')) as {
  version: string;
  answers: Recorded;
  said: Record<string, Said>;
};

describe(`Receivers answer as ${golden.version} does`, () => {
  let listening: Listening;
  let issuer: Issuer;
  let answers: Recorded;
  let said: Record<string, Said>;
  beforeAll(async () => {
    [listening, issuer] = await Promise.all([startListening(), startIssuer()]);
    const { client, port, receivers } = listening;
    await setUp(client, issuer.url);
    const found = await settled(client);
    // The server knows what its watch has shown.
    while (!receivers.get('hooks/broken')?.status?.conditions?.some(({ type }) => type === 'Stalled'))
      await delay(20);
    said = saidBy(found, issuer.url);
    answers = await play(client, port, found, casesWith(issuer));
  });
  afterAll(() => Promise.all([listening?.stop(), issuer?.close()]));

  const all = Object.entries(golden.answers).flatMap(([receiver, requests]) =>
    Object.keys(requests).map(request => [receiver, request] as const),
  );
  test.each(all)('%s: %s', (receiver, request) => {
    expect(answers[receiver]?.[request]).toEqual(golden.answers[receiver]?.[request]);
  });

  test.each(Object.keys(golden.said))('%s says the same of itself', receiver => {
    expect(said[receiver]).toEqual(golden.said[receiver]);
  });
});
