import { expect, test } from 'vitest';
import { Busy, Slots } from './slots.ts';

const never = new AbortController().signal;
const places = { working: 1, waiting: 2, patience: 60_000 };

test('places are given in the order in which they were asked for', async () => {
  const slots = new Slots(places);
  const giveBack = await slots.take(never);
  const got: string[] = [];
  const waiting = ['a', 'b'].map(async name => {
    const back = await slots.take(never);
    got.push(name);
    back();
  });
  expect([slots.wanted, got]).toEqual([true, []]);
  giveBack();
  giveBack();
  await Promise.all(waiting);
  expect([slots.wanted, got]).toEqual([false, ['a', 'b']]);
});

test('who waits may leave, and gets no place', async () => {
  const slots = new Slots(places);
  const giveBack = await slots.take(never);
  const leaving = new AbortController();
  const left = slots.take(leaving.signal);
  const next = slots.take(never);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  giveBack();
  (await next)();
});

test('more than may wait are sent away, and who has waited too long too', async () => {
  const slots = new Slots({ ...places, patience: 1 });
  await slots.take(never);
  const waiting = [slots.take(never), slots.take(never)];
  await expect(slots.take(never)).rejects.toThrow(Busy);
  for (const each of await Promise.allSettled(waiting))
    expect(each).toMatchObject({ status: 'rejected', reason: { name: 'Busy' } });
});
