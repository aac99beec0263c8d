import { describe, expect, test } from 'vitest';
import { Lanes } from './lanes.ts';

/** A job that ends when it is let go. */
function job(log: string[], name: string) {
  const gate = Promise.withResolvers<void>();
  const run = async () => {
    log.push(name);
    await gate.promise;
  };
  return { run, end: gate.resolve };
}
/** A turn of the event loop, in which everything goes on that waits for nobody; no time has to pass. */
const turn = () => new Promise(resolve => setTimeout(resolve));

describe('lanes', () => {
  test('do not wait for one another', async () => {
    const log: string[] = [];
    const lanes = new Lanes({ atOnce: 1, waiting: 10 });
    const [stalls, waits, goes] = ['stalls', 'waits', 'goes'].map(name => job(log, name));
    lanes.add('slow', 'a', stalls!.run);
    lanes.add('slow', 'b', waits!.run);
    lanes.add('quick', 'a', goes!.run);
    await turn();
    expect(log).toEqual(['stalls', 'goes']);
    stalls!.end();
    await turn();
    expect(log).toEqual(['stalls', 'goes', 'waits']);
  });

  test('keep the order of what is about one object', async () => {
    const log: string[] = [];
    const lanes = new Lanes({ atOnce: 8, waiting: 10 });
    const [first, second, other] = ['first', 'second', 'other'].map(name => job(log, name));
    lanes.add('x', 'a', first!.run);
    lanes.add('x', 'a', second!.run);
    lanes.add('x', 'b', other!.run);
    await turn();
    expect(log).toEqual(['first', 'other']);
    first!.end();
    await turn();
    expect(log).toEqual(['first', 'other', 'second']);
  });

  test('take no more than may wait', async () => {
    const lanes = new Lanes({ atOnce: 1, waiting: 2 });
    const stalled = job([], 'x');
    const taken = ['a', 'b', 'c', 'd'].map(about => lanes.add('x', about, stalled.run));
    expect(taken).toEqual([true, true, true, false]);
    stalled.end();
    await turn();
    expect(lanes.add('x', 'e', async () => {})).toBe(true);
  });

  test('end what is under way and begin nothing more when they are stopped', async () => {
    const log: string[] = [];
    const lanes = new Lanes({ atOnce: 1, waiting: 10 });
    lanes.add('x', 'a', signal => {
      log.push('began');
      return new Promise(resolve => signal.addEventListener('abort', () => resolve()));
    });
    lanes.add('x', 'b', async () => void log.push('second'));
    await lanes.stop();
    expect(log).toEqual(['began']);
    expect(lanes.add('x', 'c', async () => {})).toBe(false);
  });
});
