import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  BadFailureRule,
  BadSnapshot,
  ClusterDied,
  PortTaken,
  StoreUnusable,
  startCluster,
  startClusterThread,
  type ThreadCluster,
  type ThreadOptions,
} from '../index.ts';
import { type Client, connect } from '../testing/client.ts';

let folder: string;
const running: { stop(): Promise<void> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-thread-'));
});

afterEach(async () => {
  for (const each of running.splice(0).reverse()) await each.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: ThreadOptions = { inMemory: true }): Promise<ThreadCluster> {
  const cluster = await startClusterThread(options);
  running.push(cluster);
  return cluster;
}

function clientOf(kubeconfig: string): Client {
  const client = connect(kubeconfig);
  running.push({ stop: async () => client.close() });
  return client;
}

const configMaps = '/api/v1/namespaces/default/configmaps';

test('answers while the thread that started it does nothing but wait', async () => {
  const { url } = await start();
  const ask = `fetch(${JSON.stringify(`${url}/readyz`)}).then(answer => answer.text()).then(text => process.stdout.write(text))`;
  const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' };
  expect(execFileSync(process.execPath, ['-e', ask], { env, encoding: 'utf8' })).toBe('ok');
});

describe('a request by messages', () => {
  const headers = { accept: 'application/json' };
  const ask = (cluster: ThreadCluster, method: string, path: string, body?: object, more = {}) =>
    cluster.ask({
      method,
      path,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }), ...more },
      ...(body && { body: JSON.stringify(body) }),
    });

  test('is answered as by HTTP', async () => {
    const cluster = await start();
    const client = clientOf(cluster.kubeconfig);
    const made = await ask(cluster, 'POST', configMaps, { metadata: { name: 'a' }, data: { key: 'ä🚰' } });
    expect(made.statusCode).toBe(201);
    for (const path of [
      `${configMaps}/a`,
      configMaps,
      `${configMaps}?limit=1`,
      `${configMaps}/b`,
      '/version',
      '/nowhere',
      '/api/v1/componentstatuses',
      '/openapi/v3',
      '/readyz',
    ]) {
      const { code, body, headers: theirs } = await client.get(path, headers);
      const ours = await ask(cluster, 'GET', path);
      const json = ours.headers['content-type'] === 'application/json';
      expect([path, ours.statusCode, json ? JSON.parse(ours.text) : ours.text]).toEqual([path, code, body]);
      for (const name of ['content-type', 'etag', 'vary'] as const)
        expect(ours.headers[name]).toBe(theirs[name]);
      expect([ours.headers.warning ?? []].flat().join(', ')).toBe(theirs.warning ?? '');
    }
    expect((await ask(cluster, 'HEAD', `${configMaps}/a`)).text).toBe('');
    expect((await ask(cluster, 'DELETE', `${configMaps}/a`)).statusCode).toBe(200);
    expect((await client.get(`${configMaps}/a`)).code).toBe(404);
  });

  test('is answered whole, however long that is', async () => {
    const cluster = await start();
    const data = { value: 'x'.repeat(500_000) };
    for (const name of ['a', 'b', 'c', 'd'])
      await ask(cluster, 'POST', configMaps, { metadata: { name }, data });
    const { items } = JSON.parse((await ask(cluster, 'GET', configMaps)).text);
    expect(items.slice(0, 4).map((one: { data: object }) => one.data)).toEqual([data, data, data, data]);
  });

  test('is one of the administrator, or of whom it names, with all of their groups', async () => {
    const cluster = await start();
    const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const who = async (more = {}) =>
      JSON.parse((await ask(cluster, 'POST', review, {}, more)).text).status?.userInfo;
    expect(await who()).toMatchObject({
      username: 'kubernetes-admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    const jane = { 'impersonate-user': 'jane', 'impersonate-group': ['a', 'b,c'] };
    expect(await who(jane)).toMatchObject({ username: 'jane', groups: ['a', 'b,c', 'system:authenticated'] });
    expect((await ask(cluster, 'GET', configMaps, undefined, jane)).statusCode).toBe(403);
    for (const nobody of ['', ' '])
      expect(
        (await ask(cluster, 'GET', configMaps, undefined, { 'impersonate-user': nobody })).statusCode,
      ).toBe(400);
  });

  test('is refused where it is too large, no JSON, or has no end', async () => {
    const cluster = await start();
    const large = { metadata: { name: 'a' }, data: { value: 'x'.repeat(3 * 2 ** 20) } };
    expect((await ask(cluster, 'POST', configMaps, large)).statusCode).toBe(413);
    const broken = {
      method: 'POST',
      path: configMaps,
      headers: { 'content-type': 'application/json' },
      body: '{',
    };
    expect((await cluster.ask(broken)).statusCode).toBe(400);
    expect((await ask(cluster, 'GET', `${configMaps}?watch=true`)).statusCode).toBe(400);
  });

  test('fails where the cluster is stopped', async () => {
    const cluster = await startClusterThread({ inMemory: true });
    const last = ask(cluster, 'GET', configMaps);
    await cluster.stop();
    expect([200, 'ClusterDied']).toContain(
      await last.then(
        ({ statusCode }) => statusCode,
        ({ name }) => name,
      ),
    );
    await expect(ask(cluster, 'GET', configMaps)).rejects.toThrow(ClusterDied);
  });
});

test('makes kubeconfigs for further users', async () => {
  const cluster = await start();
  const jane = clientOf(cluster.kubeconfigFor('jane', ['developers']));
  const { body } = await jane.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
  expect(body.status.userInfo).toMatchObject({
    username: 'jane',
    groups: ['developers', 'system:authenticated'],
  });
});

test('goes back to a snapshot, and to the start', async () => {
  const cluster = await start();
  const client = clientOf(cluster.kubeconfig);
  const pristine = await cluster.snapshot();
  await client.post(configMaps, { metadata: { name: 'a' } });
  const withOne = await cluster.snapshot();
  await cluster.restore(pristine);
  expect((await client.get(`${configMaps}/a`)).code).toBe(404);
  await cluster.restore(withOne);
  expect((await client.get(`${configMaps}/a`)).code).toBe(200);
  await cluster.wipe();
  expect((await client.get(`${configMaps}/a`)).code).toBe(404);
  await expect(cluster.restore(new TextEncoder().encode('nonsense'))).rejects.toThrow(BadSnapshot);
});

test('keeps its data and its kubeconfig in a folder', async () => {
  const first = await startClusterThread({ dataDir: folder });
  const client = clientOf(first.kubeconfig);
  await client.post(configMaps, { metadata: { name: 'kept' } });
  await first.stop();
  const second = await start({ dataDir: folder });
  expect(second.kubeconfigPath).toBe(join(folder, 'kubeconfig'));
  expect(second.url).toBe(first.url);
  expect((await clientOf(second.kubeconfig).get(`${configMaps}/kept`)).code).toBe(200);
});

test('tells why it cannot start, as without a thread', async () => {
  const holder = await startCluster({ dataDir: folder });
  running.push(holder);
  await expect(startClusterThread({ dataDir: folder })).rejects.toThrow(StoreUnusable);
  const port = Number(new URL(holder.url).port);
  await expect(startClusterThread({ inMemory: true, port })).rejects.toThrow(PortTaken);
  await expect(
    startClusterThread({ inMemory: true, simulate: { failures: [{ delay: 'soon' }] } }),
  ).rejects.toThrow(BadFailureRule);
});

test('stops once, however often it is asked', async () => {
  const cluster = await startClusterThread({ inMemory: true });
  await Promise.all([cluster.stop(), cluster.stop()]);
  await cluster.stop();
  await expect(fetch(`${cluster.url}/version`)).rejects.toThrow();
});

test('a thread that dies is told of, and answers nobody any more', async () => {
  const death = Promise.withResolvers<ClusterDied>();
  const cluster = await startClusterThread({
    inMemory: true,
    onDeath: death.resolve,
    // More than this heap can hold.
    maxHeapMegabytes: 40,
  });
  const client = clientOf(cluster.kubeconfig);
  const value = 'x'.repeat(900_000);
  let ended = false;
  void death.promise.then(() => (ended = true));
  for (let i = 0; !ended && i < 200; i++)
    await client.post(configMaps, { metadata: { name: `large-${i}` }, data: { value } }).catch(() => {});
  expect(await death.promise).toBeInstanceOf(ClusterDied);
  await expect(cluster.snapshot()).rejects.toThrow(ClusterDied);
  await cluster.stop();
});
