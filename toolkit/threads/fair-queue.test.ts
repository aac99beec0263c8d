import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.ts';

const takeAll = (queue: FairQueue<string>) => {
  const all: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) all.push(item);
  return all;
};

test('groups take turns, each in its own order', () => {
  const queue = new FairQueue<string>();
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(item[0]!, item);
  expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
});

test('a group that is held is passed over until it is released as often', () => {
  const queue = new FairQueue<string>();
  for (const item of ['a1', 'b1']) queue.add(item[0]!, item);
  queue.hold('a');
  queue.hold('a');
  expect(takeAll(queue)).toEqual(['b1']);
  queue.release('a');
  expect(takeAll(queue)).toEqual([]);
  queue.release('a');
  expect(takeAll(queue)).toEqual(['a1']);
});

test('what was removed is not handed out', () => {
  const queue = new FairQueue<string>();
  queue.add('a', 'a1');
  expect(queue.remove('a', 'a1')).toBe(true);
  expect(queue.remove('a', 'a1')).toBe(false);
  expect(queue.take()).toBeUndefined();
});
