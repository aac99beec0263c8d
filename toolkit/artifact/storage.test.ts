import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Algorithm,
  ArtifactError,
  artifactStorage,
  defaultLimits,
  digestOf,
  downloadArtifact,
  keepArtifacts,
  type Storage,
  serveArtifacts,
} from './index.ts';

const owner = { kind: 'GitRepository', namespace: 'flux-system', name: 'fleet' };
const bytes = (text: string) => new TextEncoder().encode(text);
const holding = (text: string) => async (path: string) => {
  await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  return { digest: digestOf(bytes(text)), size: text.length };
};

describe('the store of artifacts', () => {
  let root: string;
  let storage: Storage;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'millrace-storage-'));
    storage = artifactStorage(root, () => 'http://127.0.0.1:1');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const folder = () => join(root, 'gitrepository/flux-system/fleet');

  test('an artifact lies where Flux would put it, and the newest is known as latest', async () => {
    await storage.put(owner, 'a.tar.gz', holding('a'));
    const stored = await storage.put(owner, 'b.tar.gz', holding('b'));
    expect(stored).toEqual({
      path: 'gitrepository/flux-system/fleet/b.tar.gz',
      digest: digestOf(bytes('b')),
      size: 1,
    });
    expect(storage.urlOf(stored.path)).toBe('http://127.0.0.1:1/gitrepository/flux-system/fleet/b.tar.gz');
    expect(await readFile(join(folder(), 'latest.tar.gz'), 'utf8')).toBe('b');
  });

  test('what is written anew under its own name, or beside a symbolic link of before, is the newest all the same', async () => {
    await storage.put(owner, 'a.tar.gz', holding('a'));
    await storage.put(owner, 'a.tar.gz', holding('more of a'));
    expect(await readFile(join(folder(), 'latest.tar.gz'), 'utf8')).toBe('more of a');
    await rm(join(folder(), 'latest.tar.gz'));
    await symlink('a.tar.gz', join(folder(), 'latest.tar.gz'));
    await storage.put(owner, 'b.tar.gz', holding('b'));
    expect(await readFile(join(folder(), 'latest.tar.gz'), 'utf8')).toBe('b');
    expect(await readFile(join(folder(), 'a.tar.gz'), 'utf8')).toBe('more of a');
    expect((await readdir(folder())).sort()).toEqual(['a.tar.gz', 'b.tar.gz', 'latest.tar.gz']);
  });

  test('the first artifacts of many owners may be written at once, also where a file is in the place of a folder', async () => {
    await writeFile(join(root, 'helmchart'), 'no folder');
    const owners = Array.from({ length: 40 }, (_, i) => ({
      kind: i % 2 ? 'HelmRepository' : 'HelmChart',
      namespace: `of-${i % 4}`,
      name: `a${i}`,
    }));
    const stored = await Promise.all(owners.map(one => storage.put(one, 'a.tgz', holding('a'))));
    const isThere = await Promise.all(stored.map(({ path, digest }) => storage.verify(path, digest)));
    expect(isThere).not.toContain(false);
  });

  test('where there is no folder to write to, that is what is told, and what fails leaves nothing', async () => {
    await expect(
      storage.put(owner, 'a.tar.gz', async file => {
        await writeFile(file, 'half');
        throw new Error('enough');
      }),
    ).rejects.toThrow('enough');
    expect(await readdir(folder())).toEqual([]);
    const nowhere = artifactStorage(join(root, 'file'), () => '');
    await writeFile(join(root, 'file'), '');
    await expect(nowhere.put(owner, 'a.tar.gz', holding('a'))).rejects.toThrow('EEXIST');
  });

  test('an artifact that was changed, or is gone, is not what its digest says', async () => {
    const { path, digest } = await storage.put(owner, 'a.tar.gz', holding('a'));
    expect(await storage.verify(path, digest)).toBe(true);
    await writeFile(join(root, path), 'other');
    expect(await storage.verify(path, digest)).toBe(false);
    await rm(join(root, path));
    expect(await storage.verify(path, digest)).toBe(false);
  });

  test('old artifacts go, the one in use and what a killed process left behind considered', async () => {
    const kept = await storage.put(owner, 'old-but-used.tar.gz', holding('a'));
    for (const name of ['1', '2', '3']) await storage.put(owner, `${name}.tar.gz`, holding(name));
    await writeFile(join(folder(), '3.tar.gz.0a1b.tmp'), 'half');
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(folder(), '1.tar.gz'), hourAgo, hourAgo);
    await utimes(join(root, kept.path), hourAgo, hourAgo);
    await storage.collect(owner, kept.path);
    expect((await readdir(folder())).sort()).toEqual([
      '2.tar.gz',
      '3.tar.gz',
      'latest.tar.gz',
      'old-but-used.tar.gz',
    ]);
  });

  test.each(['..', '../x', 'a/b', '', '.hidden'])('a name such as %j is refused', async name => {
    await expect(storage.put({ ...owner, name }, 'a.tar.gz', holding('a'))).rejects.toThrow(ArtifactError);
  });

  test('what is served is downloaded, and believed only if its digest is right', async () => {
    const server = await serveArtifacts(root);
    const { path, digest } = await storage.put(owner, 'a.tar.gz', holding('the bytes'));
    const ref = { url: `${server.url}/${path}`, digest, revision: 'main@sha1:abc' };
    const signal = AbortSignal.timeout(5000);
    expect(Buffer.from(await downloadArtifact(ref, signal)).toString()).toBe('the bytes');
    await expect(downloadArtifact({ ...ref, digest: digestOf(bytes('other')) }, signal)).rejects.toThrow(
      /failed to verify artifact main@sha1:abc/,
    );
    await expect(downloadArtifact({ ...ref, url: `${ref.url}x` }, signal)).rejects.toThrow(/status 404/);
    await expect(
      downloadArtifact(ref, signal, { limits: { ...defaultLimits, compressed: 3 } }),
    ).rejects.toThrow(/larger than 3 bytes/);
    for (const astray of [
      '/..%2f..%2fetc/passwd',
      '/gitrepository/../../etc/passwd.tar.gz',
      '/gitrepository',
    ]) {
      expect((await fetch(server.url + astray)).status).toBe(404);
    }
    await server.stop();
  });

  test('a server on loopback answers by its own names only, another by those that it is told', async () => {
    const { path } = await storage.put(owner, 'a.tar.gz', holding('the bytes'));
    const ask = (url: string, host: string) =>
      new Promise<number>((resolve, reject) => {
        const asking = request(`${url}/${path}`, { headers: { host } }, answer => {
          answer.resume();
          resolve(answer.statusCode!);
        });
        asking.on('error', reject).end();
      });
    const own = await serveArtifacts(root);
    const told = await serveArtifacts(root, { names: ['source-controller.flux-system.svc'] });
    const { port } = new URL(own.url);
    expect(await ask(own.url, `127.0.0.1:${port}`)).toBe(200);
    expect(await ask(own.url, `LOCALHOST:${port}`)).toBe(200);
    expect(await ask(own.url, `rebound.example.com:${port}`)).toBe(421);
    expect(await ask(told.url, 'source-controller.flux-system.svc:9090')).toBe(200);
    expect(await ask(told.url, '127.0.0.1')).toBe(421);
    await Promise.all([own.stop(), told.stop()]);
  });

  test.each<[string, Record<string, string>, number, string, string | null]>([
    ['a part', { range: 'bytes=2-4' }, 206, '234', 'bytes 2-4/10'],
    ['the rest', { range: 'bytes=7-' }, 206, '789', 'bytes 7-9/10'],
    ['the end', { range: 'bytes=-2' }, 206, '89', 'bytes 8-9/10'],
    ['more than there is', { range: 'bytes=8-100' }, 206, '89', 'bytes 8-9/10'],
    ['what is behind the end', { range: 'bytes=10-' }, 416, '', 'bytes */10'],
    ['nothing', { range: 'bytes=-0' }, 416, '', 'bytes */10'],
    ['what is no range', { range: 'bytes=x' }, 200, '0123456789', null],
    ['another unit', { range: 'lines=1-2' }, 200, '0123456789', null],
    ['a range backwards', { range: 'bytes=4-2' }, 200, '0123456789', null],
    [
      'a part of what it was',
      { range: 'bytes=2-4', 'if-range': 'Wed, 01 Jan 2020 00:00:00 GMT' },
      200,
      '0123456789',
      null,
    ],
    ['what has not changed since', { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }, 304, '', null],
  ])('%s is asked for', async (_, headers, status, body, range) => {
    const { path } = await storage.put(owner, 'a.tar.gz', holding('0123456789'));
    const server = await serveArtifacts(root);
    const answer = await fetch(`${server.url}/${path}`, { headers });
    expect([answer.status, await answer.text()]).toEqual([status, body]);
    expect(answer.headers.get('content-range')).toBe(range);
    await server.stop();
  });

  test('says that it is well, and knows the name by which it is advertised', async () => {
    const kept = await keepArtifacts({
      path: root,
      address: { host: '127.0.0.1', port: 0 },
      advertised: 'artifacts.example.com:9090',
      retention: { ttl: 1000, records: 2 },
      algorithm: 'sha256',
    });
    for (const probe of ['/health', '/']) expect((await fetch(kept.url + probe)).status).toBe(200);
    const { path } = await kept.storage.put(owner, 'a.tar.gz', holding('a'));
    expect(kept.storage.urlOf(path)).toBe(`http://artifacts.example.com:9090/${path}`);
    await kept.stop();
  });

  test('controllers that keep artifacts at one address are served by one server, until the last has stopped', async () => {
    const keep = () =>
      keepArtifacts({
        path: root,
        address: { port: 0 },
        advertised: '',
        retention: { ttl: 1000, records: 2 },
        algorithm: 'sha256',
      });
    const [first, second] = await Promise.all([keep(), keep()]);
    expect(second.url).toBe(first.url);
    expect(new URL(first.url).hostname).toBe(hostname().toLowerCase());
    await first.stop();
    const { port } = new URL(second.url);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    await second.stop();
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  test.each<[Algorithm, number]>([
    ['sha384', 96],
    ['sha512', 128],
    ['blake3', 64],
  ])('artifacts are digested by %s where that is asked for', async (algorithm, digits) => {
    const other = artifactStorage(root, () => '', { algorithm });
    const { path, digest } = await other.put(owner, 'a.tar.gz', holding('a'));
    expect(digest).toMatch(new RegExp(`^${algorithm}:[0-9a-f]{${digits}}$`));
    expect(await storage.verify(path, digest)).toBe(true);
    const server = await serveArtifacts(root);
    const ref = { url: `${server.url}/${path}`, digest, revision: 'a' };
    expect(Buffer.from(await downloadArtifact(ref, AbortSignal.timeout(5000))).toString()).toBe('a');
    await server.stop();
  });

  test('as many artifacts are kept as is said', async () => {
    const other = artifactStorage(root, () => '', { retention: { ttl: 3_600_000, records: 3 } });
    for (const name of ['1', '2', '3', '4', '5']) await other.put(owner, `${name}.tar.gz`, holding(name));
    await other.collect(owner, 'gitrepository/flux-system/fleet/5.tar.gz');
    expect((await readdir(folder())).sort()).toEqual(['3.tar.gz', '4.tar.gz', '5.tar.gz', 'latest.tar.gz']);
  });
});
