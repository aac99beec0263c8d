import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Kustomization } from '@millrace/api';
import { digestOf, packArchive } from '@millrace/artifact';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigMap, startFolders } from './folders.ts';
import { configMap, isReady, readyOf, type System } from './system.ts';

const apiVersion = 'source.toolkit.fluxcd.io/v1';
const specs = {
  OCIRepository: { url: 'oci://example.com/app' },
  Bucket: { bucketName: 'app', endpoint: 's3.example.com' },
  ExternalArtifact: {},
};
type Kind = keyof typeof specs;

/** What counts is the artifact that the status of a source tells of. The objects are suspended: it is ours to write. */
describe('a source of the kind', () => {
  let system: System;
  let server: Server;
  const archives = new Map<string, Buffer>();
  const missing = new Set<string>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      const archive = archives.get(request.url ?? '');
      if (!archive || missing.has(request.url ?? '')) response.writeHead(404).end();
      else response.end(archive);
    }).listen(0, '127.0.0.1');
    ({ system } = await startFolders(['--feature-gates', 'ExternalArtifact=true']));
  });
  afterAll(async () => {
    await system.stop();
    server.close();
  });

  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const ref = (kind: Kind, name: string): ObjectRef => ({
    apiVersion,
    kind,
    name,
    namespace: system.namespace,
  });
  /** Publish files as the artifact of a source, as its controller would. */
  const publish = async (
    kind: Kind,
    name: string,
    revision: string,
    files: Record<string, string>,
    metadata = {},
  ) => {
    const entries = Object.entries(files).map(([path, text]) => ({
      path,
      content: Buffer.from(text),
      executable: false,
    }));
    const archive = Buffer.from(await packArchive(entries));
    const path = `/${kind}/${name}/${revision}.tar.gz`;
    archives.set(path, archive);
    const artifact = {
      url: url(path),
      digest: digestOf(archive),
      revision,
      lastUpdateTime: '2026-01-01T00:00:00Z',
      path,
      metadata,
    };
    await system.client.patch(
      ref(kind, name),
      'merge',
      { status: { artifact } },
      { as: 'own', subresource: 'status' },
    );
  };
  const create = (kind: Kind, name: string): Promise<KubeObject> =>
    system.client.create(
      {
        apiVersion,
        kind,
        metadata: { name, namespace: system.namespace },
        spec: { suspend: true, interval: '1h', ...specs[kind] },
      },
      { as: 'own' },
    );
  const applied = (name: string, revision: string) =>
    system.until<Kustomization>(
      system.ref('Kustomization', name),
      `applied ${revision}`,
      k => isReady(k) && k?.status?.lastAppliedRevision === revision,
    );
  const follow = (kind: Kind, name: string) =>
    system.kustomization(name, {
      path: './app',
      targetNamespace: system.namespace,
      sourceRef: { kind, name },
    });

  test.each<Kind>(['OCIRepository', 'Bucket', 'ExternalArtifact'])('%s is followed', async kind => {
    const name = kind.toLowerCase();
    await follow(kind, name);
    const waits = await system.until<Kustomization>(
      system.ref('Kustomization', name),
      'waits',
      k => readyOf(k)?.reason === 'ArtifactFailed',
    );
    expect(readyOf(waits)?.message).toBe(`${kind}.source.toolkit.fluxcd.io "${name}" not found`);
    await create(kind, name);
    await system.until(
      system.ref('Kustomization', name),
      'waits for the artifact',
      k => readyOf(k)?.message === 'Source artifact not found, retrying in 30s',
    );
    await publish(kind, name, 'one', { 'app/a.yaml': configMap(name, 'one') });
    await applied(name, 'one');
    await publish(kind, name, 'two', { 'app/a.yaml': configMap(name, 'two') });
    await applied(name, 'two');
    expect((await system.get<ConfigMap>(system.ref('ConfigMap', name)))?.data?.value).toBe('two');
  });

  test('OCIRepository tells the revision of the code, and tells no more when it is not told', async () => {
    const name = 'origin';
    await create('OCIRepository', name);
    const metadata = { 'org.opencontainers.image.revision': 'main@sha1:abc' };
    await publish('OCIRepository', name, 'v1@sha256:1', { 'app/a.yaml': configMap(name, 'x') }, metadata);
    await follow('OCIRepository', name);
    const { status } = await applied(name, 'v1@sha256:1');
    expect(status?.lastAppliedOriginRevision).toBe('main@sha1:abc');
    expect(status?.history?.[0]?.metadata).toEqual({
      revision: 'v1@sha256:1',
      originRevision: 'main@sha1:abc',
    });
    const events = async () => {
      const { items } = await system.client.listAll<KubeObject & { involvedObject: { name: string } }>(
        'v1',
        'Event',
        {
          namespace: system.namespace,
          as: 'own',
        },
      );
      return items
        .filter(e => e.involvedObject.name === name)
        .map(e => e.metadata.annotations?.['kustomize.toolkit.fluxcd.io/originRevision']);
    };
    await expect.poll(async () => (await events()).includes('main@sha1:abc')).toBe(true);
    await publish(
      'OCIRepository',
      name,
      'v2@sha256:2',
      { 'app/a.yaml': configMap(name, 'y') },
      { 'org.opencontainers.image.revision': null },
    );
    const later = await applied(name, 'v2@sha256:2');
    expect(later.status?.lastAppliedOriginRevision).toBeUndefined();
  });

  test('Bucket whose artifact its server does not have is waited for, without an event', async () => {
    const name = 'absent';
    missing.add(`/Bucket/${name}/one.tar.gz`);
    await create('Bucket', name);
    await publish('Bucket', name, 'one', { 'app/a.yaml': configMap(name, 'x') });
    await follow('Bucket', name);
    const waits = await system.until<Kustomization>(
      system.ref('Kustomization', name),
      'waits',
      k => readyOf(k)?.reason === 'ArtifactFailed',
    );
    expect(readyOf(waits)?.message).toBe('Source is not ready, artifact not found, retrying in 30s');
    await publish('Bucket', name, 'two', { 'app/a.yaml': configMap(name, 'x') });
    await applied(name, 'two');
  });

  test('Bucket whose artifact is another than its digest says is refused', async () => {
    const name = 'forged';
    await create('Bucket', name);
    await publish('Bucket', name, 'one', { 'app/a.yaml': configMap(name, 'x') });
    archives.set(`/Bucket/${name}/one.tar.gz`, Buffer.from('something else'));
    await follow('Bucket', name);
    const failed = await system.until<Kustomization>(
      system.ref('Kustomization', name),
      'refused',
      k => readyOf(k)?.reason === 'ArtifactFailed',
    );
    expect(readyOf(failed)?.message).toMatch(/^failed to verify artifact one: computed digest/);
    expect(await system.get(system.ref('ConfigMap', name))).toBeUndefined();
  });

  test('Bucket is composed to an ExternalArtifact, which is followed', async () => {
    const name = 'composed';
    await create('Bucket', name);
    await publish('Bucket', name, 'one', { 'deploy/a.yaml': configMap(name, 'one'), 'other.yaml': 'x' });
    const generator = {
      apiVersion: 'source.extensions.fluxcd.io/v1beta1',
      kind: 'ArtifactGenerator',
      metadata: { name, namespace: system.namespace },
      spec: {
        sources: [{ alias: 'bucket', kind: 'Bucket', name }],
        artifacts: [
          { name, revision: '@bucket', copy: [{ from: '@bucket/deploy/**', to: '@artifact/app/' }] },
        ],
      },
    };
    await system.client.create(generator as KubeObject, { as: 'own' });
    await follow('ExternalArtifact', name);
    await applied(name, 'one');
    expect((await system.get<ConfigMap>(system.ref('ConfigMap', name)))?.data?.value).toBe('one');
    const { apiVersion: version, kind } = generator;
    const ref = { apiVersion: version, kind, namespace: system.namespace, name };
    await system.client.delete(ref, { as: 'own' });
    await system.until(ref, 'gone', object => object === undefined);
  });
});
