import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Artifact, Condition } from '@millrace/api';
import { type S3Server, startS3 } from '@millrace/bucket/testing';
import { delay, type KubeObject, type ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { golden, type Site, startSite } from './helm/site.ts';
import { layerOf, type Registry, startRegistry } from './registry.ts';
import { type System, startSystem } from './system.ts';

const apiVersion = 'source.toolkit.fluxcd.io/v1';

type Source = KubeObject & {
  status?: {
    artifact?: Artifact;
    conditions?: Condition[];
    lastHandledReconcileAt?: string;
    observedGeneration?: number;
  };
};

/** A source of a kind: its spec, what it is like where its server does not answer, and how it is given another revision. */
interface Subject {
  spec: object;
  stalled?: object;
  change(): Promise<unknown>;
}

describe('when sources are looked at', () => {
  let system: System;
  let site: Site;
  let registry: Registry;
  let store: S3Server;
  /** Takes every request, and answers none. */
  let silent: Server;
  const subjects: Record<string, Subject> = {};

  beforeAll(async () => {
    site = await startSite('user:secret');
    registry = await startRegistry();
    store = await startS3();
    silent = createServer(() => {}).listen(0, '127.0.0.1');
    system = await startSystem(['--controllers', 'source-controller']);
    const data = { accesskey: 'AKIAEXAMPLE', secretkey: 'nobody may see this secret' };
    await apply(
      { apiVersion: 'v1', kind: 'Secret', name: 'login', namespace: system.namespace },
      { stringData: data },
    );
    const nowhere = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { url, clone } = await system.repository('timing');
    await clone.push('Start', { 'a.yaml': '1' });
    site.files.set('index.yaml', golden('index.yaml'));
    await registry.push('org/a', 'v1', [layerOf({ 'a.yaml': '1' })]);
    store.put('timing', 'a.yaml', '1');
    let count = 0;
    const bucket = { bucketName: 'timing', insecure: true, secretRef: { name: 'login' } };
    Object.assign(subjects, {
      GitRepository: {
        spec: { url, ref: { branch: 'main' } },
        stalled: { url: `http://${nowhere}/a.git` },
        // Not by the server, which would tell of it.
        async change() {
          const git = (...args: string[]) => promisify(execFile)('git', ['-C', clone.path, ...args]);
          await git('commit', '--quiet', '--allow-empty', '--message', 'Next');
          await git('push', '--quiet', join(system.folder, 'git/timing.git'), 'main');
        },
      },
      HelmRepository: {
        spec: { url: site.url },
        stalled: { url: `http://${nowhere}` },
        change: async () => site.files.set('index.yaml', `${golden('index.yaml')}# ${count++}\n`),
      },
      OCIRepository: {
        spec: { url: `oci://${registry.host}/org/a`, ref: { tag: 'v1' }, insecure: true },
        stalled: { url: `oci://${nowhere}/org/a` },
        change: () => registry.push('org/a', 'v1', [layerOf({ 'a.yaml': `${count++}` })]),
      },
      Bucket: {
        spec: { ...bucket, endpoint: store.endpoint },
        stalled: { endpoint: nowhere },
        change: async () => store.put('timing', 'a.yaml', `${count++}`),
      },
      HelmChart: {
        spec: { chart: 'app', version: '*', sourceRef: { kind: 'HelmRepository', name: 'helmrepository' } },
        change: async () => site.files.set('index.yaml', `${golden('index.yaml')}# ${count++}\n`),
      },
    } satisfies Record<string, Subject>);
  }, 30_000);
  afterAll(async () => {
    await system.stop();
    await Promise.all([site.stop(), registry.stop(), store.stop()]);
    silent.closeAllConnections();
    silent.close();
  });

  const apply = (ref: ObjectRef, rest: object) => {
    const { apiVersion, kind, name, namespace = '' } = ref;
    const object = { apiVersion, kind, metadata: { name, namespace }, ...rest } as KubeObject;
    return system.client.apply(object, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const refOf = (kind: string, name = kind.toLowerCase()): ObjectRef => ({
    apiVersion,
    kind,
    namespace: system.namespace,
    name,
  });
  const want = (kind: string, spec: object = {}, name?: string) =>
    apply(refOf(kind, name), { spec: { interval: '1h', ...subjects[kind]!.spec, ...spec } });
  const readyOf = (source: Source | undefined) =>
    source?.status?.conditions?.find(({ type }) => type === 'Ready');
  const until = (ref: ObjectRef, what: string, is: (source: Source) => boolean) =>
    system.until<Source>(ref, what, source => source !== undefined && is(source));
  const ready = (kind: string) => until(refOf(kind), 'ready', source => readyOf(source)?.status === 'True');
  const revisionOf = ({ status }: Source) => status?.artifact?.revision;
  const ask = (ref: ObjectRef, requestedAt: string) =>
    system.client.patch(
      ref,
      'merge',
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt } } },
      { as: 'own' },
    );

  describe.each(['GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket'])('%s', kind => {
    test('is looked at again when its interval is over', async () => {
      await want(kind, { interval: '500ms' });
      const before = revisionOf(await ready(kind));
      await subjects[kind]!.change();
      await until(refOf(kind), 'of another revision', source => revisionOf(source) !== before);
    });

    test('is left alone while it is suspended, even where somebody asks, and taken up then', async () => {
      await want(kind, { suspend: true });
      const before = await until(refOf(kind), 'ready', source => readyOf(source)?.status === 'True');
      await subjects[kind]!.change();
      await ask(refOf(kind), 'suspended');
      // Who waits for it, or for an answer, is not kept waiting.
      const after = await until(
        refOf(kind),
        'said to be up to date',
        ({ status, metadata }) =>
          status?.lastHandledReconcileAt === 'suspended' && status.observedGeneration === metadata.generation,
      );
      expect(readyOf(after)).toMatchObject({
        status: 'True',
        message: readyOf(before)!.message,
        observedGeneration: after.metadata.generation,
      });
      await delay(700); // in which nothing happens
      expect(revisionOf((await system.get<Source>(refOf(kind)))!)).toBe(revisionOf(before));
      await want(kind, { suspend: false });
      await until(refOf(kind), 'of another revision', source => revisionOf(source) !== revisionOf(before));
    });

    test('gives up on a server that does not answer within its timeout', async () => {
      await want(kind, { ...subjects[kind]!.stalled, timeout: '300ms' }, 'stalled');
      const { status } = await until(
        refOf(kind, 'stalled'),
        'failed',
        source => readyOf(source)?.status === 'False',
      );
      expect(status?.conditions).toContainEqual(
        expect.objectContaining({
          type: 'FetchFailed',
          status: 'True',
          message: expect.stringContaining('did not answer within 300ms'),
        }),
      );
    });
  });

  describe('HelmChart', () => {
    test('is left alone while it is suspended, and taken up then', async () => {
      await want('HelmRepository');
      await want('HelmChart', { suspend: true });
      await delay(500); // in which nothing happens
      expect((await system.get<Source>(refOf('HelmChart')))?.status?.artifact).toBeUndefined();
      await want('HelmChart', { suspend: false });
      expect(revisionOf(await ready('HelmChart'))).toBe('1.1.0');
    });
  });

  test.each([
    ['GitRepository', { interval: '' }],
    ['GitRepository', { timeout: '1h' }],
    ['HelmRepository', { interval: '1 minute' }],
    ['HelmRepository', { timeout: '1h' }],
    ['HelmChart', { interval: 'soon' }],
    ['OCIRepository', { interval: '-1m' }],
    ['OCIRepository', { timeout: '1h' }],
    ['Bucket', { interval: '1d' }],
    ['Bucket', { timeout: '1h' }],
    ['Bucket', { suspend: 'yes' }],
    ['HelmChart', { suspend: 1 }],
  ])('a %s of %j is refused', async (kind, spec) => {
    const [field] = Object.keys(spec);
    await expect(want(kind, spec, 'refused')).rejects.toThrow(field);
  });
});
