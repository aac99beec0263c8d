import { describe, expect, test } from 'vitest';
import { Places } from './places.ts';

const signal = new AbortController().signal;

/** Those that have a place, in the order in which they got it. */
function visitors(places: Places) {
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  const come = (host: string, name: string, by = signal) =>
    places.take(host, by).then(give => {
      inside.push(name);
      leave.set(name, give);
    });
  return { inside, come, leave: (name: string) => leave.get(name)!() };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

describe('places', () => {
  test('one host has a few, and all together', async () => {
    const { inside, come, leave } = visitors(new Places({ host: 2, all: 3 }));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1']) void come(name[0]!, name);
    await turn();
    expect(inside).toEqual(['a1', 'a2', 'b1']);
    leave('a1');
    await turn();
    leave('b1');
    await turn();
    expect(inside.slice(3).sort()).toEqual(['a3', 'c1']);
  });

  test('hosts take turns', async () => {
    const { inside, come, leave } = visitors(new Places({ host: 9, all: 1 }));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) void come(name[0]!, name);
    for (let i = 0; i < 5; i++) {
      await turn();
      leave(inside.at(-1)!);
    }
    expect(inside).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  test('who is slow leaves the place to others', async () => {
    const { inside, come } = visitors(new Places({ host: 1, all: 2, slowAfter: 20 }));
    await Promise.all(['stalls1', 'stalls2', 'quick'].map(name => come(name, name)));
    expect(inside).toContain('quick');
  });

  test('there is an end to slow ones', async () => {
    const limits = { host: 1, all: 1, slowHost: 1, slowAll: 2, slowAfter: 5 };
    const { inside, come } = visitors(new Places(limits));
    for (const name of ['a1', 'a2', 'a3']) void come(name[0]!, name);
    // That nobody else comes in can only be waited for: twelve times what makes one slow.
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(inside).toEqual(['a1', 'a2']);
  });

  test('who gives up waits no more', async () => {
    const { inside, come, leave } = visitors(new Places({ host: 1, all: 1 }));
    const stop = new AbortController();
    await come('a', 'a1');
    const given = come('a', 'a2', stop.signal);
    void come('a', 'a3');
    stop.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    leave('a1');
    await turn();
    expect(inside).toEqual(['a1', 'a3']);
  });
});
