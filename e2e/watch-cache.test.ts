import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@millrace/cluster';
import {
  type Change,
  type KubeClient,
  type KubeObject,
  kubeClient,
  loadConnection,
  type WatchCache,
  watchCache,
} from '@millrace/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { millrace } from './process.ts';

const configMaps = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', labelSelector: 'test=watch' };

const configMap = (name: string, value = ''): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels: { test: 'watch' } },
    data: { value },
  }) as KubeObject;

const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name });

const keys = (cache: WatchCache<unknown>, names: string[]) =>
  names.filter(name => cache.get(`default/${name}`) !== undefined);

/** A way to the server that can be cut. */
async function cuttable(port: number) {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer(near => {
    if (isCut) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket);
          near.destroy();
          far.destroy();
        });
    }
    return near.pipe(far).pipe(near);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      isCut = true;
      for (const socket of open) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    stop: () => new Promise(resolve => server.close(resolve)),
  };
}

describe('a watch cache', () => {
  let cluster: Cluster;
  let client: KubeClient;
  let writer: KubeClient;
  let way: Awaited<ReturnType<typeof cuttable>>;
  let cache: WatchCache<KubeObject>;
  let changes: Change<KubeObject>[];

  beforeEach(async () => {
    cluster = await startCluster({
      inMemory: true,
      simulate: false,
      history: { events: 50, bytes: 1_000_000 },
    });
    const port = new URL(cluster.url).port;
    way = await cuttable(Number(port));
    writer = kubeClient(loadConnection({ text: cluster.kubeconfig }));
    client = kubeClient(loadConnection({ text: cluster.kubeconfig.replaceAll(port, String(way.port)) }));
    cache = watchCache<KubeObject>(client, configMaps, {
      project: object => object,
      indexes: { value: object => [(object as KubeObject & { data: { value: string } }).data.value] },
    });
    changes = [];
    await cache.synced();
    cache.subscribe(change => changes.push(change));
  });
  afterEach(async () => {
    cache.stop();
    way.cut();
    await Promise.all([client.close(), writer.close(), way.stop()]);
    await cluster.stop();
  });

  test('follows what happens, and finds by index', async () => {
    await writer.create(configMap('a', 'red'), { as: 'own' });
    await writer.create(configMap('b', 'red'), { as: 'own' });
    await expect
      .poll(() =>
        cache
          .indexed('value', 'red')
          .map(o => o.metadata.name)
          .sort(),
      )
      .toEqual(['a', 'b']);
    await writer.patch(ref('a'), 'merge', { data: { value: 'blue' } }, { as: 'own' });
    await expect.poll(() => cache.indexed('value', 'red').map(o => o.metadata.name)).toEqual(['b']);
    await writer.delete(ref('b'), { as: 'own' });
    await expect.poll(() => cache.size).toBe(1);
    expect(changes.map(({ before, after }) => [before !== undefined, after !== undefined])).toEqual([
      [false, true],
      [false, true],
      [true, true],
      [true, false],
    ]);
  });

  test('what leaves the selection leaves the cache', async () => {
    await writer.create(configMap('a'), { as: 'own' });
    await expect.poll(() => cache.size).toBe(1);
    await writer.patch(ref('a'), 'merge', { metadata: { labels: { test: null } } }, { as: 'own' });
    await expect.poll(() => cache.size).toBe(0);
  });

  test('goes on after a broken connection, without a gap', async () => {
    await writer.create(configMap('a'), { as: 'own' });
    await expect.poll(() => cache.size).toBe(1);
    way.cut();
    await writer.delete(ref('a'), { as: 'own' });
    await writer.create(configMap('b'), { as: 'own' });
    expect(keys(cache, ['a', 'b'])).toEqual(['a']);
    way.mend();
    await expect.poll(() => keys(cache, ['a', 'b']), { timeout: 10_000 }).toEqual(['b']);
    expect(changes.filter(({ after }) => !after).map(({ key }) => key)).toEqual(['default/a']);
  });

  test('lists anew when the server has forgotten what happened meanwhile', async () => {
    for (const name of ['a', 'b']) await writer.create(configMap(name, '1'), { as: 'own' });
    await expect.poll(() => cache.size).toBe(2);
    way.cut();
    await writer.delete(ref('a'), { as: 'own' });
    await writer.patch(ref('b'), 'merge', { data: { value: '2' } }, { as: 'own' });
    for (let i = 0; i < 200; i++)
      await writer.patch(ref('b'), 'merge', { data: { other: String(i) } }, { as: 'own' });
    way.mend();
    await expect.poll(() => keys(cache, ['a', 'b']), { timeout: 10_000 }).toEqual(['b']);
    expect(cache.indexed('value', '2')).toHaveLength(1);
    expect(changes.filter(({ after }) => !after).map(({ key }) => key)).toEqual(['default/a']);
  });
});

test('a watch cache survives the death of the server', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-watch-'));
  const args = ['cluster', 'start', '--data-dir', folder];
  const first = millrace(args);
  const path = (await first.saw(/export KUBECONFIG=(\S+)/))[1]!;
  const client = kubeClient(loadConnection({ path }));
  const cache = watchCache(client, configMaps, { project: object => object.metadata.name });
  await cache.synced();
  await client.create(configMap('before'), { as: 'own' });
  await expect.poll(() => cache.size).toBe(1);
  await first.kill();
  const second = millrace(args);
  await second.saw(/export KUBECONFIG/);
  await client.create(configMap('after'), { as: 'own' });
  await expect.poll(() => [...cache.values()].sort(), { timeout: 15_000 }).toEqual(['after', 'before']);
  cache.stop();
  await client.close();
  await second.stop();
  await rm(folder, { recursive: true });
});
