import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GitError, listReferences, localRepository } from './index.ts';

const signal = AbortSignal.timeout(60_000);
let folder: string;
let closing: (() => void)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-remote-'));
  closing = [() => rmSync(folder, { recursive: true })];
});
afterEach(() => {
  for (const close of closing) close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const processes = () => execFileSync('ps', ['-eo', 'args']).toString();

describe('a remote', () => {
  test.each([
    ['its URL', (place: string) => ({ url: `http://me:hunter%402@${place}/a.git` })],
    [
      'its credentials, which count more',
      (place: string) => ({
        url: `http://other:other@${place}/a.git`,
        credentials: { username: 'me', password: 'hunter@2' },
      }),
    ],
    [
      'the URL it is fetched from',
      (place: string) => ({ url: 'x', fetchUrl: `http://me:hunter%402@${place}/a.git` }),
    ],
  ])('is told the password of %s, and nobody who looks at the processes', async (_, remote) => {
    let [authorization, seen] = ['', ''];
    const place = await serve((request, response) => {
      authorization = request.headers.authorization ?? '';
      seen = processes();
      response.writeHead(403).end();
    });
    const failed = await listReferences(remote(place), [], signal).catch(error => error);
    expect(failed).toBeInstanceOf(GitError);
    expect(authorization).toBe(`Basic ${btoa('me:hunter@2')}`);
    expect(seen).toContain(`http://${place}/a.git`);
    expect(seen + failed.message).not.toMatch(/hunter|other:|aHVudGVy/);
  });

  test('that is mapped elsewhere does not hand its password to the other place', async () => {
    let authorization: string | undefined = 'none yet';
    const place = await serve((request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(404).end();
    });
    const remote = {
      url: 'http://example.com',
      fetchUrl: `http://${place}/a.git`,
      credentials: { bearerToken: 'secret' },
    };
    await expect(listReferences(remote, [], signal)).rejects.toThrow(
      "unable to list remote for 'http://example.com'",
    );
    expect(authorization).toBeUndefined();
  });

  test.each(['-upload-pack=x', 'main:refs/heads/other', '+main', 'a b', 'a..b', ''])(
    'is not asked for %j, which is no name of a reference',
    async reference => {
      await expect(
        localRepository(folder).fetch({ url: 'http://127.0.0.1:1/a' }, reference, signal),
      ).rejects.toThrow('is no name of a reference');
    },
  );

  test('that stalls leaves neither processes nor files when it is given up', async () => {
    const asked = Promise.withResolvers<void>();
    const place = await serve(() => asked.resolve());
    const copy = join(folder, 'copy');
    const stop = new AbortController();
    const fetching = localRepository(copy).fetch(
      { url: `http://${place}/stalls.git` },
      'refs/heads/main',
      stop.signal,
    );
    await asked.promise;
    mkdirSync(join(copy, 'objects/pack'), { recursive: true });
    writeFileSync(join(copy, 'objects/pack/tmp_pack_Ab12cd'), 'half');
    writeFileSync(join(copy, 'shallow.lock'), '');
    stop.abort(new Error('enough'));
    await expect(fetching).rejects.toThrow('enough');
    expect(readdirSync(join(copy, 'objects/pack'))).toEqual([]);
    expect(readdirSync(copy)).not.toContain('shallow.lock');
    await expect.poll(processes).not.toContain('stalls.git');
  });
});
