import { beforeAll, describe, expect, test } from 'vitest';
import { recorded, replayed, type Seen, version } from './replay.ts';

/** Filters by the hundred are asked in filters.long.test.ts. */
const wanted = (receiver: string) => !receiver.startsWith('cel-');
const golden = recorded(wanted);

describe(`Receivers answer as ${version} does`, () => {
  let ours: Seen;
  beforeAll(async () => {
    ours = await replayed(wanted);
  });

  const all = Object.entries(golden.answers).flatMap(([receiver, requests]) =>
    Object.keys(requests).map(request => [receiver, request] as const),
  );
  test.each(all)('%s: %s', (receiver, request) => {
    expect(ours.answers[receiver]?.[request]).toEqual(golden.answers[receiver]?.[request]);
  });

  test('and where references to other namespaces are refused', () => {
    expect(ours.withoutOthers).toEqual(golden.withoutOthers);
  });

  test.each(Object.keys(golden.said))('%s says the same of itself', receiver => {
    expect(ours.said[receiver]).toEqual(golden.said[receiver]);
  });
});
