import { customResourceDefinition, gitRepository, kustomization } from '@millrace/api';
import { type Cluster, startCluster } from '@millrace/cluster';
import { asKubeObject, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { historyAnswer } from './history.ts';
import type { PreviewAnswers } from './preview-of.ts';
import type { Viewer } from './viewer.ts';

const own = { as: 'own', fieldManager: 'test', force: true } as const;
const revision = (letter: string) => `main@sha1:${letter.repeat(40)}`;
let cluster: Cluster;
let client: KubeClient;

const apply = (object: object) => client.apply(asKubeObject(object as never), own);
const setStatus = (object: object) =>
  client.apply(asKubeObject(object as never), { ...own, subresource: 'status' });
const asked = (previews?: Partial<PreviewAnswers>, as: Viewer['as'] = 'own') => ({
  viewer: { client, as },
  query: new URLSearchParams({ kind: 'Kustomization', namespace: 'team', name: 'app' }),
  signal: new AbortController().signal,
  body: async () => ({}),
  outages: undefined,
  ...(previews ? { previews: previews as PreviewAnswers } : {}),
});

const ks = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'app', namespace: 'team' },
};
const source = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name: 'fleet', namespace: 'team' },
};

interface Told {
  about: typeof ks;
  reason: string;
  message: string;
  of: string;
  at: string;
}

let events = 0;
async function tell({ about: { kind, metadata }, reason, message, of, at }: Told): Promise<void> {
  const group = kind === 'Kustomization' ? 'kustomize' : 'source';
  await apply({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `e${events++}`,
      namespace: 'team',
      annotations: { [`${group}.toolkit.fluxcd.io/revision`]: revision(of) },
    },
    involvedObject: { kind, ...metadata },
    ...{ reason, message, firstTimestamp: at, lastTimestamp: at, type: 'Normal', count: 1 },
  });
}

const minute = (count: number) => `2026-01-01T00:0${count}:00Z`;

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  for (const kind of [kustomization, gitRepository]) await client.apply(customResourceDefinition(kind), own);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  await apply({ ...source, spec: { interval: '1h', url: 'https://example.com/fleet' } });
  const artifact = {
    url: 'http://localhost/x',
    path: 'x',
    revision: revision('c'),
    digest: `sha256:${'0'.repeat(64)}`,
    lastUpdateTime: minute(5),
  };
  await setStatus({ ...source, status: { artifact } });
  const sourceRef = { kind: 'GitRepository', name: 'fleet' };
  await apply({ ...ks, spec: { interval: '1h', prune: true, sourceRef } });
  const past = (of: string, first: string, last: string) => ({
    digest: of,
    firstReconciled: first,
    lastReconciled: last,
    lastReconciledDuration: '1s',
    lastReconciledStatus: 'ReconciliationSucceeded',
    totalReconciliations: 2,
    metadata: { revision: revision(of) },
  });
  // b has changed it, c nothing in it; before that there was a.
  const history = [past('c', minute(3), minute(6)), past('a', minute(1), minute(1))];
  await setStatus({ ...ks, status: { history } });
  const fetched = (of: string, at: string) =>
    tell({
      about: source,
      reason: 'NewArtifact',
      message: `stored artifact for commit 'Subject of ${of}'`,
      of,
      at,
    });
  const applied = (of: string, at: string) =>
    tell({ about: ks, reason: 'ReconciliationSucceeded', message: 'Reconciliation finished', of, at });
  await fetched('a', minute(0));
  await applied('a', minute(1));
  await fetched('b', minute(2));
  await applied('b', minute(3));
  await tell({
    about: ks,
    reason: 'Progressing',
    message: 'Health check passed in 3s',
    of: 'b',
    at: minute(4),
  });
  await applied('c', minute(6));
});

afterAll(async () => {
  await client?.close();
  await cluster?.stop();
});

describe('the history of a Kustomization', () => {
  test('is told by its status and by events: what changed it, when, and what has come to the same', async () => {
    expect((await historyAnswer(asked())).entries).toMatchObject([
      {
        what: revision('c'),
        first: revision('b'),
        commit: { subject: 'Subject of b' },
        fetchedAt: minute(2),
        appliedAt: minute(3),
        healthyAt: minute(4),
        lastAt: minute(6),
        isCurrent: true,
      },
      { what: revision('a'), commit: { subject: 'Subject of a' }, fetchedAt: minute(0), isCurrent: false },
    ]);
  });

  test('has authors where the commits are known', async () => {
    const commit = { subject: 'Do it', author: 'Ada', at: minute(1) };
    const commits = async (_of: unknown, revisions: readonly string[]) =>
      new Map(revisions.map(one => [one, commit]));
    expect((await historyAnswer(asked({ commits }))).entries[0]).toMatchObject({ commit });
  });

  test('has less for who may see neither events nor the source', async () => {
    const rbac = 'rbac.authorization.k8s.io';
    const rules = [
      { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: ['get'] },
    ];
    const metadata = { name: 'looks', namespace: 'team' };
    await apply({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules });
    const subjects = [{ kind: 'User', name: 'eve', apiGroup: rbac }];
    const roleRef = { apiGroup: rbac, kind: 'Role', name: 'looks' };
    await apply({ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects });
    const { entries } = await historyAnswer(asked(undefined, { user: 'eve', groups: [] }));
    expect(entries[0]).toMatchObject({
      what: revision('c'),
      fetchedAt: '',
      healthyAt: '',
      lastAt: minute(6),
    });
    expect(JSON.stringify(entries)).not.toContain('Subject');
  });

  test('says who has suspended it', async () => {
    expect((await historyAnswer(asked())).suspended).toBeUndefined();
    const ref = { ...ks, ...ks.metadata };
    await client.patch(ref, 'merge', { spec: { suspend: true } }, { as: 'own', fieldManager: 'ada' });
    const { suspended } = await historyAnswer(asked());
    expect(suspended).toEqual({ by: 'ada', at: expect.stringMatching(/^\d{4}-/) });
  });
});
