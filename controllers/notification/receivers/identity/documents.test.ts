import { describe, expect, test } from 'vitest';
import { Documents } from './documents.ts';

/** A network of one kind of answer, and a clock that is turned by hand. */
function world(answer: (url: string) => { status?: number; body?: string } = () => ({})) {
  const asked: string[] = [];
  let now = 0;
  const documents = new Documents(
    async ({ url }) => {
      asked.push(String(url));
      const { status = 200, body = `{"n": ${asked.length}}` } = answer(String(url));
      return { status, headers: {}, body: Buffer.from(body) };
    },
    () => now,
  );
  return { documents, asked, pass: (seconds: number) => void (now += seconds * 1000) };
}

const url = 'https://issuer.example.com/keys';

describe('a document', () => {
  test('is asked for once, however many want it at the same time', async () => {
    const { documents, asked } = world();
    const got = await Promise.all(Array.from({ length: 50 }, () => documents.get(url)));
    expect([asked.length, new Set(got).size]).toEqual([1, 1]);
  });

  test('is asked for again after five minutes', async () => {
    const { documents, asked, pass } = world();
    await documents.get(url);
    pass(299);
    await documents.get(url);
    expect(asked.length).toBe(1);
    pass(2);
    expect(await documents.get(url)).toEqual({ n: 2 });
  });

  test('is renewed when something is missed in it, but not again at once', async () => {
    const { documents, asked, pass } = world();
    await documents.get(url);
    await documents.renewed(url);
    expect(asked.length).toBe(1);
    pass(31);
    expect(await documents.renewed(url)).toEqual({ n: 2 });
    for (let i = 0; i < 100; i++) await documents.renewed(url);
    expect(asked.length).toBe(2);
    expect(await documents.get(url)).toEqual({ n: 2 });
  });

  test('that is not there is asked for again after a while', async () => {
    const { documents, asked, pass } = world(() => ({ status: 503 }));
    for (let i = 0; i < 10; i++)
      await expect(documents.get(url)).rejects.toThrow('https://issuer.example.com answered with status 503');
    expect(asked.length).toBe(1);
    pass(4);
    await expect(documents.get(url)).rejects.toThrow('503');
    expect(asked.length).toBe(2);
  });

  test.each(['', 'null', '[]', '"x"', '{', '<html>'])('is a JSON object, and not %j', async body => {
    await expect(world(() => ({ body })).documents.get(url)).rejects.toThrow('no JSON object');
  });

  test('makes room for others', async () => {
    const { documents, asked } = world();
    for (let i = 0; i < 101; i++) await documents.get(`${url}/${i}`);
    await documents.get(`${url}/100`);
    expect(asked.length).toBe(101);
    await documents.get(`${url}/0`);
    expect(asked.length).toBe(102);
  });
});
