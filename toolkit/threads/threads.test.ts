import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { type Threads, threads } from './threads.ts';

const file = new URL('./testing/thread.ts', import.meta.url);
const options = { group: 'a', timeout: 60_000 };

let pool: Threads<{ do: string; value?: number }, unknown>;
afterEach(() => pool.stop());

const start = (more = {}) => {
  pool = threads({ file, size: 1, memory: 128, ...more });
};

describe('a task in a thread', () => {
  test('gives its parts in their order', async () => {
    start();
    expect(await pool.run({ do: 'count', value: 4 }, options)).toEqual([0, 1, 2, 3]);
  });

  test('finds a thread that was started for it', async () => {
    start();
    pool.warm();
    pool.warm();
    const [first] = await pool.run({ do: 'who' }, options);
    pool.warm();
    expect(await pool.run({ do: 'who' }, options)).toEqual([first]);
  });

  test('is not given to a thread that has died before it had one', async () => {
    start({ file: new URL('./testing/no-thread.ts', import.meta.url) });
    const started = once(process, 'worker') as Promise<[Worker]>;
    pool.warm();
    const [thread] = await started;
    await new Promise(resolve => thread.once('exit', resolve));
    await expect(pool.run({ do: 'who' }, options)).rejects.toMatchObject({ why: 'crashed' });
  });

  test('that throws is refused with its words, and the thread goes on', async () => {
    start();
    const [before] = await pool.run({ do: 'who' }, options);
    await expect(pool.run({ do: 'throw' }, options)).rejects.toMatchObject({
      why: 'refused',
      message: 'no such thing',
    });
    expect(await pool.run({ do: 'who' }, options)).toEqual([before]);
  });

  test.each([
    ['spin', 'timeout', { timeout: 200 }],
    ['hoard', 'memory', {}],
    ['exit', 'crashed', {}],
  ])('that would %s fails by %s, alone: what waits behind it is done', async (what, why, more) => {
    start();
    const bad = pool.run({ do: what }, { ...options, ...more });
    const neighbours = [1, 2, 3].map(value => pool.run({ do: 'count', value }, options));
    await expect(bad).rejects.toMatchObject({ why });
    expect((await Promise.all(neighbours)).map(parts => parts.length)).toEqual([1, 2, 3]);
  });

  test('that is aborted ends with the reason, whether it runs or waits', async () => {
    start();
    const reason = new Error('enough');
    const running = new AbortController();
    const waiting = new AbortController();
    const spins = pool.run({ do: 'spin' }, { ...options, signal: running.signal });
    const waits = pool.run({ do: 'who' }, { ...options, signal: waiting.signal });
    waiting.abort(reason);
    await expect(waits).rejects.toBe(reason);
    running.abort(reason);
    await expect(spins).rejects.toBe(reason);
    expect(await pool.run({ do: 'count', value: 1 }, options)).toEqual([0]);
  });

  test('that is slow gives its place to other groups, not to its own', async () => {
    start({ slowAfter: 50 });
    const stop = new AbortController();
    const slow = pool.run({ do: 'spin' }, { ...options, signal: stop.signal });
    let own = 'waits';
    const second = pool.run({ do: 'who' }, options).then(() => (own = 'done'));
    expect(await pool.run({ do: 'count', value: 2 }, { ...options, group: 'b' })).toEqual([0, 1]);
    expect(own).toBe('waits');
    stop.abort(new Error('enough'));
    await expect(slow).rejects.toThrow('enough');
    await second;
  });
});
