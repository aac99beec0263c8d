import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kustomization } from '@millrace/api';
import { startGitServer } from '@millrace/cluster';
import { delay, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { expect, test } from 'vitest';
import { cloneOf } from './fleet.ts';
import { millrace } from './process.ts';
import { configMap } from './system.ts';

test('controllers outlive the API server, and catch up with what happened meanwhile', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-outage-'));
  const clusterArgs = ['cluster', 'start', '--data-dir', join(folder, 'cluster')];
  let cluster = millrace(clusterArgs);
  const kubeconfig = (await cluster.saw(/export KUBECONFIG=(\S+)/))[1]!;
  const controllers = millrace([
    'controllers',
    'run',
    '--install',
    '--kubeconfig',
    kubeconfig,
    '--data-dir',
    join(folder, 'controllers'),
  ]);
  const server = await startGitServer({ root: join(folder, 'git') });
  const clone = await cloneOf(await server.createRepository('fleet', { defaultBranch: 'main' }));
  await clone.push('Start', {
    'app/a.yaml': configMap('a', 'one', 'default'),
    'app/b.yaml': configMap('b', 'one', 'default'),
  });
  await controllers.saw(/Starting manager/);
  const client = kubeClient(loadConnection({ path: kubeconfig }));

  const metadata = { name: 'fleet', namespace: 'default' };
  const apply = (group: string, kind: string, spec: object) =>
    client.apply({ apiVersion: `${group}.toolkit.fluxcd.io/v1`, kind, metadata, spec } as KubeObject, {
      as: 'own',
      fieldManager: 'e2e',
    });
  await apply('source', 'GitRepository', {
    interval: '1s',
    url: `${server.url}/fleet.git`,
    ref: { branch: 'main' },
  });
  await apply('kustomize', 'Kustomization', {
    interval: '1h',
    path: './app',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
  });
  const value = async (name: string) =>
    client
      .get<KubeObject & { data: { value: string } }>(
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'default',
          name,
        },
        { as: 'own' },
      )
      .then(
        object => object.data.value,
        error => (error as Error).message,
      );
  await expect.poll(() => value('a'), { timeout: 10_000 }).toBe('one');

  await cluster.kill();
  const commit = await clone.push('Change while the server is away', {
    'app/a.yaml': configMap('a', 'two', 'default'),
    'app/b.yaml': undefined,
  });
  await delay(1500);
  cluster = millrace(clusterArgs);
  await cluster.saw(/export KUBECONFIG/);

  await expect.poll(() => value('a'), { timeout: 20_000 }).toBe('two');
  await expect.poll(() => value('b'), { timeout: 10_000 }).toMatch(/not found/);
  const ref = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', ...metadata };
  await expect
    .poll(async () => (await client.get<Kustomization>(ref, { as: 'own' })).status?.lastAppliedRevision, {
      timeout: 10_000,
    })
    .toBe(`main@sha1:${commit}`);
  // Drift is still seen by the watches that were there before.
  await client.patch(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' },
    'merge',
    { data: { value: 'by hand' } },
    { as: 'own', fieldManager: 'somebody' },
  );
  await expect.poll(() => value('a'), { timeout: 20_000 }).toBe('two');

  await client.close();
  await Promise.all([controllers.stop(), server.stop()]);
  await cluster.stop();
  await rm(clone.path, { recursive: true });
  await rm(folder, { recursive: true });
});
