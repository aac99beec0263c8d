import { describe, expect, test } from 'vitest';
import { type DirectRequest, inTurn } from './direct.ts';
import { connectTo } from './transport.ts';
import type { WholeAnswer } from './whole-answer.ts';

const request = (path: string): DirectRequest => ({ method: 'GET', path, headers: {} });
const answer = (text: string): WholeAnswer => ({ statusCode: 200, headers: {}, text });

/** A server that answers when it is told to. */
function server() {
  const asked: string[] = [];
  const open = new Map<string, PromiseWithResolvers<WholeAnswer>>();
  return {
    asked,
    answer: (path: string) => open.get(path)?.resolve(answer(path)),
    fail: (path: string) => open.get(path)?.reject(new Error('the thread of the cluster has died')),
    ask({ path }: DirectRequest) {
      asked.push(path);
      const pending = Promise.withResolvers<WholeAnswer>();
      open.set(path, pending);
      return pending.promise;
    },
  };
}

describe('a server in this process', () => {
  test('is asked for so much at a time, in the order of asking', async () => {
    const there = server();
    const ask = inTurn(there, 2, 1000);
    const all = ['a', 'b', 'c', 'd'].map(path => ask(request(path), undefined));
    expect(there.asked).toEqual(['a', 'b']);
    there.answer('b');
    expect((await all[1])?.text).toBe('b');
    expect(there.asked).toEqual(['a', 'b', 'c']);
    there.fail('a');
    await expect(all[0]).rejects.toThrow('has died');
    expect(there.asked).toEqual(['a', 'b', 'c', 'd']);
    there.answer('c');
    there.answer('d');
    await Promise.all(all.slice(2));
    // All places are free again.
    const more = ['e', 'f'].map(path => ask(request(path), undefined));
    expect(there.asked.slice(-2)).toEqual(['e', 'f']);
    there.answer('e');
    there.answer('f');
    await Promise.all(more);
  });

  test('is not asked for what nobody waits for any more', async () => {
    const there = server();
    const ask = inTurn(there, 1, 1000);
    const first = ask(request('a'), undefined);
    const gone = new AbortController();
    const second = ask(request('b'), gone.signal);
    const third = ask(request('c'), undefined);
    gone.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    there.answer('a');
    await first;
    there.answer('c');
    await third;
    expect(there.asked).toEqual(['a', 'c']);
    await expect(ask(request('d'), gone.signal)).rejects.toThrow('enough');
  });

  test('keeps its place while it still works for who has gone', async () => {
    const there = server();
    const ask = inTurn(there, 1, 1000);
    const gone = new AbortController();
    const first = ask(request('a'), gone.signal);
    const second = ask(request('b'), undefined);
    gone.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(there.asked).toEqual(['a']);
    there.answer('a');
    await expect.poll(() => there.asked).toEqual(['a', 'b']);
    there.answer('b');
    await second;
  });

  test('is not waited for without end', async () => {
    const ask = inTurn(server(), 1, 20);
    await expect(ask(request('a'), undefined)).rejects.toThrow('there is no answer after 0.02 s');
  });
});

test('what a server in this process says is told as if it had come by HTTP', async () => {
  const told: string[] = [];
  const asked: DirectRequest[] = [];
  const headers: Record<string, string | string[]> = { warning: ['299 - "old"', '299 - "odd"'], etag: 'x' };
  const answers: (WholeAnswer | Error)[] = [
    { statusCode: 200, headers, text: '{}' },
    { statusCode: 429, headers: { 'retry-after': '0' }, text: '' },
    { statusCode: 404, headers: {}, text: JSON.stringify({ kind: 'Status', reason: 'NotFound', code: 404 }) },
    new Error('the thread of the cluster has died'),
  ];
  const transport = connectTo(
    {
      server: 'https://127.0.0.1:1',
      namespace: '',
      contextName: '',
      insecureSkipVerify: false,
      credentials: { headers: async () => ({}) },
      direct: {
        async ask(request) {
          asked.push(request);
          const next = answers.shift()!;
          if (next instanceof Error) throw next;
          return next;
        },
      },
    },
    { onAnswer: ({ path }, code) => told.push(`${path} ${code}`), onSilence: () => told.push('silence') },
  );
  const send = (path: string) => transport.send({ method: 'POST', path, body: '{}', contentType: 'a/b' });
  expect(await send('/a')).toEqual({ code: 200, warnings: ['old', 'odd'], etag: 'x', text: '{}' });
  expect(asked[0]).toEqual({
    method: 'POST',
    path: '/a',
    body: '{}',
    headers: { accept: 'application/json', 'user-agent': 'millrace', 'content-type': 'a/b' },
  });
  await expect(send('/b')).rejects.toMatchObject({ name: 'ApiError', status: { reason: 'NotFound' } });
  await expect(send('/c')).rejects.toThrow('https://127.0.0.1:1 cannot be reached: the thread');
  expect(told).toEqual(['/a 200', '/b 429', '/b 404', 'silence']);
  await transport.close();
});
