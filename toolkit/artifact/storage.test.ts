import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ArtifactError,
  artifactStorage,
  defaultLimits,
  digestOf,
  downloadArtifact,
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
    await expect(downloadArtifact(ref, signal, { ...defaultLimits, compressed: 3 })).rejects.toThrow(
      /larger than 3 bytes/,
    );
    for (const astray of ['/..%2f..%2fetc/passwd', '/gitrepository/../../etc/passwd.tar.gz', '/']) {
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
});
