import { createServer } from 'node:http';
import { type Cluster, startCluster } from '@millrace/cluster';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Look } from '../model/look.ts';
import type { Tree } from '../model/tree.ts';
import type { Entrance } from './entrance.ts';
import { startWeb, type Web } from './web.ts';

let cluster: Cluster;
let client: KubeClient;
let web: Web;

const own = { as: 'own', fieldManager: 'test' } as const;
const apiGroup = 'rbac.authorization.k8s.io';

/** Everybody is who they say that they are. */
function credulous(): Entrance {
  return {
    door: () => ({
      canSignOut: false,
      showsAssets: false,
      async admit({ headers }) {
        return { viewer: { client, as: { user: String(headers['x-user']) } }, writeToken: '' };
      },
    }),
    createServer,
    listen: { host: '127.0.0.1', port: 0 },
    url: port => `http://127.0.0.1:${port}/`,
  };
}

function allowed(user: string, rules: object[]): object[] {
  const metadata = { name: user, namespace: 'shop' };
  return [
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'Role', name: user },
      subjects: [{ apiGroup, kind: 'User', name: user }],
    },
  ];
}

const deployments = {
  apiGroups: ['apps'],
  resources: ['deployments', 'replicasets'],
  verbs: ['get', 'list', 'watch'],
};
const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] };

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  const template = {
    metadata: { labels: { app: 'api' } },
    spec: { containers: [{ name: 'main', image: 'api:1' }] },
  };
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'api' } }, template },
    },
    ...allowed('outline', [deployments]),
    ...allowed('pods', [deployments, pods]),
  ];
  for (const object of objects) await client.apply(object as KubeObject, own);
  web = await startWeb({ client, entrance: credulous() });
});

afterAll(async () => {
  await web?.stop();
  await client?.close();
  await cluster?.stop();
});

const api = 'kind=Deployment.apps&namespace=shop&name=api';
const ask = async (user: string, path: string) => {
  const answer = await fetch(`${web.url}api/${path}`, { headers: { 'x-user': user } });
  return { status: answer.status, body: (await answer.json()) as Partial<Look & Tree> };
};
/** The first events of a stream. */
const listen = async (user: string, path: string, until: string) => {
  const leaving = new AbortController();
  const { body } = await fetch(`${web.url}api/${path}`, {
    headers: { 'x-user': user },
    signal: leaving.signal,
  });
  let seen = '';
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    seen += part;
    if (seen.includes(until)) break;
  }
  leaving.abort();
  return seen;
};

test('whoever may see nothing is told so, and no more', async () => {
  for (const path of [`object?${api}`, `tree?${api}`])
    expect(await ask('nobody', path)).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/cannot get resource/) },
    });
  for (const path of [`logs?${api}`, 'watch?of=Deployment.apps/shop/api']) {
    const seen = await listen('nobody', path, 'refused');
    expect(seen).toMatch(/^event: refused\ndata: .*cannot get resource/);
    expect(seen).not.toContain('api:1');
  }
});

test('whoever may not see Pods sees the rest', async () => {
  await expect.poll(async () => (await ask('pods', `tree?${api}`)).body.nodes).toHaveLength(1);
  const { body } = await ask('outline', `object?${api}`);
  expect(body).toMatchObject({
    row: { name: 'api' },
    workload: { pods: [], unseen: expect.stringMatching(/cannot list resource "pods"/) },
  });
  expect((await ask('outline', `tree?${api}`)).body).toEqual({ nodes: [], left: 0 });
  expect(await listen('outline', `logs?${api}`, 'refused')).toMatch(/cannot list resource \\"pods\\"/);
});

test('whoever may see Pods and not what they say is told so', async () => {
  expect((await ask('pods', `object?${api}`)).body.workload).toMatchObject({ pods: [{}], unseen: '' });
  expect(await listen('pods', `logs?${api}`, 'refused')).toMatch(/"state":"refused","message":".*pods\/log/);
  expect(await listen('pods', 'watch?of=Deployment.apps/shop/api', 'changed')).not.toContain('still');
});
