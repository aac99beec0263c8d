import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HelmRelease } from '@millrace/api';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clone } from './fleet.ts';
import { millrace, type Running } from './process.ts';
import { readyOf, type System, startSystem } from './system.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };

const files = (motto: string) => ({
  'chart/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'chart/values.yaml': 'motto: of the chart\nother: stays\n',
  'chart/templates/all.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {motto: {{ .Values.motto }}, other: {{ .Values.other }}}\n',
  'values/prod.yaml': `motto: ${motto}\n`,
});

/** A chart that is composed in one cluster, and released in another. */
describe('a release of an ExternalArtifact in a remote cluster', () => {
  let system: System;
  let remote: Running;
  let there: KubeClient;
  let clone: Clone;

  beforeAll(async () => {
    system = await startSystem(['--feature-gates=ExternalArtifact=true']);
    const repository = await system.repository('fleet');
    clone = repository.clone;
    await clone.push('Start', files('one'));
    await system.source('fleet', repository.url);
    remote = millrace(['cluster', 'start', '--in-memory', '--data-dir', join(system.folder, 'remote')]);
    const [, path = ''] = await remote.saw(/export KUBECONFIG=(\S+)/);
    const kubeconfig = await readFile(path, 'utf8');
    there = kubeClient(loadConnection({ text: kubeconfig }));
    await there.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: system.namespace } },
      { as: 'own' },
    );
    await apply('v1', 'Secret', 'there', { stringData: { value: kubeconfig } });
    await apply('source.extensions.fluxcd.io/v1beta1', 'ArtifactGenerator', 'app', {
      spec: {
        sources: [{ alias: 'fleet', kind: 'GitRepository', name: 'fleet' }],
        artifacts: [
          {
            name: 'app',
            originRevision: '@fleet',
            copy: [
              { from: '@fleet/chart/**', to: '@artifact/app/' },
              { from: '@fleet/values/prod.yaml', to: '@artifact/app/values.yaml', strategy: 'Merge' },
            ],
          },
        ],
      },
    });
  }, 40_000);
  afterAll(async () => {
    await system.stop();
    await there.close();
    await remote.stop();
  });

  const apply = (apiVersion: string, kind: string, name: string, more: object) => {
    const object = { apiVersion, kind, metadata: { name, namespace: system.namespace }, ...more };
    return system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const helm = 'helm.toolkit.fluxcd.io/v2';
  const ref = (name = 'app') => ({
    apiVersion: helm,
    kind: 'HelmRelease',
    namespace: system.namespace,
    name,
  });
  const release = (name = 'app', spec = {}) =>
    apply(helm, 'HelmRelease', name, {
      spec: {
        interval: '1h',
        kubeConfig: { secretRef: { name: 'there' } },
        chartRef: { kind: 'ExternalArtifact', name: 'app' },
        driftDetection: { mode: 'enabled' },
        ...spec,
      },
    });
  const away = () => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: system.namespace, name: 'app' });
  const data = () =>
    there.get<ConfigMap>(away(), { as: 'own' }).then(
      ({ data }) => data,
      () => undefined,
    );
  const records = async () => {
    const query = { namespace: system.namespace, labelSelector: 'owner=helm', as: 'own' } as const;
    const [here, gone] = await Promise.all(
      [system.client, there].map(one => one.listAll('v1', 'Secret', query)),
    );
    return [here, gone].map(list => list!.items.length);
  };
  const soon = { timeout: 15_000 };

  test('is installed there, with its record, and follows what the artifact is composed of', async () => {
    await release();
    await expect.poll(data, soon).toEqual({ motto: 'one', other: 'stays' });
    const { status } = await system.until<HelmRelease>(ref(), 'ready', hr => readyOf(hr)?.status === 'True');
    expect(status?.lastAttemptedRevisionDigest).toMatch(/^latest@sha256:/);
    expect(status?.history?.[0]?.chartVersion).toMatch(/^1\.0\.0\+[0-9a-f]{12}$/);
    expect(await records()).toEqual([0, 1]);
    await clone.push('Next', files('two'));
    await expect.poll(data, soon).toEqual({ motto: 'two', other: 'stays' });
  });

  test('is put right there when somebody changes it', async () => {
    await system.until<HelmRelease>(ref(), 'ready', hr => readyOf(hr)?.status === 'True');
    await there.patch(away(), 'merge', { data: { motto: 'by hand' } }, { as: 'own' });
    await expect.poll(data, soon).toEqual({ motto: 'two', other: 'stays' });
  });

  test.each([
    [
      'cluster',
      { kubeConfig: { secretRef: { name: 'nowhere' } } },
      'RESTClientError',
      /KubeConfig secret '.*\/nowhere'/,
    ],
    [
      'artifact',
      { chartRef: { kind: 'ExternalArtifact', name: 'nowhere' } },
      'ArtifactFailed',
      /"nowhere" not found/,
    ],
  ])('says what is missing of its %s', async (missing, spec, reason, message) => {
    await release(missing, spec);
    const found = await system.until<HelmRelease>(
      ref(missing),
      'failed',
      hr => readyOf(hr)?.status === 'False',
    );
    expect(readyOf(found)).toMatchObject({ reason, message: expect.stringMatching(message) });
    await system.client.delete(ref(missing), { as: 'own' });
    await system.until(ref(missing), 'gone', object => object === undefined);
  });

  test('takes with it what it has there when it goes', async () => {
    await system.client.delete(ref(), { as: 'own' });
    await system.until(ref(), 'gone', object => object === undefined);
    expect(await data()).toBeUndefined();
    expect(await records()).toEqual([0, 0]);
  });
});
