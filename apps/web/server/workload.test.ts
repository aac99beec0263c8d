import { customResourceDefinition, kustomization } from '@millrace/api';
import { type Cluster, startCluster } from '@millrace/cluster';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Look } from '../model/look.ts';
import type { Tree } from '../model/tree.ts';
import { startWeb, type Web } from './web.ts';

let cluster: Cluster;
let client: KubeClient;
let web: Web;
let cookie: string;

const own = { as: 'own', fieldManager: 'test' } as const;
const ask = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${web.port}${path}`, { ...init, headers: { cookie, ...init.headers } });
const object = (kind: string, name: string, namespace = 'shop') =>
  ask(`/api/object?${new URLSearchParams({ kind, namespace, name })}`);
const yaml = async (kind: string, name: string, namespace = 'shop') =>
  (await ask(`/api/yaml?${new URLSearchParams({ kind, namespace, name })}`)).text();
const look = async (kind: string, name: string, namespace?: string) =>
  (await (await object(kind, name, namespace)).json()) as Look;
const apply = (...objects: object[]) =>
  Promise.all(objects.map(one => client.apply(one as KubeObject, { ...own, force: true })));

const deployment = (name: string, annotations: Record<string, string> = {}, image = 'api:1') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, annotations },
      spec: { containers: [{ name: 'main', image }] },
    },
  },
});
const secret = (name: string, rest: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'shop' },
  ...rest,
});

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  await client.apply(customResourceDefinition(kustomization), own);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await apply(deployment('api'), deployment('broken', { 'simulate.millrace.dev/failure': 'crash-loop' }));
  web = await startWeb({ client });
  cookie = (await fetch(web.url, { redirect: 'manual' })).headers.get('set-cookie')!.split(';')[0]!;
});

afterAll(async () => {
  await web?.stop();
  await client?.close();
  await cluster?.stop();
});

describe('the page of any object', () => {
  test('tells how it is, what it belongs to, and what it runs', async () => {
    await expect.poll(async () => (await look('Deployment.apps', 'api')).row.state).toBe('ready');
    const found = await look('Deployment.apps', 'api');
    expect(found.row).toMatchObject({ kind: 'Deployment.apps', namespace: 'shop', name: 'api' });
    expect(found.workload?.pods).toMatchObject([
      { status: 'Running', ready: 1, of: 1, state: 'ready', restarts: 0 },
      { status: 'Running' },
    ]);
    const pod = await look('Pod.', found.workload!.pods[0]!.name);
    expect(pod.owners).toEqual([
      { kind: 'ReplicaSet.apps', namespace: 'shop', name: expect.stringMatching(/^api-/) },
    ]);
    expect(pod.workload?.pods).toHaveLength(1);
    expect((await look('ReplicaSet.apps', pod.owners[0]!.name)).workload?.pods).toHaveLength(2);
  });

  test('tells of Pods that crash, and how they ended', async () => {
    const pods = async () => (await look('Deployment.apps', 'broken')).workload?.pods;
    await expect.poll(pods).toMatchObject([
      {
        status: 'CrashLoopBackOff',
        state: 'failing',
        ready: 0,
        restarts: expect.any(Number),
        containers: [{ image: 'api:1', before: { exitCode: 1, reason: 'Error' } }],
      },
      {},
    ]);
  });

  test('is there for what is in no namespace', async () => {
    const { row } = await look('Namespace.', 'shop', '_');
    expect(row).toMatchObject({ kind: 'Namespace.', namespace: '', name: 'shop', state: 'ready' });
  });

  test.each([
    ['Secret', 'x', 400],
    ['', 'x', 400],
    ['Deployment.apps', '', 400],
    ['Nothing.example.com', 'x', 400],
    ['Deployment.', 'x', 400],
    ['__proto__.', 'x', 400],
    ['Deployment.apps', 'nobody', 404],
    ['Kustomization', 'nobody', 404],
    ['Deployment.apps', '..', 400],
  ])('%j %j is answered with %i', async (kind, name, status) => {
    const answer = await object(kind, name);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/./) });
  });

  test('events of one that had the name before are not told', async () => {
    const event = (name: string, uid: string) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'shop' },
      involvedObject: { kind: 'Deployment', name: 'api', namespace: 'shop', apiVersion: 'apps/v1', uid },
      reason: name,
      message: 'm',
      type: 'Normal',
      lastTimestamp: '2026-01-01T00:00:00Z',
    });
    await apply(event('former', 'gone'), event('nameless', ''));
    const reasons = (await look('Deployment.apps', 'api')).events.map(({ reason }) => reason);
    expect(reasons).toContain('nameless');
    expect(reasons).not.toContain('former');
  });
});

describe('what is secret stays on the server', () => {
  const hidden = 'c2VjcmV0';
  const annotations = {
    'kubectl.kubernetes.io/last-applied-configuration': `{"data":"${hidden}"}`,
    note: 'seen',
  };

  test.each([
    ['data', secret('data', { data: { password: hidden } })],
    ['stringData', secret('string-data', { stringData: { password: hidden } })],
    [
      'what kubectl applied',
      secret('applied', { metadata: { name: 'applied', namespace: 'shop', annotations } }),
    ],
    [
      'a release that helm keeps in a ConfigMap',
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'release', namespace: 'shop', labels: { owner: 'helm' } },
        data: { release: hidden },
      },
    ],
  ])('%s', async (_, given) => {
    await apply(given);
    const { kind, metadata } = given;
    const found =
      (await (await object(`${kind}.`, metadata.name)).text()) + (await yaml(`${kind}.`, metadata.name));
    expect(found).toContain(`name: ${metadata.name}`);
    expect(found).not.toContain(hidden);
    expect(found).not.toContain(Buffer.from(hidden).toString('base64'));
  });

  test('bytes of a ConfigMap are told by their number', async () => {
    const metadata = { name: 'bytes', namespace: 'shop' };
    await apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      binaryData: { a: 'AAAA' },
      data: { b: 'text' },
    });
    expect(await yaml('ConfigMap.', 'bytes')).toContain('a: (3 bytes)');
  });
});

describe('an inventory', () => {
  const entry = (namespace: string, name: string, group: string, kind: string) => ({
    id: `${namespace}_${name}_${group}_${kind}`,
    v: 'v1',
  });

  const kustomizationWith = async (name: string, entries: object[], spec: object = {}) => {
    const base = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name, namespace: 'shop' },
      spec: { interval: '1h', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...spec },
    };
    await apply(base);
    const status = { inventory: { entries } };
    const ref = { apiVersion: base.apiVersion, kind: base.kind, namespace: 'shop', name };
    await client.patch(ref, 'merge', { status } as never, { ...own, subresource: 'status' });
  };

  test('is told with its health, in its order, and where each is to be found', async () => {
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'all',
      'kustomize.toolkit.fluxcd.io/namespace': 'shop',
    };
    const names = ['m1', 'm2', 'm3', 'm4'];
    await apply(
      ...names.map(name => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'shop', ...(name === 'm4' ? {} : { labels }) },
      })),
    );
    await kustomizationWith('all', [
      entry('shop', 'gone', '', 'ConfigMap'),
      ...names.map(name => entry('shop', name, '', 'ConfigMap')),
      entry('shop', 'api', 'apps', 'Deployment'),
      entry('', 'shop', '', 'Namespace'),
      entry('shop', 'odd', 'example.com', 'Nothing'),
      { id: 'none', v: 'v1' },
    ]);
    const { applied } = await look('Kustomization', 'all');
    expect(applied.map(({ kind, name, health }) => `${kind} ${name} ${health}`)).toEqual([
      'ConfigMap. gone NotFound',
      ...names.map(name => `ConfigMap. ${name} Current`),
      'Deployment.apps api Current',
      'Namespace. shop Current',
      'Nothing.example.com odd Unknown',
    ]);
  });

  test('of another cluster is not looked for in this one', async () => {
    await kustomizationWith('far', [entry('shop', 'api', 'apps', 'Deployment')], {
      kubeConfig: { secretRef: { name: 'far' } },
    });
    expect((await look('Kustomization', 'far')).applied).toMatchObject([
      { health: 'Unknown', message: 'it is in another cluster' },
    ]);
  });
});

test('what changes of an object is told as it changes', async () => {
  const leaving = new AbortController();
  const { body } = await ask('/api/watch?of=Deployment.apps/shop/api', { signal: leaving.signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let seen = '';
  const times = async (count: number) => {
    while (seen.split('event: changed').length <= count) seen += (await reader.read()).value ?? '';
  };
  await times(1); // what may have changed before it was watched
  const [pod] = (await look('Deployment.apps', 'api')).workload!.pods;
  await client.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: pod!.name }, { as: 'own' });
  await times(2);
  leaving.abort();
});

test('below an object is what it has applied, and the Pods of that', async () => {
  await expect.poll(async () => (await look('Deployment.apps', 'api')).row.state).toBe('ready');
  const below = async (kind: string, name: string) => {
    const answer = await ask(`/api/tree?${new URLSearchParams({ kind, namespace: 'shop', name })}`);
    return (await answer.json()) as Tree;
  };
  const { nodes } = await below('Deployment.apps', 'api');
  expect(nodes).toMatchObject([
    { kind: 'Pod.', above: 'Deployment.apps/shop/api', state: 'ready' },
    { kind: 'Pod.', above: 'Deployment.apps/shop/api', state: 'ready' },
  ]);
  const all = (await below('Kustomization', 'all')).nodes;
  expect(all.filter(({ above }) => above === 'Kustomization/shop/all')).toHaveLength(8);
  expect(all.filter(({ kind }) => kind === 'Pod.')).toEqual(nodes);
});
