import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, request as httpRequest, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { GitRepository, Kustomization } from '@millrace/api';
import { digestOf } from '@millrace/artifact';
import { type GitServer, startGitServer } from '@millrace/cluster';
import type { KubeObject } from '@millrace/kube';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneOf } from './fleet.ts';
import { configMap, isReady, readyOf, type System, startSystem } from './system.ts';

/** A certificate of its own authority, for 127.0.0.1, that only these tests trust. */
const tls = {
  key: readFileSync(new URL('./tls/key.pem', import.meta.url)),
  cert: readFileSync(new URL('./tls/cert.pem', import.meta.url), 'utf8'),
};

/** HTTPS in front of an HTTP server, for those who may enter. */
async function encrypted(url: string, mayEnter: (authorization: string | undefined) => boolean) {
  const server = createServer(tls, (request, response) => {
    if (!mayEnter(request.headers.authorization)) return response.writeHead(401).end();
    const onward = httpRequest(
      url + request.url,
      { method: request.method, headers: request.headers },
      answer => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    return request.pipe(onward);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      return new Promise(resolve => server.close(resolve));
    },
  };
}

describe('a repository behind HTTPS and a password', () => {
  let system: System;
  let git: GitServer;
  let front: Awaited<ReturnType<typeof encrypted>>;
  let folder: string;
  let accepted: (authorization: string | undefined) => boolean;

  beforeAll(async () => {
    system = await startSystem();
    folder = await mkdtemp(join(tmpdir(), 'millrace-https-'));
    git = await startGitServer({ root: folder });
    front = await encrypted(git.url, authorization => accepted(authorization));
    accepted = () => true;
    const clone = await cloneOf(await git.createRepository('private', { defaultBranch: 'main' }));
    await clone.push('Start', { 'app/a.yaml': configMap('a', 'a') });
    await rm(clone.path, { recursive: true });
  });
  afterAll(async () => {
    await Promise.all([front.stop(), git.stop(), system.stop()]);
    await rm(folder, { recursive: true });
  });

  const secret = (data: Record<string, string>) => {
    const encoded = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'access', namespace: system.namespace },
      data: encoded,
    };
    return system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };

  test('is fetched with the authority, name and password of its Secret; a corrected Secret is taken up at once', async () => {
    accepted = authorization => authorization === `Basic ${btoa('me:right')}`;
    await secret({ username: 'me', password: 'wrong', 'ca.crt': tls.cert });
    await system.source('private', `${front.url}/private.git`, { secretRef: { name: 'access' } });
    const source = system.ref('GitRepository', 'private');
    await system.until(source, 'refused', o => readyOf(o)?.reason === 'GitOperationFailed');
    await secret({ username: 'me', password: 'right', 'ca.crt': tls.cert });
    const ready = await system.until<GitRepository>(source, 'ready', isReady);
    expect(ready.status?.artifact?.revision).toMatch(/^main@sha1:[0-9a-f]{40}$/);
    expect(ready.status?.conditions?.map(({ type }) => type)).toEqual(['Ready', 'ArtifactInStorage']);
  });

  test('is fetched with a token', async () => {
    accepted = authorization => authorization === 'Bearer a-token';
    await secret({ bearerToken: 'a-token', 'ca.crt': tls.cert });
    await system.source('token', `${front.url}/private.git`, { secretRef: { name: 'access' } });
    await system.until(system.ref('GitRepository', 'token'), 'ready', isReady);
  });

  test('is not trusted without its authority', async () => {
    accepted = () => true;
    await system.source('untrusted', `${front.url}/private.git`, { timeout: '5s' });
    const failed = await system.until(
      system.ref('GitRepository', 'untrusted'),
      'refused',
      o => readyOf(o)?.status === 'False',
    );
    expect(readyOf(failed)).toMatchObject({
      reason: 'GitOperationFailed',
      message: expect.stringMatching(/certificate|SSL|TLS/i),
    });
  });

  test('an archive with an entry that climbs out of its folder is refused, and what was applied stays', async () => {
    accepted = () => true;
    await secret({ 'ca.crt': tls.cert });
    await system.source('source', `${front.url}/private.git`, { secretRef: { name: 'access' } });
    const spec = {
      path: './app',
      targetNamespace: system.namespace,
      sourceRef: { kind: 'GitRepository', name: 'source' },
    } as Partial<Kustomization['spec']>;
    await system.kustomization('app', spec);
    await system.until(system.ref('Kustomization', 'app'), 'ready', isReady);

    const tar = pack();
    tar.entry({ name: '../../outside.yaml' }, configMap('a', 'evil'));
    tar.entry({ name: 'app/a.yaml' }, configMap('a', 'evil'));
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    const archive = gzipSync(Buffer.concat(chunks));
    const server = createHttpServer((_, response) => response.end(archive));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.tar.gz`;
    await system.source('source', `${front.url}/private.git`, {
      secretRef: { name: 'access' },
      suspend: true,
    });
    const artifact = {
      url,
      digest: digestOf(archive),
      revision: 'main@sha1:0000000000000000000000000000000000000000',
      path: 'x.tar.gz',
      lastUpdateTime: '2026-01-01T00:00:00Z',
    };
    await system.client.patch(
      system.ref('GitRepository', 'source'),
      'merge',
      { status: { artifact } },
      { as: 'own', subresource: 'status' },
    );
    const failed = await system.until(
      system.ref('Kustomization', 'app'),
      'refused',
      o => readyOf(o)?.status === 'False',
    );
    expect(readyOf(failed)?.message).toMatch(/"\.\.\/\.\.\/outside\.yaml" climbs out of its folder/);
    expect(((await system.get(system.ref('ConfigMap', 'a'))) as KubeObject & { data: object }).data).toEqual({
      value: 'a',
    });
    server.close();
  });
});

describe('a repository of a stranger', () => {
  let system: System;
  let closing: (() => void)[];
  beforeAll(async () => {
    system = await startSystem();
    closing = [];
  });
  afterAll(async () => {
    for (const close of closing) close();
    await system.stop();
  });

  const listen = async (answer: RequestListener) => {
    const server = createHttpServer(answer);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const failed = (name: string) =>
    system.until<GitRepository>(
      system.ref('GitRepository', name),
      'refused',
      o => readyOf(o)?.status === 'False',
    );

  test('that is empty is called so', async () => {
    const { url } = await system.repository('empty');
    await system.source('empty', url);
    const found = await failed('empty');
    expect(readyOf(found)).toMatchObject({
      reason: 'EmptyGitRepository',
      message: 'git repository is empty',
    });
    expect(found.status?.conditions?.[0]).toMatchObject({
      type: 'Reconciling',
      message: 'building artifact',
    });
  });

  test('that has not the commit that is asked for is said not to have it, and is tried again', async () => {
    const { url, clone } = await system.repository('lacking');
    await clone.push('Start', { 'a.yaml': configMap('a', 'a') });
    const commit = 'f'.repeat(40);
    await system.source('lacking', url, { ref: { commit } });
    const { status } = await failed('lacking');
    expect(status?.conditions).toMatchObject([
      { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry' },
      {
        type: 'Ready',
        reason: 'GitOperationFailed',
        message: `failed to checkout and determine revision: unable to resolve commit object for '${commit}': object not found`,
      },
      { type: 'FetchFailed', status: 'True' },
    ]);
  });

  test('without the folder of sparseCheckout keeps its last artifact', async () => {
    const { url, clone } = await system.repository('sparse');
    await clone.push('Start', { 'apps/a.yaml': configMap('a', 'a'), 'docs/b.md': 'b' });
    await system.source('sparse', url, { sparseCheckout: ['apps'] });
    const before = await system.until<GitRepository>(system.ref('GitRepository', 'sparse'), 'ready', isReady);
    await system.source('sparse', url, { sparseCheckout: ['apps', 'aps'] });
    const after = await failed('sparse');
    expect(readyOf(after)).toMatchObject({
      reason: 'GitOperationFailed',
      message: expect.stringContaining("sparse checkout dir 'aps' does not exist"),
    });
    expect((after as GitRepository).status?.artifact).toEqual(before.status?.artifact);
  });

  test('shows no password of its URL, whatever its server repeats, and no escape of its commits', async () => {
    const place = await listen((request, response) => {
      const basic = request.headers.authorization?.replace('Basic ', '') ?? '';
      const said = `you sent ${Buffer.from(basic, 'base64')} as ${basic}`;
      response.writeHead(403, { 'content-type': 'text/plain' }).end(`\u001b[31m${said}\u0007\n`);
    });
    await system.source('password', `http://me:hunter2%40home@${place}/a.git`);
    const refused = await failed('password');
    const { url, clone } = await system.repository('escapes');
    await clone.push('Sub\u001b[31mject\u0007', { 'a.yaml': configMap('a', 'a') });
    await system.source('escapes', url);
    const shown = await system.until(system.ref('GitRepository', 'escapes'), 'ready', isReady);
    const events = await system.client.listAll('v1', 'Event', { namespace: system.namespace, as: 'own' });
    const said = JSON.stringify([refused.status, shown.status, events.items]) + system.controllers.output();
    expect(readyOf(refused)?.message).toContain(`http://${place}/a.git`);
    expect(said).not.toMatch(/hunter2|aHVudGVyMg|bWU6aHVudGVy/);
    expect(said).toContain('Subject');
    expect(said).not.toMatch(/\\u001b|\\u0007|[\u001b\u0007]/);
  });

  test('that stalls holds up neither others nor its own deletion, and leaves no process', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `stalls-${i}`);
    for (const name of names) {
      const place = await listen(() => {});
      await system.source(name, `http://${place}/a.git`, { timeout: '10m' });
    }
    const { url, clone } = await system.repository('quick');
    await clone.push('Start', { 'a.yaml': configMap('a', 'a') });
    await system.source('quick', url);
    await system.until(system.ref('GitRepository', 'quick'), 'ready', isReady);
    await Promise.all(
      names.map(name => system.client.delete(system.ref('GitRepository', name), { as: 'own' })),
    );
    for (const name of names)
      await system.until(system.ref('GitRepository', name), 'deleted', object => object === undefined);
    const children = () =>
      execFileSync('ps', ['-eo', 'args'])
        .toString()
        .split('\n')
        .filter(line => line.includes('remote-http'));
    await expect.poll(() => children().filter(line => line.includes('/a.git'))).toEqual([]);
  });

  test('is fetched from however its artifact was damaged on disk', async () => {
    const { url, clone } = await system.repository('damaged');
    await clone.push('Start', { 'a.yaml': configMap('a', 'a') });
    await system.source('damaged', url);
    const source = system.ref('GitRepository', 'damaged');
    const before = await system.until<GitRepository>(source, 'ready', isReady);
    const address = before.status!.artifact!.url;
    const folder = join(system.folder, 'controllers/artifacts/gitrepository', system.namespace, 'damaged');
    const [name] = readdirSync(folder).filter(file => file !== 'latest.tar.gz');
    const damages = [
      () => rmSync(folder, { recursive: true }),
      () => writeFileSync(join(folder, name!), 'cut'),
      () => {
        rmSync(join(folder, name!));
        mkdirSync(join(folder, name!));
      },
      () => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, 'a file');
      },
    ];
    for (const [i, damage] of damages.entries()) {
      damage();
      const patch = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': `${i}` } } };
      await system.client.patch(source, 'merge', patch, { as: 'own' });
      await system.until<GitRepository>(
        source,
        'made again',
        o => o?.status?.lastHandledReconcileAt === `${i}`,
      );
      const served = await fetch(address);
      expect(digestOf(new Uint8Array(await served.arrayBuffer()))).toBe(before.status!.artifact!.digest);
    }
    const told = async () => {
      const place = { namespace: system.namespace, as: 'own' } as const;
      const { items } = await system.client.listAll('v1', 'Event', place);
      const events = items as (KubeObject & { involvedObject: { name: string }; reason: string })[];
      return events.map(({ involvedObject, reason }) => `${involvedObject.name} ${reason}`);
    };
    await expect.poll(told).toContain('damaged ArtifactVerificationFailed');
  });
});
