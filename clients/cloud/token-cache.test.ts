import { describe, expect, test, vi } from 'vitest';
import { tokenCache } from './token-cache.ts';

/** A cache whose clock stands still until it is told to go on, and makers that count. */
function cacheAt(start = 0, options = {}) {
  const clock = { now: start };
  const cache = tokenCache({ now: () => clock.now, ...options });
  let made = 0;
  const lasting = (milliseconds: number) => async () => ({
    number: ++made,
    expires: new Date(clock.now + milliseconds),
  });
  return { clock, cache, lasting };
}

const hour = 3_600_000;

describe('a token', () => {
  test('is kept until shortly before it expires', async () => {
    const { clock, cache, lasting } = cacheAt();
    expect((await cache.get(['a'], lasting(hour))).number).toBe(1);
    clock.now = hour - 301_000;
    expect((await cache.get(['a'], lasting(hour))).number).toBe(1);
    clock.now = hour - 299_000;
    expect((await cache.get(['a'], lasting(hour))).number).toBe(2);
  });

  test('that lasts for days is asked for anew all the same', async () => {
    const { clock, cache, lasting } = cacheAt(0, { maxDuration: hour });
    await cache.get(['a'], lasting(100 * hour));
    clock.now = hour;
    expect((await cache.get(['a'], lasting(hour))).number).toBe(2);
  });

  test.each([
    ['has expired already', -1],
    ['has no date', Number.NaN],
  ])('that %s is handed out and not kept', async (_, milliseconds) => {
    const { cache, lasting } = cacheAt();
    expect((await cache.get(['a'], lasting(milliseconds))).number).toBe(1);
    expect((await cache.get(['a'], lasting(milliseconds))).number).toBe(2);
  });

  test('that was refused is forgotten', async () => {
    const { cache, lasting } = cacheAt();
    await cache.get(['a'], lasting(hour));
    cache.forget(['a']);
    expect((await cache.get(['a'], lasting(hour))).number).toBe(2);
  });

  test.each([
    [['a', 'b'], ['a\nb']],
    [
      ['a,b', 'c'],
      ['a', 'b,c'],
    ],
    [
      ['a', ''],
      ['a', null],
    ],
  ])('of %j is not that of %j', async (one, other) => {
    const { cache, lasting } = cacheAt();
    await cache.get(one, lasting(hour));
    expect((await cache.get(other, lasting(hour))).number).toBe(2);
  });

  test('that was not used for longest makes place for others', async () => {
    const { cache, lasting } = cacheAt(0, { maxSize: 2 });
    await cache.get(['a'], lasting(hour));
    await cache.get(['b'], lasting(hour));
    await cache.get(['a'], lasting(hour));
    await cache.get(['c'], lasting(hour));
    expect((await cache.get(['a'], lasting(hour))).number).toBe(1);
    expect((await cache.get(['b'], lasting(hour))).number).toBe(4);
  });
});

describe('a request', () => {
  test('is made once for all who wait', async () => {
    const { cache } = cacheAt();
    const make = vi.fn(async () => ({ expires: new Date(hour) }));
    await Promise.all(Array.from({ length: 50 }, () => cache.get(['a'], make)));
    expect(make).toHaveBeenCalledOnce();
  });

  test('that failed is made anew by the next, and tells all who waited', async () => {
    const { cache, lasting } = cacheAt();
    const fail = async () => Promise.reject(new Error('no'));
    const waiting = [cache.get(['a'], fail), cache.get(['a'], fail)];
    for (const one of await Promise.allSettled(waiting)) expect(one.status).toBe('rejected');
    expect((await cache.get(['a'], lasting(hour))).number).toBe(1);
  });

  test('goes on when one of two stops waiting, and ends when both do', async () => {
    const { cache } = cacheAt();
    let flight: AbortSignal | undefined;
    const make = (signal: AbortSignal) => {
      flight = signal;
      return new Promise<{ expires: Date }>(() => {});
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [cache.get(['a'], make, first.signal), cache.get(['a'], make, second.signal)];
    first.abort(new Error('first'));
    await expect(waiting[0]).rejects.toThrow('first');
    expect(flight?.aborted).toBe(false);
    second.abort(new Error('second'));
    await expect(waiting[1]).rejects.toThrow('second');
    expect(flight?.aborted).toBe(true);
  });

  test('that nobody waits for any more is not joined', async () => {
    const { cache, lasting } = cacheAt();
    const stop = new AbortController();
    const waiting = cache.get(['a'], () => new Promise<{ expires: Date }>(() => {}), stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow();
    expect((await cache.get(['a'], lasting(hour))).number).toBe(1);
  });

  test('is counted: asked for, there or not, kept, and gone for another', async () => {
    const told: string[] = [];
    const { clock, cache, lasting } = cacheAt(0, {
      maxSize: 1,
      told: {
        looked: (wasThere: boolean) => told.push(wasThere ? 'hit' : 'miss'),
        asked: (succeeded: boolean) => told.push(succeeded ? 'success' : 'failure'),
        kept: (more: number) => told.push(`kept ${more}`),
        evicted: () => told.push('evicted'),
      },
    });
    const steps = async (key: string, make = lasting(hour)) => {
      told.length = 0;
      await cache.get([key], make).catch(() => {});
      return told.join(', ');
    };
    expect(await steps('a')).toBe('miss, kept 1, success');
    expect(await steps('a')).toBe('kept -1, kept 1, hit, success');
    expect(await steps('b')).toBe('miss, kept 1, kept -1, evicted, success');
    expect(await steps('c', () => Promise.reject(new Error('no')))).toBe('miss, failure');
    clock.now = hour;
    expect(await steps('b')).toBe('kept -1, miss, kept 1, success');
  });
});
