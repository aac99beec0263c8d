import { customResourceDefinition, kustomization } from '@millrace/api';
import { type Cluster, startCluster } from '@millrace/cluster';
import { type Identity, type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, ownWatches, watchFleet } from './fleet.ts';
import { type Search, searchIn } from './search.ts';

let cluster: Cluster;
let client: KubeClient;
let fleet: Fleet;
let search: Search;

const own = { as: 'own', fieldManager: 'test' } as const;
const apply = (...objects: object[]) => Promise.all(objects.map(one => client.apply(one as KubeObject, own)));
const commits = [
  { sha: 'abcdef0123456789', subject: 'Raise the limit', author: 'Ada', at: '2026-01-01T00:00:00Z' },
];

const deployment = (namespace: string, name: string, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

async function applied(namespace: string, names: string[]): Promise<void> {
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
  const ref = { apiVersion, kind: 'Kustomization', namespace, name: 'all' };
  const spec = { interval: '1h', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' } };
  await apply({ apiVersion, kind: ref.kind, metadata: { name: 'all', namespace }, spec });
  const status = {
    inventory: { entries: names.map(name => ({ id: `${namespace}_${name}_apps_Deployment`, v: 'v1' })) },
    lastAppliedRevision: 'main@sha1:2222',
    history: [
      {
        digest: 'sha256:a',
        lastReconciledStatus: 'ReconciliationSucceeded',
        metadata: { revision: 'main@sha1:2222' },
      },
      { digest: 'sha256:b', lastReconciledStatus: 'BuildFailed', metadata: { revision: 'main@sha1:1111' } },
    ].map(one => ({
      firstReconciled: '2026-01-01T00:00:00Z',
      lastReconciled: '2026-01-01T00:00:00Z',
      lastReconciledDuration: '1s',
      totalReconciliations: 1,
      ...one,
    })),
  };
  await client.patch(ref, 'merge', { status } as never, { ...own, subresource: 'status' });
}

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  await client.apply(customResourceDefinition(kustomization), own);
  const inShop = { name: 'ada', namespace: 'shop' };
  const apiGroup = 'rbac.authorization.k8s.io';
  const rules = [
    {
      apiGroups: ['kustomize.toolkit.fluxcd.io', 'apps'],
      resources: ['kustomizations', 'deployments'],
      verbs: ['list'],
    },
  ];
  await apply(...['shop', 'bank'].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  await apply(
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata: inShop, rules },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: inShop,
      roleRef: { apiGroup, kind: 'Role', name: 'ada' },
      subjects: [{ apiGroup, kind: 'User', name: 'ada' }],
    },
    deployment('shop', 'api', 'registry.example.com/api:1.2'),
    deployment('bank', 'vault', 'registry.example.com/vault:1.2'),
  );
  await applied('shop', [
    'api',
    'api-cache',
    'the-api',
    ...Array.from({ length: 20 }, (_, i) => `worker-${i}`),
  ]);
  await applied('bank', ['vault', 'api']);
  const watchKind = ownWatches(client);
  fleet = watchFleet(watchKind);
  const findCommits = async (_urls: readonly string[], words: readonly string[]) =>
    commits.filter(({ subject, sha }) =>
      words.every(word => `${subject} ${sha}`.toLowerCase().includes(word)),
    );
  search = searchIn({ client, fleet, watchKind, findCommits });
});

afterAll(async () => {
  search?.stop();
  fleet?.stop();
  await client?.close();
  await cluster?.stop();
});

const found = async (q: string, as: Identity = 'own') => {
  const { groups } = await search.find(
    { client, as },
    new URLSearchParams({ q }),
    new AbortController().signal,
  );
  return Object.fromEntries(
    groups.map(({ name, hits }) => [name, hits.map(({ title, detail }) => `${title} ${detail}`)]),
  );
};

describe('a search', () => {
  test('finds what was applied, the best first', async () => {
    await expect
      .poll(() => found('shop/ api'))
      .toEqual({
        Objects: [
          'Deployment shop/api of Kustomization shop/all',
          'Deployment shop/api-cache of Kustomization shop/all',
          'Deployment shop/the-api of Kustomization shop/all',
        ],
      });
  });

  test.each([
    ['a Pod', 'v1', 'Pod', 'shop', 'Pod shop/lonely-pod'],
    ['a Job of nobody', 'batch/v1', 'Job', 'shop', 'Job shop/lonely-job'],
    ['a ConfigMap', 'v1', 'ConfigMap', 'bank', 'ConfigMap bank/lonely-configmap'],
    [
      'what is in no namespace',
      'rbac.authorization.k8s.io/v1',
      'ClusterRole',
      '',
      'ClusterRole lonely-clusterrole',
    ],
  ])(
    'finds %s while it is there, by kind, namespace and name',
    async (_, apiVersion, kind, namespace, title) => {
      const name = `lonely-${kind.toLowerCase()}`;
      const containers = [{ name: 'main', image: 'registry.example.com/lonely:1' }];
      const spec =
        kind === 'Job' ? { template: { spec: { containers, restartPolicy: 'Never' } } } : { containers };
      const metadata = { name, ...(namespace && { namespace }) };
      await found(name);
      await apply({ apiVersion, kind, metadata, ...(['Pod', 'Job'].includes(kind) && { spec }) });
      const words = `${kind} ${namespace} lonely`;
      await expect.poll(async () => (await found(words)).Objects).toEqual([`${title} `]);
      if (['Pod', 'Job'].includes(kind))
        await expect.poll(async () => (await found('lonely:1')).Images).toHaveLength(1);
      await client.delete({ apiVersion, kind, ...metadata }, { as: 'own' });
      await expect.poll(async () => (await found(words)).Objects ?? []).toEqual([]);
    },
  );

  test('finds images, and who runs them', async () => {
    await expect
      .poll(() => found('example.com/VAULT:1'))
      .toEqual({
        Images: ['registry.example.com/vault:1.2 in Deployment bank/vault'],
      });
  });

  test('finds revisions that were applied before', async () => {
    expect((await found('sha1:1111'))['Former revisions']).toHaveLength(2);
    expect(await found('sha1:2222')).toEqual({});
  });

  test('finds commits by their subject and their name', async () => {
    expect(await found('limit raise')).toEqual({ Commits: ['Raise the limit abcdef01 by Ada'] });
    expect(await found('abcdef')).toHaveProperty('Commits');
  });

  test('tells the best of many, and that there are more', async () => {
    const query = new URLSearchParams({ q: 'worker' });
    const { groups } = await search.find({ client, as: 'own' }, query, new AbortController().signal);
    expect(groups).toMatchObject([{ name: 'Objects', more: true, hits: { length: 8 } }]);
  });

  test.each(['', '   ', 'x'.repeat(201)])('%j is none', async q => {
    await expect(found(q)).rejects.toThrow(/say what to look for|too long/);
  });
});

describe('whoever may see one namespace', () => {
  const ada = { user: 'ada' };
  test.each([
    [
      'api',
      {
        Objects: expect.arrayContaining(['Deployment shop/api of Kustomization shop/all']),
        Images: ['registry.example.com/api:1.2 in Deployment shop/api'],
      },
    ],
    ['vault', {}],
    ['bank', {}],
    ['registry.example.com', { Images: ['registry.example.com/api:1.2 in Deployment shop/api'] }],
    ['sha1:1111', { 'Former revisions': ['main@sha1:1111 Kustomization shop/all: BuildFailed'] }],
    ['limit', {}],
  ])('finds of %j what is in it', async (q, expected) => {
    expect(await found(q, ada)).toEqual(expected);
    expect(JSON.stringify(await found(q, ada))).not.toContain('bank');
  });

  test('and whoever may see nothing, nothing', async () => {
    expect(await found('api', { user: 'nobody' })).toEqual({});
  });
});
