import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Push, type Registry, type RegistryOptions, startRegistry } from './index.ts';
import { type Client, clientOf, digestOf, imageType, indexType, manifestOf } from './testing/client.ts';

let folder: string;
let registry: Registry;
let client: Client;
let pushes: Push[];
let told: string[];

const root = () => join(folder, 'registry');

async function start(options: Partial<RegistryOptions> = {}): Promise<void> {
  const heard = { onPush: (push: Push) => pushes.push(push), log: (text: string) => told.push(text) };
  registry = await startRegistry({ ...heard, ...options, root: root() });
  client = clientOf(registry.url, registry.token);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-registry-'));
  pushes = [];
  told = [];
  await start();
});
afterEach(async () => {
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

const codeOf = async (answer: Response) => {
  const { errors } = (await answer.json()) as { errors: { code: string }[] };
  return [answer.status, errors[0]?.code];
};
const textAt = async (path: string, headers: Record<string, string> = {}) =>
  (await client.send('GET', path, { headers })).text();

/** Every file below a folder. */
const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => entry.name);

describe('a manifest', () => {
  test('comes back byte by byte, by its tag and by its digest, with its type', async () => {
    const digest = await client.artifact('team/app', 'v1', 'hello');
    for (const reference of ['v1', digest]) {
      const answer = await client.send('GET', `/v2/team/app/manifests/${reference}`);
      expect(answer.headers.get('content-type')).toBe(imageType);
      expect(answer.headers.get('docker-content-digest')).toBe(digest);
      expect(digestOf(await answer.text())).toBe(digest);
      const head = await client.send('HEAD', `/v2/team/app/manifests/${reference}`);
      expect([head.status, head.headers.get('docker-content-digest')]).toEqual([200, digest]);
    }
  });

  test('that the client has already is not sent again', async () => {
    const digest = await client.artifact('app', 'v1', 'hello');
    const answer = await client.send('GET', '/v2/app/manifests/v1', {
      headers: { 'if-none-match': `"${digest}"`, 'cache-control': 'max-age=0' },
    });
    expect([answer.status, await answer.text()]).toEqual([304, '']);
  });

  test('is told of when it has come, with the tags that point at it', async () => {
    const digest = await client.artifact('app', 'v1', 'hello');
    const manifest = await textAt('/v2/app/manifests/v1');
    const answer = await client.manifest('app', `${digest}?tag=1&tag=latest`, manifest);
    expect(answer.headers.get('oci-tag')).toBe('1, latest');
    expect(pushes).toEqual([
      { repository: 'app', digest, tags: ['v1'] },
      { repository: 'app', digest, tags: ['1', 'latest'] },
    ]);
  });

  test('of Docker, and an index, are taken too', async () => {
    const digest = await client.artifact('app', 'v1', 'hello');
    const docker = 'application/vnd.docker.distribution.manifest.v2+json';
    const value = JSON.parse(await textAt('/v2/app/manifests/v1'));
    expect((await client.manifest('app', 'docker', { ...value, mediaType: docker })).status).toBe(201);
    const entry = { mediaType: imageType, digest, size: 10 };
    const index = { schemaVersion: 2, mediaType: indexType, manifests: [entry] };
    expect((await client.manifest('app', 'index', index)).status).toBe(201);
    const answer = await client.send('GET', '/v2/app/manifests/index');
    expect(answer.headers.get('content-type')).toBe(indexType);
  });

  const digest = digestOf('nothing');
  const good = manifestOf(digest, digest, 7);
  test.each<[string, object | string, [number, string]]>([
    ['names a blob that is not there', good, [404, 'MANIFEST_BLOB_UNKNOWN']],
    ['is no JSON', '{', [400, 'MANIFEST_INVALID']],
    ['is no object', '[]', [400, 'MANIFEST_INVALID']],
    ['is an image and an index', { ...good, manifests: [] }, [400, 'MANIFEST_INVALID']],
    ['is of another version', { ...good, schemaVersion: 1 }, [400, 'MANIFEST_INVALID']],
    ['is of an unknown type', { ...good, mediaType: 'text/html' }, [415, 'MANIFEST_INVALID']],
    ['has a layer without a size', { ...good, layers: [{ digest }] }, [400, 'MANIFEST_INVALID']],
    ['has a layer without a digest', { ...good, layers: [{ size: 1 }] }, [400, 'MANIFEST_INVALID']],
    ['has no list of layers', { ...good, layers: 1 }, [400, 'MANIFEST_INVALID']],
    ['has no config', { ...good, config: undefined }, [400, 'MANIFEST_INVALID']],
    ['is too large', { ...good, annotations: { a: 'x'.repeat(4 * 2 ** 20) } }, [413, 'SIZE_INVALID']],
  ])('that %s is refused', async (_, value, expected) => {
    expect(await codeOf(await client.manifest('app', 'v1', value))).toEqual(expected);
    expect((await client.send('GET', '/v2/app/manifests/v1')).status).toBe(404);
  });

  test('is refused under a digest or a type that are not its own', async () => {
    await client.artifact('app', 'v1', 'hello');
    const manifest = await textAt('/v2/app/manifests/v1');
    expect(await codeOf(await client.manifest('app', digest, manifest))).toEqual([400, 'DIGEST_INVALID']);
    const headers = { 'content-type': indexType };
    const other = await client.send('PUT', '/v2/app/manifests/v1', { body: manifest, headers });
    expect(await codeOf(other)).toEqual([400, 'MANIFEST_INVALID']);
  });

  test('may stand behind tags that nobody has pushed', async () => {
    const digest = await client.artifact('app', 'v1', 'hello');
    await registry.stop();
    await start({
      resolve: (repository, tag) => (repository === 'app' && tag === 'any' ? digest : undefined),
    });
    const statusOf = async (path: string) => (await client.send('HEAD', path)).status;
    expect(await statusOf('/v2/app/manifests/any')).toBe(200);
    expect(await statusOf('/v2/app/manifests/other')).toBe(404);
    expect(await statusOf('/v2/b/manifests/any')).toBe(404);
  });

  test('that is deleted takes its tags along, and a tag takes nothing', async () => {
    const digest = await client.artifact('app', 'v1', 'hello');
    await client.manifest('app', 'v2', await textAt('/v2/app/manifests/v1'));
    expect((await client.send('DELETE', '/v2/app/manifests/v2')).status).toBe(202);
    expect((await client.send('HEAD', '/v2/app/manifests/v1')).status).toBe(200);
    expect((await client.send('DELETE', `/v2/app/manifests/${digest}`)).status).toBe(202);
    expect((await client.send('HEAD', '/v2/app/manifests/v1')).status).toBe(404);
    expect((await client.send('DELETE', `/v2/app/manifests/${digest}`)).status).toBe(404);
  });
});

test('repositories below a path can be forgotten', async () => {
  for (const name of ['team/app', 'team/a/b', 'team', 'team-b/app', 'teama'])
    await client.artifact(name, 'v1', 'x');
  registry.forget('team');
  const left = await (await client.send('GET', '/v2/_catalog')).json();
  expect(left).toEqual({ repositories: ['team', 'team-b/app', 'teama'] });
  expect((await client.send('HEAD', '/v2/team/app/manifests/v1')).status).toBe(404);
  expect((await client.send('HEAD', '/v2/team/manifests/v1')).status).toBe(200);
});

describe('a blob', () => {
  const begin = async (query = '') => {
    const answer = await client.send('POST', `/v2/app/blobs/uploads/${query}`);
    return { status: answer.status, place: answer.headers.get('location')! };
  };
  const part = (place: string, body: string, range?: string) =>
    client.send('PATCH', place, { body, headers: range === undefined ? {} : { 'content-range': range } });

  test('comes in parts, in order, and the registry says how far it is', async () => {
    const { place } = await begin();
    expect((await part(place, 'hello ', '0-5')).headers.get('range')).toBe('0-5');
    const late = await part(place, 'world', '7-11');
    expect([late.status, late.headers.get('range')]).toEqual([416, '0-5']);
    expect((await client.send('GET', place)).headers.get('range')).toBe('0-5');
    const digest = digestOf('hello world');
    const last = await client.send('PUT', `${place}?digest=${digest}`, { body: 'world' });
    expect([last.status, last.headers.get('location')]).toEqual([201, `/v2/app/blobs/${digest}`]);
    expect(await textAt(`/v2/app/blobs/${digest}`)).toBe('hello world');
    expect((await client.send('GET', place)).status).toBe(404);
  });

  test('that is not what its digest says is not kept', async () => {
    const { place } = await begin();
    const digest = digestOf('another');
    const answer = await client.send('PUT', `${place}?digest=${digest}`, { body: 'hello' });
    expect(await codeOf(answer)).toEqual([400, 'DIGEST_INVALID']);
    expect((await client.send('HEAD', `/v2/app/blobs/${digest}`)).status).toBe(404);
    expect(filesIn(join(root(), 'uploads'))).toEqual([]);
    const once = await client.send('POST', `/v2/app/blobs/uploads/?digest=${digest}`, { body: 'hello' });
    expect(await codeOf(once)).toEqual([400, 'DIGEST_INVALID']);
    expect(filesIn(join(root(), 'uploads'))).toEqual([]);
  });

  test('may go by sha512', async () => {
    const { place } = await begin();
    const digest = digestOf('hello', 'sha512');
    expect((await client.send('PUT', `${place}?digest=${digest}`, { body: 'hello' })).status).toBe(201);
    expect(await textAt(`/v2/app/blobs/${digest}`)).toBe('hello');
  });

  test('that is given up leaves nothing', async () => {
    const { place } = await begin();
    await part(place, 'hello');
    expect((await client.send('DELETE', place)).status).toBe(204);
    expect(await codeOf(await part(place, 'world'))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    expect(filesIn(join(root(), 'uploads'))).toEqual([]);
  });

  test('is on its way into one repository only', async () => {
    const { place } = await begin();
    expect(await codeOf(await part(place.replace('app', 'other'), 'x'))).toEqual([
      404,
      'BLOB_UPLOAD_UNKNOWN',
    ]);
  });

  test('of another repository is taken over without being sent', async () => {
    const digest = await client.blob('team/one', 'hello');
    expect((await client.send('HEAD', `/v2/app/blobs/${digest}`)).status).toBe(404);
    expect((await begin(`?mount=${digest}&from=team/two`)).status).toBe(202);
    expect(await begin(`?mount=${digest}&from=team/one`)).toEqual({
      status: 201,
      place: `/v2/app/blobs/${digest}`,
    });
    expect((await client.send('DELETE', `/v2/team/one/blobs/${digest}`)).status).toBe(202);
    expect(await textAt(`/v2/app/blobs/${digest}`)).toBe('hello');
    expect((await client.send('DELETE', `/v2/app/blobs/${digest}`)).status).toBe(202);
    expect(filesIn(join(root(), 'blobs'))).toEqual([]);
  });

  test.each<[string, number, string, string | null]>([
    ['bytes=0-4', 206, 'hello', 'bytes 0-4/11'],
    ['bytes=6-', 206, 'world', 'bytes 6-10/11'],
    ['bytes=-3', 206, 'rld', 'bytes 8-10/11'],
    ['bytes=6-100', 206, 'world', 'bytes 6-10/11'],
    ['bytes=0-0,2-3', 200, 'hello world', null],
    ['bytes=5-3', 200, 'hello world', null],
    ['lines=1-2', 200, 'hello world', null],
  ])('in part: %s', async (range, status, text, told) => {
    const digest = await client.blob('app', 'hello world');
    const answer = await client.send('GET', `/v2/app/blobs/${digest}`, { headers: { range } });
    expect([answer.status, await answer.text(), answer.headers.get('content-range')]).toEqual([
      status,
      text,
      told,
    ]);
  });

  test('has no bytes after its last one', async () => {
    const digest = await client.blob('app', 'hello');
    const answer = await client.send('GET', `/v2/app/blobs/${digest}`, { headers: { range: 'bytes=5-' } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */5']);
  });
});

describe('lists', () => {
  test('of tags and repositories have pages, in order', async () => {
    for (const tag of ['b', 'a', 'B', 'c']) await client.artifact('team/app', tag, tag);
    await client.artifact('app', 'v1', 'x');
    const first = await client.send('GET', '/v2/team/app/tags/list?n=3');
    expect(await first.json()).toEqual({ name: 'team/app', tags: ['B', 'a', 'b'] });
    expect(first.headers.get('link')).toBe('</v2/team/app/tags/list?n=3&last=b>; rel="next"');
    const second = await client.send('GET', '/v2/team/app/tags/list?n=3&last=b');
    expect([await second.json(), second.headers.get('link')]).toEqual([
      { name: 'team/app', tags: ['c'] },
      null,
    ]);
    expect(await (await client.send('GET', '/v2/_catalog?n=1')).json()).toEqual({ repositories: ['app'] });
    expect(await codeOf(await client.send('GET', '/v2/nobody/tags/list'))).toEqual([404, 'NAME_UNKNOWN']);
  });

  test('of referrers tell what they are, can be filtered, and have pages', async () => {
    const subject = { mediaType: imageType, digest: digestOf('subject'), size: 1 };
    const content = await client.blob('app', '{}');
    for (let i = 0; i < 101; i++) {
      const artifactType = i === 0 ? 'a/one' : 'a/many';
      const value = { ...manifestOf(content, content, 2), subject, artifactType, annotations: { n: `${i}` } };
      const pushed = await client.manifest('app', digestOf(JSON.stringify(value)), value);
      expect(pushed.headers.get('oci-subject')).toBe(subject.digest);
    }
    const path = `/v2/app/referrers/${subject.digest}`;
    const first = await client.send('GET', path);
    expect(first.headers.get('content-type')).toBe(indexType);
    const { manifests } = (await first.json()) as { manifests: object[] };
    expect(manifests).toHaveLength(100);
    const [, next = ''] = /^<([^>]+)>/.exec(first.headers.get('link')!) ?? [];
    expect(
      ((await (await client.send('GET', next)).json()) as { manifests: object[] }).manifests,
    ).toHaveLength(1);
    const filtered = await client.send('GET', `${path}?artifactType=a/one`);
    expect(filtered.headers.get('oci-filters-applied')).toBe('artifactType');
    expect(await filtered.json()).toMatchObject({
      manifests: [{ artifactType: 'a/one', annotations: { n: '0' } }],
    });
    expect(await (await client.send('GET', `/v2/app/referrers/${digestOf('none')}`)).json()).toMatchObject({
      manifests: [],
    });
  });
});

describe('after a restart', () => {
  test('everything is there, and the token is the same', async () => {
    const digest = await client.artifact('app', 'v1', 'hello');
    const { token } = registry;
    await registry.stop();
    await start();
    expect(registry.token).toBe(token);
    expect((await client.send('HEAD', '/v2/app/manifests/v1')).headers.get('docker-content-digest')).toBe(
      digest,
    );
    expect(await textAt(`/v2/app/blobs/${digestOf('hello')}`)).toBe('hello');
  });

  test('what was under way and what nobody has is gone', async () => {
    const digest = await client.blob('app', 'hello');
    await client.send('POST', '/v2/app/blobs/uploads/');
    await registry.stop();
    const lost = digestOf('lost').slice('sha256:'.length);
    writeFileSync(join(root(), 'blobs/sha256', digest.slice(7, 9), lost), 'lost');
    writeFileSync(join(root(), 'uploads'), 'no folder');
    await start();
    expect(filesIn(join(root(), 'blobs'))).toEqual([digest.slice('sha256:'.length)]);
    expect(filesIn(join(root(), 'uploads'))).toEqual([]);
  });

  test('a ledger that is damaged is set aside and told of', async () => {
    await client.artifact('app', 'v1', 'hello');
    await registry.stop();
    writeFileSync(
      join(root(), 'ledger.db'),
      'this is no database, and long enough not to be taken for an empty one',
    );
    await start();
    expect(told.join()).toContain('set aside');
    expect(readFileSync(join(root(), 'ledger.db.damaged'), 'utf8')).toContain('no database');
    await client.artifact('app', 'v1', 'hello');
  });

  test('a blob that the disk has lost can be pushed again', async () => {
    const digest = await client.blob('app', 'hello');
    rmSync(join(root(), 'blobs'), { recursive: true });
    expect((await client.send('GET', `/v2/app/blobs/${digest}`)).status).toBe(404);
    await client.blob('app', 'hello');
    expect(await textAt(`/v2/app/blobs/${digest}`)).toBe('hello');
  });
});

test('a folder is for one process, and for its owner', async () => {
  await expect(startRegistry({ root: root() })).rejects.toThrow('in use by another process');
  expect(statSync(root()).mode & 0o777).toBe(0o700);
  expect(statSync(join(root(), '.push-token')).mode & 0o777).toBe(0o600);
});
