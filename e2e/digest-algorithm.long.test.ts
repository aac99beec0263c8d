import { createHash } from 'node:crypto';
import type { GitRepository, HelmChart, HelmRepository } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { golden, type Site, startSite } from './helm/site.ts';
import { isReady, type System, startSystem } from './system.ts';

describe('--artifact-digest-algo', () => {
  let system: System;
  let site: Site;

  beforeAll(async () => {
    site = await startSite('user:secret');
    system = await startSystem(['--controllers', 'source', '--artifact-digest-algo', 'sha512']);
  }, 30_000);
  afterAll(async () => {
    await system.stop();
    site.stop();
  });

  const refOf = (kind: string, name: string) => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind,
    name,
    namespace: system.namespace,
  });
  const apply = (kind: string, name: string, spec: object) =>
    system.client.apply(
      {
        apiVersion: refOf(kind, name).apiVersion,
        kind,
        metadata: { name, namespace: system.namespace },
        spec,
      } as KubeObject,
      { as: 'own', fieldManager: 'e2e', force: true },
    );
  const artifactOf = async <T extends GitRepository | HelmRepository | HelmChart>(
    kind: string,
    name: string,
    also = (_: T) => true,
  ) => {
    const isGood = (object: T | undefined) => isReady(object) && also(object as T);
    return (await system.until<T>(refOf(kind, name), 'ready', isGood)).status!.artifact!;
  };
  const digests = /^sha512:[0-9a-f]{128}$/;

  test('decides by what artifacts are digested, and what the revision of an index is', async () => {
    const { url, clone } = await system.repository('digested');
    await clone.push('Start', { 'a.yaml': 'a: 1\n' });
    await system.source('digested', url);
    expect((await artifactOf('GitRepository', 'digested')).digest).toMatch(digests);
    await apply('HelmRepository', 'digested', { interval: '1h', url: site.url });
    const index = await artifactOf<HelmRepository>('HelmRepository', 'digested');
    const hex = createHash('sha512').update(golden('index.yaml')).digest('hex');
    expect(index).toMatchObject({ revision: `sha512:${hex}`, digest: expect.stringMatching(digests) });
    expect(index.path).toMatch(new RegExp(`/index-${hex}.yaml$`));
    await apply('HelmChart', 'digested', {
      interval: '1h',
      chart: 'app',
      version: '1.0.0',
      sourceRef: { kind: 'HelmRepository', name: 'digested' },
    });
    expect((await artifactOf('HelmChart', 'digested')).digest).toMatch(digests);
    const request = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'again' } } };
    await system.client.patch(refOf('HelmRepository', 'digested'), 'merge', request, { as: 'own' });
    const isAnswered = ({ status }: HelmRepository) => status?.lastHandledReconcileAt === 'again';
    expect(await artifactOf('HelmRepository', 'digested', isAnswered)).toEqual(index);
  });
});
