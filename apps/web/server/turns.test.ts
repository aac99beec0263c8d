import { expect, test } from 'vitest';
import { turns } from './turns.ts';

const here = () => new AbortController().signal;

/** Work that ends when it is told to, and says when it has begun. */
function work(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const run = async () => {
    log.push(name);
    await promise;
    return name;
  };
  return { run, end: resolve };
}
const soon = () => new Promise(resolve => setImmediate(resolve));

test('somebody has one turn at a time, in order', async () => {
  const take = turns({ atOnce: 5, each: 3 });
  const log: string[] = [];
  const [a, b] = [work(log, 'a'), work(log, 'b')];
  const all = [take('eve', here(), a.run), take('eve', here(), b.run)];
  await soon();
  expect(log).toEqual(['a']);
  a.end();
  b.end();
  expect(await Promise.all(all)).toEqual(['a', 'b']);
});

test('all together have so many, and a place goes to the next', async () => {
  const take = turns({ atOnce: 1, each: 3 });
  const log: string[] = [];
  const [a, b, c] = [work(log, 'a'), work(log, 'b'), work(log, 'c')];
  const all = [take('eve', here(), a.run), take('adam', here(), b.run), take('abel', here(), c.run)];
  await soon();
  expect(log).toEqual(['a']);
  for (const one of [a, b, c]) one.end();
  await Promise.all(all);
  expect(log).toEqual(['a', 'b', 'c']);
});

test('who asks for too much is told so, and who has left is passed over', async () => {
  const take = turns({ atOnce: 1, each: 2 });
  const log: string[] = [];
  const [a, b] = [work(log, 'a'), work(log, 'b')];
  const leaving = new AbortController();
  const first = take('eve', here(), a.run);
  const second = take('eve', leaving.signal, b.run);
  await expect(take('eve', here(), b.run)).rejects.toThrow('other previews of yours are under way');
  leaving.abort();
  a.end();
  await first;
  await expect(second).rejects.toThrow(/abort/i);
  expect(log).toEqual(['a']);
});

test('what fails leaves its place', async () => {
  const take = turns({ atOnce: 1, each: 1 });
  const fail = async () => {
    throw new Error('no');
  };
  await expect(take('eve', here(), fail)).rejects.toThrow('no');
  expect(await take('eve', here(), async () => 'yes')).toBe('yes');
});
