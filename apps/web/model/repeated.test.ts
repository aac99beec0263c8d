import { expect, test } from 'vitest';
import { repeated } from './repeated.ts';

/** Work of which the test says when it ends. */
function ofTest() {
  const ends: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const { again, stop } = repeated(signal => {
    signals.push(signal);
    return new Promise<void>(resolve => ends.push(resolve));
  });
  return { ends, signals, again, stop };
}

test('what is under way goes on to its end, however much changes, and is done once more', async () => {
  const { ends, signals, again } = ofTest();
  again();
  for (let i = 0; i < 100; i++) again();
  expect(ends).toHaveLength(1);
  expect(signals[0]!.aborted).toBe(false);
  ends[0]!();
  await expect.poll(() => ends.length).toBe(2);
  again();
  ends[1]!();
  await expect.poll(() => ends.length).toBe(3);
});

test('what has changed while nothing is under way is done at once', async () => {
  const { ends, again } = ofTest();
  again();
  ends[0]!();
  await expect
    .poll(() => {
      again();
      return ends.length;
    })
    .toBe(2);
});

test('what has failed is done again after the next change', async () => {
  let tries = 0;
  const { again } = repeated(async () => {
    tries++;
    throw new Error('away');
  });
  again();
  again();
  await expect.poll(() => tries).toBe(2);
});

test('what is stopped is broken off, and not done again', async () => {
  const { ends, signals, again, stop } = ofTest();
  again();
  again();
  stop();
  expect(signals[0]!.aborted).toBe(true);
  ends[0]!();
  await Promise.resolve();
  again();
  expect(ends).toHaveLength(1);
});
