import { masked } from '@millrace/masking';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eachGently, maskedGently } from './gently.ts';

/** How often others get their turn while something is done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let [turns, isDone] = [0, false];
  const turn = () => {
    turns++;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  return turns;
}

test('what is hidden gently is what is hidden', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.array(fc.string({ minLength: 1 })), async (text, secrets) => {
      expect(await maskedGently(text, secrets)).toBe(masked(text, secrets));
    }),
  );
});

test('a thousand secrets in a long text let others have their turn', async () => {
  const secrets = Array.from({ length: 1000 }, (_, i) => `secret-${i}`);
  expect(await turnsDuring(() => maskedGently('x'.repeat(400_000), secrets))).toBeGreaterThan(30);
});

test('so does what is done with many things, and in their order', async () => {
  let done: number[] = [];
  const all = Array.from({ length: 100 }, (_, i) => i);
  const turns = await turnsDuring(async () => {
    done = await eachGently(
      all,
      () => 1_000_000,
      one => one * 2,
    );
  });
  expect(done).toEqual(all.map(one => one * 2));
  expect(turns).toBeGreaterThan(9);
});
