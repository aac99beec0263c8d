import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type GitServer, startGitServer } from '@millrace/cluster';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Clone, cloneOf } from './fleet.ts';
import { send } from './receivers/send.ts';
import { type Separately, startSeparately } from './separately.ts';
import { configMap, readyOf } from './system.ts';

const namespace = 'apps';

/** The seven controllers of Flux's installation, with its arguments and its rights, on the embedded cluster. */
describe('controllers that are processes of their own', () => {
  let system: Separately;
  let git: GitServer;
  let clone: Clone;
  let told: Server;
  const messages: { reason: string; involvedObject: { kind: string } }[] = [];

  beforeAll(async () => {
    system = await startSeparately([
      '--leader-election-lease-duration=6s',
      '--leader-election-retry-period=1s',
      '--leader-election-renew-deadline=5s',
    ]);
    git = await startGitServer({ root: join(system.folder, 'git') });
    clone = await cloneOf(await git.createRepository('fleet', { defaultBranch: 'main' }));
    told = createServer(async (request, response) => {
      messages.push(JSON.parse((await request.toArray()).join('')));
      response.end();
    });
    await new Promise<void>(resolve => told.listen(0, '127.0.0.1', resolve));
    await clone.push('Start', {
      'app/config.yaml': configMap('app', 'one'),
      'chart/Chart.yaml': 'apiVersion: v2\nname: tiny\nversion: 0.1.0\n',
      'chart/templates/config.yaml': configMap('chart', 'one'),
    });
    await apply('Namespace', 'v1', namespace, {});
  }, 120_000);
  afterAll(async () => {
    told?.close();
    await git?.stop();
    await system?.stop();
  }, 60_000);

  const apply = (kind: string, apiVersion: string, name: string, more: Record<string, unknown>) => {
    const metadata = kind === 'Namespace' ? { name } : { name, namespace };
    const object = { apiVersion, kind, metadata, ...more } as KubeObject;
    return system.client.apply(object, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const get = (kind: string, apiVersion: string, name: string) =>
    system.client.get({ apiVersion, kind, namespace, name }, { as: 'own' });
  const ready = (kind: string, apiVersion: string, name: string) =>
    vi.waitFor(
      async () => {
        const object = await get(kind, apiVersion, name);
        expect(readyOf(object), JSON.stringify(object.status)).toMatchObject({ status: 'True' });
        return object;
      },
      { timeout: 60_000, interval: 200 },
    );
  const valueIs = (name: string, value: string) =>
    vi.waitFor(async () => expect(await get('ConfigMap', 'v1', name)).toMatchObject({ data: { value } }), {
      timeout: 30_000,
      interval: 200,
    });
  const leader = async (name: string) => {
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'flux-system', name };
    const lease = await system.client.get(ref, { as: 'own' });
    return (lease.spec as { holderIdentity?: string }).holderIdentity;
  };

  test('fetch each other’s artifacts, tell each other of events, and need no more rights than Flux’s', async () => {
    const { port } = told.address() as AddressInfo;
    const sourceRef = { kind: 'GitRepository', name: 'fleet' };
    const notification = 'notification.toolkit.fluxcd.io';
    await apply('Provider', `${notification}/v1beta3`, 'sink', {
      spec: { type: 'generic', address: `http://127.0.0.1:${port}/` },
    });
    await apply('Alert', `${notification}/v1beta3`, 'all', {
      spec: {
        providerRef: { name: 'sink' },
        eventSources: ['Kustomization', 'HelmRelease', 'GitRepository'].map(kind => ({ kind, name: '*' })),
      },
    });
    await apply('Secret', 'v1', 'hook', { stringData: { token: 'x' } });
    await apply('Receiver', `${notification}/v1`, 'hook', {
      spec: { type: 'generic', secretRef: { name: 'hook' }, resources: [sourceRef] },
    });
    await apply('GitRepository', 'source.toolkit.fluxcd.io/v1', 'fleet', {
      spec: { interval: '1h', url: git.readUrl('fleet'), ref: { branch: 'main' } },
    });
    await apply('Kustomization', 'kustomize.toolkit.fluxcd.io/v1', 'app', {
      spec: { interval: '1h', path: './app', prune: true, targetNamespace: namespace, sourceRef },
    });
    await apply('HelmRelease', 'helm.toolkit.fluxcd.io/v2', 'tiny', {
      spec: { interval: '1h', chart: { spec: { chart: './chart', sourceRef } } },
    });
    await apply('ArtifactGenerator', 'source.extensions.fluxcd.io/v1beta1', 'part', {
      spec: {
        sources: [{ alias: 'fleet', ...sourceRef }],
        artifacts: [{ name: 'part', copy: [{ from: '@fleet/app/**', to: '@artifact/' }] }],
      },
    });
    await apply('Kustomization', 'kustomize.toolkit.fluxcd.io/v1', 'part', {
      spec: {
        ...{ interval: '1h', path: './', prune: true, targetNamespace: namespace, namePrefix: 'part-' },
        sourceRef: { kind: 'ExternalArtifact', name: 'part' },
      },
    });
    await ready('Kustomization', 'kustomize.toolkit.fluxcd.io/v1', 'part');
    await ready('HelmRelease', 'helm.toolkit.fluxcd.io/v2', 'tiny');
    const hook = await ready('Receiver', `${notification}/v1`, 'hook');
    await Promise.all([valueIs('app', 'one'), valueIs('part-app', 'one'), valueIs('chart', 'one')]);
    const toldOf = () => new Set(messages.map(({ involvedObject }) => involvedObject.kind));
    await vi.waitFor(
      () => expect(toldOf()).toEqual(new Set(['GitRepository', 'Kustomization', 'HelmRelease'])),
      20_000,
    );

    await clone.push('Change', { 'app/config.yaml': configMap('app', 'two') });
    const { webhookPath } = hook.status as { webhookPath: string };
    expect((await send(system.ports.receiver, webhookPath, { headers: {}, body: '{}' })).status).toBe(200);
    await Promise.all([valueIs('app', 'two'), valueIs('part-app', 'two')]);
    for (const one of Object.values(system.running))
      expect(one.output()).not.toMatch(/forbidden|unauthorized/i);
  });

  test('hand over at once when they end, and within their lease when they are killed', async () => {
    const name = 'kustomize-controller';
    const lease = `${name}-leader-election`;
    const first = await leader(lease);
    const second = system.replica(name);
    await second.saw(/attempting to acquire leader lease/);
    await system.running[name].stop();
    await second.saw(/Starting manager/);
    const heir = await leader(lease);
    expect(heir).not.toBe(first);
    const third = system.replica(name);
    await third.saw(/attempting to acquire leader lease/);
    await second.kill();
    await third.saw(/Starting manager/);
    expect(await leader(lease)).not.toBe(heir);
    system.running[name] = third;
    await clone.push('Change', { 'app/config.yaml': configMap('app', 'three') });
    const asked = { 'reconcile.fluxcd.io/requestedAt': 'now' };
    await system.client.patch(
      { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace, name: 'fleet' },
      'merge',
      { metadata: { annotations: asked } },
      { as: 'own' },
    );
    await valueIs('app', 'three');
  });

  test('wait for what another shard has applied, and go on as soon as it has', async () => {
    const name = 'kustomize-controller';
    await system.running[name].stop();
    const shards = ['!sharding.fluxcd.io/key', 'sharding.fluxcd.io/key in (shard1)'].map(selector =>
      system.replica(name, [`--watch-label-selector=${selector}`]),
    );
    system.running[name] = shards[0]!;
    try {
      await Promise.all(shards.map(shard => shard.saw(/Starting manager/)));
      const { apiVersion, kind } = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };
      const spec = {
        ...{ interval: '1h', path: './app', prune: true, targetNamespace: namespace },
        sourceRef: { kind: 'GitRepository', name: 'fleet' },
      };
      const metadata = { name: 'after', namespace, labels: { 'sharding.fluxcd.io/key': 'shard1' } };
      const dependsOn = [{ name: 'before' }];
      await apply(kind, apiVersion, 'after', {
        metadata,
        spec: { ...spec, namePrefix: 'after-', dependsOn },
      });
      await vi.waitFor(async () =>
        expect(readyOf(await get(kind, apiVersion, 'after'))?.reason).toBe('DependencyNotReady'),
      );
      await apply(kind, apiVersion, 'before', { spec: { ...spec, namePrefix: 'before-' } });
      await ready(kind, apiVersion, 'after');
      await valueIs('after-app', 'three');
    } finally {
      await shards[1]!.stop();
    }
  });
});
