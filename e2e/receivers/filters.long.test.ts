import { beforeAll, describe, expect, test } from 'vitest';
import { expressions } from './expressions.ts';
import { recorded, replayed, type Seen, version } from './replay.ts';

const wanted = (receiver: string) => receiver.startsWith('cel-');
const golden = recorded(wanted);

describe(`filters hold, fail and are refused as by ${version}`, () => {
  let ours: Seen;
  beforeAll(async () => {
    ours = await replayed(wanted);
  });

  test.each(expressions.map((expression, i) => [expression, `cel-${i}`] as const))('%s', (_, receiver) => {
    expect(ours.answers[receiver]).toEqual(golden.answers[receiver]);
    expect(ours.said[receiver]).toEqual(golden.said[receiver]);
  });
});
