import { describe, expect, test } from 'vitest';
import { type Operation, Operations } from './operations.ts';
import { Parked } from './outcome.ts';

const operation = (more: Partial<Operation<string>> = {}): Operation<string> => ({
  inputs: 'one',
  request: '',
  host: 'example.com',
  timeout: 10_000,
  work: async () => 'done',
  ...more,
});

/** Operations, and a promise for the next time that somebody is woken. */
function waking() {
  let woken = Promise.withResolvers<string>();
  const operations = new Operations<string>(key => woken.resolve(key));
  const next = async () => {
    const key = await woken.promise;
    woken = Promise.withResolvers();
    return key;
  };
  return { operations, next };
}

const forever = (signal: AbortSignal) =>
  new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('operations', () => {
  test('a visit starts one, and the next finds how it ended, once', async () => {
    const { operations, next } = waking();
    const visit = () => operations.outcome('a/b', operation({ request: 'r1' }), () => {});
    expect(visit).toThrow(Parked);
    expect(await next()).toBe('a/b');
    expect(visit()).toEqual({ request: 'r1', result: { value: 'done' } });
    expect(visit).toThrow(Parked);
    await operations.stop();
  });

  test('one that fails tells of it, and whether it was too late', async () => {
    const { operations, next } = waking();
    const failing = operation({ work: async () => Promise.reject(new Error('no')) });
    expect(() => operations.outcome('a/b', failing, () => {})).toThrow(Parked);
    await next();
    expect(operations.outcome('a/b', failing, () => {}).result).toMatchObject({ timedOut: false });
    const late = operation({ inputs: 'late', timeout: 10, work: forever });
    expect(() => operations.outcome('a/b', late, () => {})).toThrow(Parked);
    await next();
    expect(operations.outcome('a/b', late, () => {}).result).toMatchObject({ timedOut: true });
  });

  test('one that has failed is no answer to a request that came meanwhile; one that has succeeded is', async () => {
    const { operations, next } = waking();
    let isMended = false;
    const work = async () => (isMended ? 'done' : Promise.reject(new Error('no')));
    const visit = (request: string) => operations.outcome('a/b', operation({ request, work }), () => {});
    expect(() => visit('')).toThrow(Parked);
    await next();
    isMended = true;
    expect(() => visit('r1')).toThrow(Parked);
    await next();
    expect(visit('r2')).toEqual({ request: 'r1', result: { value: 'done' } });
    await operations.stop();
  });

  test('one for other inputs takes its place, after the first has ended', async () => {
    const { operations, next } = waking();
    const order: string[] = [];
    const slow = operation({
      work: signal => forever(signal).finally(() => order.push('first ended')),
    });
    expect(() => operations.outcome('a/b', slow, () => {})).toThrow(Parked);
    await new Promise(resolve => setImmediate(resolve));
    const other = operation({ inputs: 'two', work: async () => `second of ${order.push('second')}` });
    expect(() => operations.outcome('a/b', other, () => {})).toThrow(Parked);
    await next();
    expect(operations.outcome('a/b', other, () => {}).result).toEqual({ value: 'second of 2' });
    expect(order).toEqual(['first ended', 'second']);
  });

  test('one that takes long says what it does', async () => {
    const { operations, next } = waking();
    const slow = operation({
      work: (signal, say) => {
        say('building');
        return forever(signal);
      },
    });
    const said: string[] = [];
    const visit = () => operations.outcome('a/b', slow, doing => said.push(doing));
    expect(visit).toThrow(Parked);
    await next();
    expect(visit).toThrow(Parked);
    expect(said).toEqual(['building']);
    await operations.cancel('a/b');
  });
});
