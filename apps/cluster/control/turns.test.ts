import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns, type Work } from './turns.ts';

test('endless work keeps neither other work nor anybody else waiting', async () => {
  const turns = new Turns();
  const worked: string[] = [];
  let ended = false;
  const endless =
    (name: string): Work =>
    until => {
      worked.push(name);
      while (performance.now() < until);
      return !ended;
    };
  turns.take(endless('a'));
  turns.take(endless('b'));
  turns.take(() => {
    worked.push('c');
    return false;
  });
  // Each wait is a turn of the event loop, in which requests are heard.
  for (let i = 0; i < 6; i++) await setImmediate();
  ended = true;
  expect(worked.slice(0, 5)).toEqual(['a', 'b', 'c', 'a', 'b']);
});

test('work that is asked for twice before its turn is done once, and what is short shares a turn', async () => {
  const turns = new Turns();
  const worked: string[] = [];
  const short = (name: string): Work => {
    return () => {
      worked.push(name);
      return false;
    };
  };
  const twice = short('twice');
  turns.take(twice);
  turns.take(short('once'));
  turns.take(twice);
  await setImmediate();
  expect(worked).toEqual(['twice', 'once']);
});
