import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WorkQueue } from './index.ts';

describe('the work queue', () => {
  let queue: WorkQueue;
  beforeEach(() => {
    vi.useFakeTimers();
    queue = new WorkQueue();
  });
  afterEach(() => {
    queue.close();
    vi.useRealTimers();
  });

  const takeAll = async () => {
    const keys: string[] = [];
    while (queue.depth > 0) keys.push((await queue.take())!);
    return keys;
  };

  test('a key that is added twice is handed out once', async () => {
    queue.add('a');
    queue.add('b');
    queue.add('a');
    expect(await takeAll()).toEqual(['a', 'b']);
  });

  test('higher priorities go first, and a key moves up but never down', async () => {
    queue.add('low', 'low');
    queue.add('normal');
    queue.add('high', 'high');
    queue.add('risen', 'low');
    queue.add('risen', 'high');
    queue.add('high', 'low');
    expect(await takeAll()).toEqual(['high', 'risen', 'normal', 'low']);
  });

  test('a key is with one worker at a time, and comes again if it was added meanwhile', async () => {
    queue.add('a');
    expect(await queue.take()).toBe('a');
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await takeAll()).toEqual(['a']);
    queue.done('a');
    expect(queue.depth).toBe(0);
  });

  test('a worker that waits gets the next key', async () => {
    const taken = queue.take();
    queue.add('a');
    expect(await taken).toBe('a');
  });

  test('a key is due after its delay; the last word counts; an immediate visit clears it', () => {
    queue.addAfter('a', 1000);
    queue.addAfter('a', 5000);
    vi.advanceTimersByTime(4999);
    expect(queue.depth).toBe(0);
    vi.advanceTimersByTime(1);
    expect(queue.depth).toBe(1);
    queue.addAfter('b', 1000);
    queue.add('b');
    expect(queue.depth).toBe(2);
    vi.advanceTimersByTime(2000);
    expect(queue.depth).toBe(2);
  });

  test('failures in a row wait twice as long each, up to the limit, until a success', () => {
    const waits = Array.from({ length: 6 }, () => queue.addAfterFailure('a', 100, 1000));
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
    queue.forgetFailures('a');
    expect(queue.addAfterFailure('a', 100, 1000)).toBe(100);
  });

  test('what is forgotten does not come back', () => {
    queue.add('a');
    queue.addAfter('b', 10);
    queue.forget('a');
    queue.forget('b');
    vi.advanceTimersByTime(100);
    expect(queue.depth).toBe(0);
  });

  test('closing lets every worker go', async () => {
    const waiting = [queue.take(), queue.take()];
    queue.close();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  });
});
