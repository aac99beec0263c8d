import { expect, test, vi } from 'vitest';
import { refusedLists } from './refused-lists.ts';

const minutes = (n: number) => n * 60_000;

function stand() {
  let time = 0;
  const lists = refusedLists(() => time);
  lists.add('Secret');
  return { lists, later: (by: number) => (time += by) };
}

test('a list that was refused is tried again when minutes have passed, and is listed from then on', async () => {
  const { lists, later } = stand();
  const list = vi.fn(async () => {});
  later(minutes(4));
  lists.tryAgain('Secret', list);
  expect(list).not.toHaveBeenCalled();
  later(minutes(2));
  lists.tryAgain('Secret', list);
  await vi.waitFor(() => expect(lists.has('Secret')).toBe(false));
});

test('what is refused again stays so, and is asked about once in that time', async () => {
  const { lists, later } = stand();
  const list = vi.fn(() => Promise.reject(new Error('forbidden')));
  later(minutes(6));
  for (let i = 0; i < 10; i++) lists.tryAgain('Secret', list);
  await Promise.resolve();
  expect(list).toHaveBeenCalledTimes(1);
  expect(lists.has('Secret')).toBe(true);
});

test('what was never refused is not asked about', () => {
  const { lists, later } = stand();
  later(minutes(60));
  lists.tryAgain('ConfigMap', () => Promise.reject(new Error('nobody asks for this')));
  expect(lists.has('ConfigMap')).toBe(false);
});
