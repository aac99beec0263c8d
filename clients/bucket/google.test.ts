import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ObjectEntry, type ObjectStore, objectStore } from './index.ts';

/** The JSON API: https://cloud.google.com/storage/docs/json_api/v1 */
describe('a bucket of Google', () => {
  let server: Server;
  let asked: IncomingMessage[];
  /** By key: generations of an object, the last is what it is now. */
  let objects: Map<string, string[]>;
  let broken: [status: number, body: string] | undefined;
  let elsewhere: string | undefined;
  let from: ObjectStore;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request);
      const url = new URL(request.url ?? '', 'http://x');
      const [, , , , bucket, , key] = url.pathname.split('/').map(decodeURIComponent);
      if (elsewhere) return response.writeHead(302, { location: elsewhere }).end();
      if (broken) return response.writeHead(broken[0]).end(broken[1]);
      if (bucket !== 'fleet') return response.writeHead(404).end('{}');
      const item = (name: string) => {
        const generations = objects.get(name)!;
        const generation = String(generations.length);
        return { name, etag: `etag-${generation}`, generation, size: String(generations.at(-1)!.length) };
      };
      if (key === undefined) {
        const names = [...objects.keys()].filter(name =>
          name.startsWith(url.searchParams.get('prefix') ?? ''),
        );
        const at = Number(url.searchParams.get('pageToken') ?? 0);
        const next = at + 2 < names.length ? { nextPageToken: String(at + 2) } : {};
        return response.end(JSON.stringify({ items: names.slice(at, at + 2).map(item), ...next }));
      }
      const generations = objects.get(key);
      if (!generations) return response.writeHead(404).end('{}');
      if (url.searchParams.get('alt') !== 'media') return response.end(JSON.stringify(item(key)));
      // Only the newest is kept.
      const isNow = url.searchParams.get('generation') === String(generations.length);
      return isNow ? response.end(generations.at(-1)) : response.writeHead(404).end('Not Found');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(async () => {
    asked = [];
    broken = undefined;
    elsewhere = undefined;
    objects = new Map([
      ['a.yaml', ['a']],
      ['b/../c d.yaml', ['c']],
      ['x', ['x']],
    ]);
    from = await store('fleet');
    return () => from.close();
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const signal = AbortSignal.timeout(30_000);
  const store = (bucket: string) => {
    const origin = `http://127.0.0.1:${portOf(server)}`;
    return objectStore({ kind: 'google', bucket, token: 'a token of Google', origin }, {});
  };
  const listed = async (prefix = '') => (await Array.fromAsync(from.list(prefix, signal))).flat();
  const read = async (object: string | ObjectEntry) => {
    const asked = typeof object === 'string' ? { key: object } : object;
    const found = await from.open(asked, signal);
    return found && [found.etag, Buffer.concat(await Array.fromAsync(found.body)).toString()];
  };

  test('is listed page by page, and read as it was listed', async () => {
    const entries = await listed();
    expect(entries.map(({ key }) => key)).toEqual(['a.yaml', 'b/../c d.yaml', 'x']);
    for (const entry of entries)
      expect(await read(entry)).toEqual([entry.etag, objects.get(entry.key)!.at(-1)]);
    expect((await listed('a')).map(({ key }) => key)).toEqual(['a.yaml']);
    expect(asked.every(({ headers }) => headers.authorization === 'Bearer a token of Google')).toBe(true);
  });

  test('gives what an object has become, and none that is gone', async () => {
    const [entry] = await listed('a');
    objects.set('a.yaml', ['a', 'new']);
    expect(await read(entry!)).toEqual(['etag-2', 'new']);
    expect(await read('a.yaml')).toEqual(['etag-2', 'new']);
    objects.delete('a.yaml');
    expect(await read(entry!)).toBeUndefined();
    expect(await read('gone')).toBeUndefined();
  });

  test('that is not there is told of', async () => {
    await from.close();
    from = await store('other');
    await expect(listed()).rejects.toMatchObject({ name: 'StoreError', failure: 'no bucket' });
  });

  test('that redirects elsewhere is told of, and nobody else is sent the token', async () => {
    elsewhere = `http://localhost:${portOf(server)}/b/fleet`;
    await expect(listed()).rejects.toMatchObject({ failure: 'invalid', message: 'status 302' });
    await expect(read('a.yaml')).rejects.toMatchObject({ failure: 'invalid', message: 'status 302' });
    expect(asked).toHaveLength(2);
  });

  test('asks for objects as they are, and reads of one no more than it is asked for', async () => {
    const size = 2 ** 26;
    objects.set('a.yaml', ['x'.repeat(size)]);
    const [entry] = await listed('a');
    const found = await from.open(entry!, signal);
    for await (const part of found!.body) {
      expect(part.byteLength).toBeLessThan(size / 2);
      break;
    }
    expect(asked.map(({ headers }) => headers['accept-encoding'])).toEqual([undefined, undefined]);
  });

  test('is not waited for when nobody wants it any more', async () => {
    const stop = new AbortController();
    broken = [503, ''];
    const listing = Array.fromAsync(from.list('', stop.signal));
    const [, response] = await once(server, 'request');
    if (!response.writableFinished) await once(response, 'finish');
    stop.abort(new Error('enough'));
    await expect(listing).rejects.toThrow('enough');
    expect(asked).toHaveLength(1);
  });

  test.each(['.', '..'])('has no object %s, which would lead up', async name => {
    await expect(read(name)).rejects.toMatchObject({ failure: 'invalid' });
    await expect(store(name)).rejects.toMatchObject({ failure: 'invalid' });
    expect(asked).toEqual([]);
  });

  test.each<[string, [number, string], object]>([
    [
      'may not be read',
      [403, '{"error":{"message":"no a token of Google"}}'],
      { failure: 'refused', message: 'no ***' },
    ],
    ['says so by a page', [401, '<html>'], { failure: 'refused', message: 'status 401' }],
    ['is busy twice', [503, ''], { failure: 'busy' }],
    ['is busy with more words than a list has', [500, ' '.repeat(2 ** 25 + 1)], { failure: 'invalid' }],
    ['answers with no JSON', [200, 'x'], { failure: 'invalid' }],
    ['answers with a list', [200, '[]'], { failure: 'invalid' }],
    ['tells of an object without a name', [200, '{"items":[{}]}'], { failure: 'invalid' }],
    ['has a list without end', [200, '{"nextPageToken":"x"}'], { failure: 'invalid' }],
  ])('that %s is told of', async (_, answer, expected) => {
    broken = answer;
    await expect(listed()).rejects.toMatchObject({ name: 'StoreError', ...expected });
  });
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
