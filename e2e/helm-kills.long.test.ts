import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HelmRelease } from '@millrace/api';
import { type Cluster, startCluster } from '@millrace/cluster';
import {
  delay,
  isNotFound,
  type KubeClient,
  type KubeObject,
  kubeClient,
  loadConnection,
} from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ArtifactServer, serveArtifacts } from './beside/archives.ts';
import { recordsIn } from './beside-helm/records.ts';
import { millrace, type Running } from './process.ts';
import { isReady } from './system.ts';

const releases = ['a', 'b', 'c', 'd'];
const kills = 25;
const namespace = 'shop';

/** An object, another that the API server refuses where the values say so, and hooks around them. */
const files = {
  'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'app/values.yaml': 'round: 0\nbroken: false\n',
  'app/templates/all.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {round: "{{ .Values.round }}"}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-hook
  annotations: {helm.sh/hook: "pre-install,pre-upgrade,pre-rollback,pre-delete", helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}
{{ if .Values.broken }}---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {ports: [{port: 0}]}
{{ end }}`,
};

let folder: string;
let cluster: Cluster;
let client: KubeClient;
let artifacts: ArtifactServer;
let controllers: Running;

const start = async (args: string[] = []) => {
  const place = ['--kubeconfig', join(folder, 'kubeconfig'), '--data-dir', join(folder, 'data')];
  controllers = millrace(['controllers', 'run', '--controllers', 'helm-controller', ...place, ...args]);
  await controllers.saw(/Starting manager/);
};
const ref = (kind: 'HelmRelease' | 'ConfigMap', name: string) => ({
  apiVersion: kind === 'ConfigMap' ? 'v1' : 'helm.toolkit.fluxcd.io/v2',
  kind,
  namespace,
  name,
});
const get = <T extends KubeObject>(kind: 'HelmRelease' | 'ConfigMap', name: string): Promise<T | undefined> =>
  client.get<T>(ref(kind, name), { as: 'own' }).catch(error => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
const want = (name: string, values: object) => {
  const spec = {
    interval: '1h',
    timeout: '10s',
    chartRef: { kind: 'HelmChart', name: 'chart' },
    install: { remediation: { retries: -1 } },
    upgrade: { remediation: { retries: 1 } },
    driftDetection: { mode: 'enabled' },
    values,
  };
  const { apiVersion, kind } = ref('HelmRelease', name);
  const object = { apiVersion, kind, metadata: { name, namespace }, spec };
  return client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-kills-'));
  cluster = await startCluster({ inMemory: true, simulate: false });
  await writeFile(join(folder, 'kubeconfig'), cluster.kubeconfig);
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  artifacts = await serveArtifacts();
  await start(['--install']);
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { as: 'own' });
  const chart = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', namespace, name: 'chart' };
  const spec = { interval: '1h', chart: 'app', sourceRef: { kind: 'HelmRepository', name: 'charts' } };
  const { apiVersion, kind } = chart;
  await client.create({ apiVersion, kind, metadata: { name: 'chart', namespace }, spec } as KubeObject, {
    as: 'own',
  });
  const stored = await artifacts.put(new Map(Object.entries(files)));
  const artifact = { ...stored, path: 'a.tgz', revision: '1.0.0', lastUpdateTime: '2026-01-01T00:00:00Z' };
  await client.patch(
    chart,
    'merge',
    { status: { observedGeneration: 1, artifact } },
    { as: 'own', subresource: 'status' },
  );
});
afterAll(async () => {
  await controllers.stop();
  await Promise.all([client.close(), artifacts.stop()]);
  await cluster.stop();
  await rm(folder, { recursive: true });
});

/** Four releases, and as many actions as that cut short by each kill. */
test(`${kills} kills leave no release pending, and nothing twice`, async () => {
  for (let round = 1; round <= kills; round++) {
    for (const name of releases) {
      const chance = Math.random();
      const there = await get<HelmRelease>('HelmRelease', name);
      if (there?.metadata.deletionTimestamp) continue;
      if (there && chance < 0.25) await client.delete(ref('HelmRelease', name), { as: 'own' });
      else await want(name, { round, broken: chance > 0.6 });
    }
    await delay(Math.random() * 250);
    await controllers.kill();
    await start();
  }
  for (const name of releases) {
    const gone = async () => !(await get('HelmRelease', name))?.metadata.deletionTimestamp;
    await expect.poll(gone, { timeout: 30_000 }).toBe(true);
    await want(name, { round: 'last', broken: false });
  }
  for (const name of releases) {
    const settled = async () => {
      const hr = await get<HelmRelease>('HelmRelease', name);
      return isReady(hr) && hr?.status?.observedGeneration === hr?.metadata.generation;
    };
    await expect.poll(settled, { timeout: 60_000 }).toBe(true);
    expect(await get<KubeObject & { data: object }>('ConfigMap', name)).toMatchObject({
      data: { round: 'last' },
    });
    expect(await get('ConfigMap', `${name}-hook`)).toBeUndefined();
  }
  const records = await recordsIn(client, namespace);
  for (const name of releases) {
    const own = records.map(({ release }) => release).filter(release => release.name === name);
    const statuses = own.map(({ info }) => (info as { status: string }).status);
    expect(statuses.filter(status => status === 'deployed')).toHaveLength(1);
    expect(statuses.filter(status => /^pending-|^uninstalling$/.test(status))).toEqual([]);
    expect(own.length).toBeLessThanOrEqual(5);
  }
  expect(records.map(({ release }) => release.name).filter(name => !releases.includes(String(name)))).toEqual(
    [],
  );
});
