import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WorkQueue } from './queue.ts';
import { Workers } from './workers.ts';

let queue: WorkQueue;
beforeEach(() => {
  vi.useFakeTimers();
  queue = new WorkQueue();
});
afterEach(() => {
  queue.close();
  vi.useRealTimers();
});

/** Visits that go on until they are ended by hand. */
function visits() {
  const open = new Map<string, () => void>();
  return {
    open,
    visit: (key: string) => new Promise<void>(resolve => open.set(key, resolve)),
    end(key: string) {
      open.get(key)!();
      open.delete(key);
    },
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test('as many keys are visited at once as there are workers', async () => {
  const { open, visit, end } = visits();
  new Workers(queue, { concurrency: 2, visit });
  for (const key of ['a', 'b', 'c']) queue.add(key);
  await settle();
  expect([...open.keys()]).toEqual(['a', 'b']);
  end('a');
  await settle();
  expect([...open.keys()]).toEqual(['b', 'c']);
});

test('a slow visit gives its place to others, and takes none when it ends', async () => {
  const { open, visit, end } = visits();
  new Workers(queue, { concurrency: 1, visit, slowAfter: 1000 });
  for (const key of ['slow', 'b', 'c']) queue.add(key);
  await vi.advanceTimersByTimeAsync(1000);
  expect([...open.keys()]).toEqual(['slow', 'b']);
  end('slow');
  await settle();
  expect([...open.keys()]).toEqual(['b']);
  end('b');
  await settle();
  expect([...open.keys()]).toEqual(['c']);
});

test('there are only so many slow visits', async () => {
  const { open, visit } = visits();
  new Workers(queue, { concurrency: 1, visit, slowAfter: 10, maxSlow: 3 });
  for (let i = 0; i < 10; i++) queue.add(`k${i}`);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(open.size).toBe(4);
});

test('workers end with their queue', async () => {
  const { visit, end } = visits();
  const workers = new Workers(queue, { concurrency: 3, visit, slowAfter: 10 });
  queue.add('a');
  await vi.advanceTimersByTimeAsync(20);
  queue.close();
  end('a');
  await workers.ended();
});
