import { customResourceDefinition, helmRelease, kustomization } from '@millrace/api';
import { type Cluster, startCluster } from '@millrace/cluster';
import type { Release, Values } from '@millrace/helm';
import { asKubeObject, type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { recordsIn } from '@millrace/releases';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appliedBy } from './inventory.ts';
import type { PreviewAnswers } from './preview-of.ts';
import { compareReleases, manifestOf, releasesOf } from './releases.ts';
import { valuesAnswer } from './values.ts';
import type { Viewer } from './viewer.ts';
import { wayBack } from './way-back.ts';

const own = { as: 'own', fieldManager: 'test', force: true } as const;
let cluster: Cluster;
let client: KubeClient;

const apply = (object: object) => client.apply(asKubeObject(object as never), own);
const setStatus = (object: object) =>
  client.apply(asKubeObject(object as never), { ...own, subresource: 'status' });

const manifest = (password: string) => `---
apiVersion: v1
kind: Secret
metadata: {name: app}
stringData: {password: ${password}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data: {url: "db://app:${password}@db", replicas: "${password.length}"}
`;
const release = (version: number, password: string): Release => ({
  name: 'app',
  namespace: 'team',
  version,
  info: {
    status: version === 2 ? 'deployed' : 'superseded',
    description: 'Upgrade complete',
    lastDeployed: `2026-01-0${version}T00:00:00Z`,
    rollbackRevision: 0,
    notes: `the password is ${password}`,
  },
  chart: {
    metadata: { apiVersion: 'v2', name: 'app', version: `1.${version}.0`, appVersion: '7' },
    values: { replicas: 1, db: { host: 'localhost' } },
    lock: undefined,
    templates: undefined,
    schema: undefined,
    schemaModTime: '',
    files: undefined,
  } as never,
  config: { db: { password }, replicas: version } as Values,
  manifest: manifest(password),
  hooks: [],
  applyMethod: 'ssa',
  labels: {},
});

/** What valuesFrom gives; told by whoever serves the page. */
const previews = {
  values: async () => ({
    layers: [
      { name: 'Secret app', isSecret: true, values: { db: { password: 'new-password' } } },
      { name: 'spec.values', isSecret: false, values: { replicas: 2 } },
    ],
    merged: { db: { password: 'new-password' }, replicas: 2 },
    secrets: ['new-password'],
    unread: [],
  }),
  commitsBetween: async () => ({
    commits: [
      { id: 'c'.repeat(40), subject: 'Merge it', isMerge: true },
      { id: 'b'.repeat(40), subject: 'Change it', isMerge: false },
    ],
    isAncestor: true,
    isCut: false,
  }),
} as unknown as PreviewAnswers;

const asked = (
  query: Record<string, string>,
  more: { as?: Viewer['as']; previews?: PreviewAnswers } = {},
) => ({
  viewer: { client, as: more.as ?? ('own' as const) },
  query: new URLSearchParams({ kind: 'HelmRelease', namespace: 'team', name: 'app', ...query }),
  signal: new AbortController().signal,
  body: async () => ({}),
  outages: undefined,
  previews: more.previews,
});

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  for (const kind of [helmRelease, kustomization]) await client.apply(customResourceDefinition(kind), own);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  const records = recordsIn({ client, as: 'own', namespace: 'team' });
  await records.create(release(1, 'old-password'));
  await records.create(release(2, 'new-password'));
  const metadata = {
    name: 'app',
    namespace: 'team',
    labels: {
      'kustomize.toolkit.fluxcd.io/name': 'apps',
      'kustomize.toolkit.fluxcd.io/namespace': 'team',
    },
  };
  const hr = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata };
  const chart = { spec: { chart: 'app', sourceRef: { kind: 'HelmRepository', name: 'charts' } } };
  await apply({ ...hr, spec: { interval: '1h', chart, values: { replicas: 2 } } });
  const snapshot = (version: number) => ({
    name: 'app',
    namespace: 'team',
    version,
    configDigest: `sha256:${version}`,
    digest: 'sha256:x',
    chartName: 'app',
    chartVersion: `1.${version}.0`,
    status: 'deployed',
    firstDeployed: `2026-01-0${version}T00:00:00Z`,
    lastDeployed: `2026-01-0${version}T00:00:00Z`,
  });
  await setStatus({ ...hr, status: { storageNamespace: 'team', history: [snapshot(2), snapshot(1)] } });
  const owner = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'team' },
  };
  await apply({
    ...owner,
    spec: { interval: '1h', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
  });
  const past = (day: number, letter: string) => ({
    digest: letter,
    firstReconciled: `2026-01-0${day}T00:00:00Z`,
    lastReconciled: `2026-01-0${day}T00:00:00Z`,
    lastReconciledDuration: '1s',
    lastReconciledStatus: 'ReconciliationSucceeded',
    totalReconciliations: 1,
    metadata: { revision: `main@sha1:${letter.repeat(40)}` },
  });
  const status = {
    lastAppliedRevision: `main@sha1:${'c'.repeat(40)}`,
    history: [past(2, 'c'), past(1, 'a')],
  };
  await setStatus({ ...owner, status });
});

afterAll(async () => {
  await client?.close();
  await cluster?.stop();
});

test('releases are those that helm has stored, with what the status tells of them', async () => {
  expect(await releasesOf(asked({}))).toMatchObject({
    releases: [
      { version: 2, status: 'deployed', chartVersion: '1.2.0', appVersion: '7', configDigest: 'sha256:2' },
      { version: 1, status: 'superseded', isStored: true },
    ],
    problem: '',
  });
});

test('who may not read the storage sees what the status tells, and why', async () => {
  const rbac = 'rbac.authorization.k8s.io';
  const rules = [{ apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['helmreleases'], verbs: ['get'] }];
  const metadata = { name: 'looks', namespace: 'team' };
  await apply({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules });
  const subjects = [{ kind: 'User', name: 'eve', apiGroup: rbac }];
  const roleRef = { apiGroup: rbac, kind: 'Role', name: 'looks' };
  await apply({ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects });
  const as = { user: 'eve', groups: [] };
  expect(await releasesOf(asked({}, { as }))).toMatchObject({
    releases: [{ version: 2, isStored: false }, { version: 1 }],
    problem: expect.stringMatching(/forbidden/i),
  });
  await expect(manifestOf(asked({}, { as }))).rejects.toThrow(/forbidden/i);
});

describe('what a Secret has given is in', () => {
  const hidden = /(old|new)-password|b2xkLXBhc3N3b3Jk|bmV3LXBhc3N3b3Jk/;

  test.each([
    ['no manifest', () => manifestOf(asked({ version: '1' }, { previews }))],
    ['no manifest, where nobody can tell what is secret', () => manifestOf(asked({ version: '1' }))],
    ['no difference', () => compareReleases(asked({ before: '1', after: '2' }, { previews }))],
    ['no difference, where nobody can tell', () => compareReleases(asked({ before: '1', after: '2' }))],
    ['no values', () => valuesAnswer(asked({}, { previews }))],
  ])('%s', async (_what, answer) => {
    const text = JSON.stringify(await answer());
    expect(text).not.toMatch(hidden);
    expect(text).toContain('*****');
  });
});

test('two releases differ in their values, and in objects', async () => {
  const { objects } = await compareReleases(asked({ before: '1', after: '2' }, { previews }));
  expect(objects.map(({ object, action }) => [object, action])).toEqual([
    ['Values/app', 'changed'],
    ['Secret/app', 'changed'],
    ['ConfigMap/app', 'changed'],
  ]);
});

test('values tell where they come from, those of the chart too', async () => {
  const { managers } = await valuesAnswer(asked({}, { previews }));
  expect(managers.map(({ name }) => name)).toEqual(['chart app 1.2.0', 'Secret app', 'spec.values']);
});

describe('the way back', () => {
  test('of a release is helm, then Git for what has applied it', async () => {
    const { commands } = await wayBack(asked({ to: '1' }, { previews }));
    expect(commands).toEqual([
      'helm rollback app 1 --namespace team',
      `git revert --no-edit --mainline 1 ${'c'.repeat(40)}`,
      `git revert --no-edit ${'b'.repeat(40)}`,
      'git push',
      'flux resume helmrelease app -n team',
    ]);
  });

  test('of a release that Git says the same of now is its chart', async () => {
    expect(await wayBack(asked({ to: '2' }, { previews }))).toMatchObject({
      commands: ['helm rollback app 2 --namespace team', 'flux resume helmrelease app -n team'],
      notes: [expect.stringContaining('its chart has to be app 1.2.0 again')],
    });
  });

  test('of a Kustomization is told by its ends where nobody knows the commits', async () => {
    const ks = { kind: 'Kustomization', name: 'apps', to: `main@sha1:${'a'.repeat(40)}` };
    const { commands } = await wayBack(asked(ks));
    expect(commands).toEqual([
      `git revert --no-edit ${'a'.repeat(40)}..${'c'.repeat(40)}`,
      'git push',
      'flux resume kustomization apps -n team',
    ]);
  });

  test.each([
    [{ to: '7' }, /no release 7/],
    [{ kind: 'Kustomization', name: 'apps', to: 'main@sha1:x' }, /no revision that it has applied/],
    [{ version: '9' }, /release 9 is not stored any more/],
  ])('%j leads nowhere', async (query, words) => {
    const answer = 'version' in query ? manifestOf : wayBack;
    await expect(answer(asked(query as Record<string, string>))).rejects.toThrow(words);
  });
});

test('a HelmRelease that keeps no inventory has that of its release, for whoever may read it', async () => {
  const hr = await client.get<KubeObject>(
    { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'team', name: 'app' },
    { as: 'own' },
  );
  const of = async (as: Viewer['as']) =>
    (await appliedBy({ client, as }, hr, new AbortController().signal)).map(({ kind, name, health }) =>
      [kind, name, health].join(' '),
    );
  expect(await of('own')).toEqual(['Secret. app NotFound', 'ConfigMap. app NotFound']);
  expect(await of({ user: 'nobody' })).toEqual([]);
});
