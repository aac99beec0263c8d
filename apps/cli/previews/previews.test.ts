import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { customResourceDefinition, gitRepository, kustomization } from '@millrace/api';
import { digestOf, packArchive } from '@millrace/artifact';
import { type Cluster, startCluster } from '@millrace/cluster';
import { asKubeObject, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { type PreviewOf, type Previews, startWeb, type Web } from '@millrace/web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { previewsFor } from './previews.ts';

const own = { as: 'own', fieldManager: 'test', force: true } as const;
const sealed = 'ENC[AES256_GCM,data:QUJD,iv:YWJj,tag:ZGVm,type:str]';
const files = {
  'app/config.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app, namespace: team}\ndata: {motto: new, url: "db://\${password}"}\n`,
  'app/made.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made, namespace: team}\n`,
  'app/secret.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: login, namespace: team}\nstringData: {token: in-git-plain}\n`,
  'app/sealed.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: sealed, namespace: team}\ndata: {key: "${sealed}"}\nsops: {mac: "${sealed}"}\n`,
  'broken/kustomization.yaml': 'resources: [gone.yaml]\n',
  'odd/app.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd, namespace: team}\ndata: {a: "${odd}"}\n',
};

let cluster: Cluster;
let client: KubeClient;
let previews: Previews;
let artifacts: Server;
let web: Web;
let cookie: string;

const apply = (object: object) => client.apply(asKubeObject(object as never), own);
const configMap = (name: string, data: object) =>
  apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'team' }, data });
const ks = (name: string, path: string, status: object = {}) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'team' },
  spec: {
    interval: '1h',
    prune: true,
    path,
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
    postBuild: { substituteFrom: [{ kind: 'Secret', name: 'variables' }] },
  },
  status,
});

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  for (const kind of [kustomization, gitRepository]) await client.apply(customResourceDefinition(kind), own);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const archive = await packArchive(
    Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text), executable: false })),
  );
  artifacts = createServer((_, response) => response.end(archive)).listen(0, '127.0.0.1');
  await new Promise(resolve => artifacts.once('listening', resolve));
  const url = `http://127.0.0.1:${(artifacts.address() as AddressInfo).port}/fleet.tar.gz`;
  const artifact = {
    url,
    path: 'fleet.tar.gz',
    revision: 'main@sha1:new',
    digest: digestOf(archive),
    lastUpdateTime: '2026-01-01T00:00:00Z',
  };
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'fleet', namespace: 'team' },
  };
  await apply({ ...source, spec: { interval: '1h', url: 'https://example.com/fleet' } });
  await client.apply(asKubeObject({ ...source, status: { artifact } } as never), {
    ...own,
    subresource: 'status',
  });
  await apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'variables', namespace: 'team' },
    stringData: { password: 'hunter2-secret', odd: '" : {hunter3-secret: [' },
  });
  await configMap('app', { motto: 'old', url: 'db://hunter2-secret' });
  await configMap('gone', { a: 'b' });
  const { status: _, ...app } = ks('app', './app');
  await apply(app);
  const entries = [{ id: 'team_gone__ConfigMap', v: 'v1' }];
  const history = [{ digest: 'a', metadata: { revision: 'main@sha1:older' } }].map(one => ({
    firstReconciled: '2026-01-01T00:00:00Z',
    lastReconciled: '2026-01-01T00:00:00Z',
    lastReconciledDuration: '1s',
    lastReconciledStatus: 'ReconciliationSucceeded',
    totalReconciliations: 1,
    ...one,
  }));
  const status = { lastAppliedRevision: 'main@sha1:old', inventory: { entries }, history };
  await client.apply(asKubeObject(ks('app', './app', status) as never), { ...own, subresource: 'status' });
  const { status: __, ...broken } = ks('broken', './broken');
  await apply(broken);
  const { status: ___, ...odd } = ks('odd', './odd');
  await apply(odd);
  previews = previewsFor();
  web = await startWeb({ client, previews });
  const entered = await fetch(web.url, { redirect: 'manual' });
  cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
});

afterAll(async () => {
  await web?.stop();
  artifacts?.close();
  await client?.close();
  await cluster?.stop();
});

const ask = async (path: string, query: Record<string, string>) => {
  const named = { kind: 'Kustomization', namespace: 'team', name: 'app', ...query };
  const answer = await fetch(`http://127.0.0.1:${web.port}${path}?${new URLSearchParams(named)}`, {
    headers: { cookie },
  });
  return { status: answer.status, text: await answer.text() };
};
const compared = async (before: string, after: string) => {
  const { text } = await ask('/api/compare', { before, after });
  return JSON.parse(text) as { objects: { object: string; action: string }[]; same: number };
};

describe('a Kustomization', () => {
  test('can be compared in what is live and in revisions; what is not kept is told', async () => {
    const { text } = await ask('/api/choices', {});
    expect(JSON.parse(text)).toMatchObject({
      before: [
        { name: 'live' },
        { name: 'main@sha1:new' },
        { name: 'main@sha1:old', lost: expect.stringContaining('is not kept') },
        { name: 'main@sha1:older', lost: expect.stringContaining('is not kept') },
      ],
      pending: 'main@sha1:new',
    });
  });

  test('shows what applying its newest revision would change', async () => {
    const { objects, same } = await compared('live', 'main@sha1:new');
    expect(objects.map(({ object, action }) => [object, action])).toEqual([
      ['ConfigMap/team/app', 'changed'],
      ['ConfigMap/team/made', 'created'],
      ['Secret/team/sealed', 'created'],
      ['Secret/team/login', 'created'],
      ['ConfigMap/team/gone', 'deleted'],
    ]);
    expect(same).toBe(0);
  });

  test('shows nothing of what Secrets hold', async () => {
    const { text } = await ask('/api/compare', { before: 'live', after: 'main@sha1:new' });
    expect(text).not.toMatch(/hunter2|in-git-plain|ENC\[|aHVudGVy/);
    expect(text).toContain('motto: new');
  });

  test('is the same in one revision and itself', async () => {
    expect(await compared('main@sha1:new', 'main@sha1:new')).toMatchObject({ objects: [], same: 4 });
  });

  test.each([
    [{ before: 'live', after: 'main@sha1:old' }, 400, /is not kept/],
    [{ before: 'live', after: 'main@sha1:anything' }, 400, /no revision of app that is known/],
    [{ before: 'live', after: '' }, 400, /say what to compare/],
    [{ before: 'live', after: 'main@sha1:new', name: 'broken' }, 400, /kustomize build failed.*gone\.yaml/],
    [{ before: 'live', after: 'main@sha1:new', name: 'nobody' }, 404, /not found/],
    [{ before: 'live', after: 'x', kind: 'GitRepository', name: 'fleet' }, 400, /made of nothing/],
  ])('%j is answered with %i', async (query, status, words) => {
    const answer = await ask('/api/compare', query);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(words);
  });

  test('a build that fails quotes no Secret that it has read', async () => {
    const answer = await ask('/api/compare', { before: 'live', after: 'main@sha1:new', name: 'odd' });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/odd/);
    expect(answer.text).not.toContain('hunter3');
  });
});

describe('a viewer', () => {
  const as = { user: 'eve', groups: [] };
  const rbac = 'rbac.authorization.k8s.io';
  const allow = async (name: string, rules: object[]) => {
    await apply({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name, namespace: 'team' }, rules });
    await apply({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace: 'team' },
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'User', name: 'eve', apiGroup: rbac }],
    });
  };
  const of = async (): Promise<PreviewOf> => ({
    viewer: { client, as },
    object: await client.get(
      { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', name: 'app', namespace: 'team' },
      { as: 'own' },
    ),
    signal: new AbortController().signal,
  });
  const between = { before: 'live', after: 'main@sha1:new' };

  test('who may not see the source sees nothing of what is in it', async () => {
    await expect(previews.compare(await of(), between)).rejects.toThrow(
      'you may not see its source GitRepository team/fleet',
    );
  });

  test('who may not apply is told so, object by object', async () => {
    const read = (apiGroups: string[], resources: string[]) => ({ apiGroups, resources, verbs: ['get'] });
    await allow('reader', [
      read(['source.toolkit.fluxcd.io'], ['gitrepositories']),
      read([''], ['secrets', 'configmaps']),
    ]);
    const { pairs } = await previews.compare(await of(), between);
    expect(pairs.find(({ object }) => object === 'ConfigMap/team/app')).toMatchObject({
      action: 'failed',
      problem: expect.stringMatching(/forbidden/i),
    });
  });
});

test('a preview ends when its browser leaves', async () => {
  const leaving = new AbortController();
  leaving.abort();
  const object = await client.get(
    { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', name: 'app', namespace: 'team' },
    { as: 'own' },
  );
  const gone = { viewer: { client, as: 'own' as const }, object, signal: leaving.signal };
  await expect(previews.compare(gone, { before: 'live', after: 'main@sha1:new' })).rejects.toThrow(/abort/i);
});
