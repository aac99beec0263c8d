import { describe, expect, test } from 'vitest';
import { bestHits, type Candidate } from './best-hits.ts';
import type { Sight } from './namespace-rules.ts';

const candidate = (name: string, namespace: string, rank = 0): Candidate => ({
  rank,
  title: `${namespace}/${name}`,
  place: { group: '', resource: 'pods', namespace },
  name,
  hit: () => ({ title: `${namespace}/${name}`, detail: '' }),
});

const sights = (of: (namespace: string) => Sight) => ({
  of: async ({ namespace }: Candidate['place']) => of(namespace),
});
const everything = sights(() => 'all');
const { signal } = new AbortController();
const titles = async (all: Candidate[], of = everything) =>
  (await bestHits('Pods', () => all, of, signal)).hits.map(({ title }) => title);
const count = (n: number, of: (i: number) => Candidate) => Array.from({ length: n }, (_, i) => of(i));

describe('the best hits', () => {
  test('are the best of all places, in their order', async () => {
    const all = [
      candidate('c', 'x', 2),
      candidate('b', 'y', 1),
      candidate('a', 'z', 3),
      candidate('d', 'z', 1),
    ];
    expect(await titles(all)).toEqual(['y/b', 'z/d', 'x/c', 'z/a']);
  });

  test('are few, and it is told that there are more', async () => {
    const group = await bestHits('Pods', () => count(20, i => candidate(`p${i}`, 'x')), everything, signal);
    expect(group).toMatchObject({ more: true, hits: { length: 8 } });
  });

  test('tell each object once', async () => {
    const group = await bestHits(
      'Pods',
      () => [candidate('a', 'x'), candidate('a', 'x', 0.5)],
      everything,
      signal,
    );
    expect(group).toEqual({ name: 'Pods', hits: [{ title: 'x/a', detail: '' }], more: false });
  });

  test('are those that may be seen, behind however many that may not', async () => {
    const all = [...count(1000, i => candidate(`p${i}`, `n${i % 50}`)), candidate('mine', 'own', 3)];
    expect(
      await titles(
        all,
        sights(namespace => (namespace === 'own' ? 'all' : 'none')),
      ),
    ).toEqual(['own/mine']);
  });

  test('are found by the names that a role has, behind however many others of their place', async () => {
    const all = [...count(100, i => candidate(`p${i}`, 'x')), candidate('mine', 'x', 3)];
    expect(
      await titles(
        all,
        sights(() => new Set(['mine'])),
      ),
    ).toEqual(['x/mine']);
  });

  test('do not ask the cluster about every place that there is', async () => {
    let asked = 0;
    const none = sights(() => {
      asked++;
      return 'none';
    });
    const group = await bestHits('Pods', () => count(1000, i => candidate('a', `n${i}`)), none, signal);
    expect([asked, group.more]).toEqual([200, true]);
  });

  test('of a hundred thousand let others be served in between', async () => {
    let turns = 0;
    let isDone = false;
    const turn = () => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await titles(count(100_000, i => candidate(`p${i}`, 'x')));
    isDone = true;
    expect(turns).toBeGreaterThan(20);
  });
});
