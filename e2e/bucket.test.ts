import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Bucket } from '@millrace/api';
import { digestOf, packArchive } from '@millrace/artifact';
import { etagOf, type S3Server, startS3 } from '@millrace/bucket/testing';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type System, startSystem } from './system.ts';

const apiVersion = 'source.toolkit.fluxcd.io/v1';
const login = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'nobody may see this secret' };

type Spec = Partial<Bucket['spec']>;

/** A store that speaks S3, and the controller that reads from it. */
describe('a Bucket', () => {
  let system: System;
  let server: S3Server;
  const made: ObjectRef[] = [];

  beforeAll(async () => {
    server = await startS3();
    system = await startSystem(['--controllers', 'source-controller']);
    await secret('login', { accesskey: login.accessKeyId, secretkey: login.secretAccessKey });
  });
  afterAll(async () => {
    for (const ref of made) await system.client.delete(ref, { as: 'own' }).catch(() => {});
    for (const ref of made) await system.until(ref, 'gone', object => object === undefined);
    await system.stop();
    await server.stop();
  });

  const ref = (name: string): ObjectRef => ({
    apiVersion,
    kind: 'Bucket',
    namespace: system.namespace,
    name,
  });
  const apply = async (name: string, spec: Spec = {}) => {
    const whole = {
      ...ref(name),
      metadata: { name, namespace: system.namespace },
      spec: { interval: '1h', endpoint: server.endpoint, insecure: true, bucketName: name, ...spec },
    };
    if (!made.some(one => one.name === name)) made.push(ref(name));
    const { apiVersion, kind, metadata, spec: its } = whole;
    const object = JSON.parse(JSON.stringify({ apiVersion, kind, metadata, spec: its }));
    await system.client.apply(object, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const secret = async (name: string, data: Record<string, string>) => {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: system.namespace },
      data: Object.fromEntries(encoded),
    };
    await system.client.apply(object, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const ask = (name: string, requestedAt: string) =>
    system.client.patch(
      ref(name),
      'merge',
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt } } },
      { as: 'own' },
    );
  const answered = (name: string, requestedAt: string) =>
    system.until<Bucket>(ref(name), 'answered', b => b?.status?.lastHandledReconcileAt === requestedAt);
  const condition = (bucket: Bucket | undefined, type: string) => {
    const found = bucket?.status?.conditions?.find(one => one.type === type);
    return found && [found.status, found.reason, found.message];
  };
  /** The object, once it is ready or failed for its newest generation. */
  const settled = (name: string) =>
    system.until<Bucket>(ref(name), 'settled', bucket => {
      const ready = bucket?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.observedGeneration === bucket?.metadata.generation && ready?.status !== 'Unknown';
    });
  const artifactOf = async (name: string) => {
    const { status } = await system.until<Bucket>(
      ref(name),
      'ready',
      bucket => condition(bucket, 'Ready')?.[0] === 'True',
    );
    return status!.artifact!;
  };
  const filesOf = async (name: string) => {
    const { url, digest } = await artifactOf(name);
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    expect(digestOf(bytes)).toBe(digest);
    return digest;
  };
  /** The digest of an archive of these files, as Flux writes it. */
  const archiveOf = async (files: Record<string, string>) => {
    const entries = Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) }));
    return digestOf(await packArchive(entries));
  };
  /** What Flux computes of all keys and etags. */
  const revisionOf = (files: Record<string, string>) => {
    const lines = Object.keys(files)
      .sort()
      .map(key => `${key} ${etagOf(Buffer.from(files[key]!))}\n`);
    return `sha256:${createHash('sha256').update(lines.join('')).digest('hex')}`;
  };
  const fill = (name: string, files: Record<string, string>) => {
    server.bucket(name).clear();
    for (const [key, content] of Object.entries(files)) server.put(name, key, content);
  };
  const eventsOf = async (name: string) => {
    const { items } = await system.client.listAll('v1', 'Event', { namespace: system.namespace, as: 'own' });
    const events = items as (KubeObject & {
      involvedObject: { name: string };
      reason: string;
      message: string;
    })[];
    return events
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ reason, message }) => [reason, message]);
  };
  const readsOf = (name: string) =>
    server.asked.filter(({ path }) => path.startsWith(`/${name}/`) && !path.startsWith(`/${name}/?`)).length;

  test('has its artifact, with what Flux tells of it', async () => {
    const files = { 'app/a.yaml': 'a', 'app.yaml': 'b', 'logo.png': 'c' };
    fill('plain', { ...files, 'app/': '' });
    await apply('plain');
    const artifact = await artifactOf('plain');
    const revision = revisionOf(files);
    expect(artifact).toMatchObject({
      revision,
      path: `bucket/${system.namespace}/plain/${revision.slice(7)}.tar.gz`,
    });
    expect(await filesOf('plain')).toBe(await archiveOf(files));
    const bucket = await settled('plain');
    const said = ['True', 'Succeeded', `stored artifact: revision '${revision}'`];
    expect(condition(bucket, 'Ready')).toEqual(said);
    expect(condition(bucket, 'ArtifactInStorage')).toEqual(said);
    expect(bucket.status?.url).toBe(artifact.url.replace(`${revision.slice(7)}.tar.gz`, 'latest.tar.gz'));
    await expect
      .poll(() => eventsOf('plain'))
      .toEqual([['NewArtifact', "stored artifact with 3 fetched files from 'plain' bucket"]]);
  });

  test('leaves out what .sourceignore and spec.ignore say, and nothing by default', async () => {
    const rules = '*.md\n';
    fill('ignoring', { '.sourceignore': rules, 'a.yaml': '1', 'b.md': '2', 'c.txt': '3', '.gitignore': '4' });
    await apply('ignoring', { ignore: '*.txt' });
    const { revision } = await artifactOf('ignoring');
    expect(revision).toBe(revisionOf({ 'a.yaml': '1', '.gitignore': '4' }));
    expect(await filesOf('ignoring')).toBe(
      await archiveOf({ '.sourceignore': rules, 'a.yaml': '1', '.gitignore': '4' }),
    );
    expect((await settled('ignoring')).status?.observedIgnore).toBe('*.txt');
  });

  test('takes what is below spec.prefix', async () => {
    fill('prefix', { 'prod/a.yaml': '1', 'dev/a.yaml': '2' });
    await apply('prefix', { prefix: 'prod/' });
    expect(await filesOf('prefix')).toBe(await archiveOf({ 'prod/a.yaml': '1' }));
  });

  test('reads what has changed, and nothing where nothing has', async () => {
    const files: Record<string, string> = { 'a.yaml': '1', 'b.yaml': '2', 'c/d.yaml': '3' };
    fill('changes', files);
    await apply('changes');
    const { revision } = await artifactOf('changes');
    const before = readsOf('changes');
    await ask('changes', 'unchanged');
    await answered('changes', 'unchanged');
    // The one is .sourceignore.
    expect(readsOf('changes') - before).toBe(1);
    const changed = { 'a.yaml': '1', 'c/d.yaml': 'new', 'e.yaml': '4' };
    fill('changes', changed);
    await ask('changes', 'changed');
    await system.until<Bucket>(ref('changes'), 'new', b => b?.status?.artifact?.revision !== revision);
    expect(readsOf('changes') - before).toBe(4);
    expect(await filesOf('changes')).toBe(await archiveOf(changed));
    expect((await eventsOf('changes')).map(([reason]) => reason)).toEqual([
      'NewArtifact',
      'ArtifactUpToDate',
      'NewArtifact',
    ]);
  });

  test('is fetched again where the store has lost its artifact', async () => {
    fill('lost', { 'a.yaml': '1' });
    await apply('lost');
    const { path, digest } = await artifactOf('lost');
    await rm(`${system.folder}/controllers/artifacts/${path}`);
    await ask('lost', 'again');
    await answered('lost', 'again');
    await expect.poll(() => filesOf('lost')).toBe(digest);
  });

  test('comes in with the keys of its Secret', async () => {
    fill('secret', { 'a.yaml': '1' });
    server.login = login;
    await apply('secret', { secretRef: { name: 'login' } });
    await filesOf('secret');
    server.login = undefined;
  });

  test('keeps what is `..` in a key inside, and refuses what no file can be', async () => {
    fill('odd', { '../../up.yaml': '1', '/root.yaml': '2', './here//a.yaml': '3' });
    await apply('odd');
    expect(await filesOf('odd')).toBe(
      await archiveOf({ 'up.yaml': '1', 'root.yaml': '2', 'here/a.yaml': '3' }),
    );
  });

  const refused: [string, string[], RegExp][] = [
    ['backslash', ['a\\b.yaml'], /failed to get 'a\\b.yaml' object: its name has a backslash or a zero/],
    ['long', ['x'.repeat(10_000)], /failed to get 'x{200}\.\.\.' object: its name has more than 4096 bytes/],
    ['twice', ['a.yaml', './a.yaml'], /it is the same file as/],
    ['folder', ['a', 'a/b.yaml'], /failed to get 'a' object: it is a file, and a folder for 'a\/b.yaml'/],
    ['none', ['..'], /its name is none of a file/],
  ];
  test.each(refused)('says which key cannot be a file: %s', async (name, keys, message) => {
    fill(name, Object.fromEntries(keys.map(key => [key, key])));
    await apply(name);
    const [status, reason, said] = condition(await settled(name), 'FetchFailed') ?? [];
    expect([status, reason]).toEqual(['True', 'BucketOperationFailed']);
    expect(said).toMatch(message);
    expect(said).toMatch(new RegExp(`^fetch from bucket '${name}' failed: `));
  });

  const failing: [string, Spec, string, string][] = [
    ['not-there', {}, 'BucketOperationFailed', "bucket 'not-there' not found"],
    [
      'no-secret',
      { secretRef: { name: 'absent' } },
      'AuthenticationFailed',
      `failed to get secret '<namespace>/absent': secrets "absent" not found`,
    ],
    [
      'empty-secret',
      { secretRef: { name: 'empty' } },
      'AuthenticationFailed',
      "invalid 'empty' secret data: required fields 'accesskey' and 'secretkey'",
    ],
    [
      'no-proxy',
      { proxySecretRef: { name: 'absent' } },
      'AuthenticationFailed',
      `failed to get proxy URL: secret '<namespace>/absent': secrets "absent" not found`,
    ],
    [
      'no-tls',
      { certSecretRef: { name: 'empty' }, insecure: false },
      'AuthenticationFailed',
      "failed to get TLS config: secret '<namespace>/empty' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'",
    ],
    [
      'odd-endpoint',
      { endpoint: 'https://s3.example.com/x' },
      'AuthenticationFailed',
      'spec.endpoint is "https://s3.example.com/x", which is no host or host:port',
    ],
    [
      'away',
      { endpoint: '127.0.0.1:1' },
      'BucketOperationFailed',
      "failed to confirm existence of 'away' bucket: http://127.0.0.1:1 cannot be reached: connect ECONNREFUSED 127.0.0.1:1",
    ],
    [
      'azure-secret',
      { provider: 'azure', secretRef: { name: 'empty' } },
      'AuthenticationFailed',
      "invalid 'empty' secret data: requires a 'clientId' or 'accountKey' field, a combination of 'tenantId', 'clientId' and 'clientSecret', or 'tenantId', 'clientId' and 'clientCertificate'",
    ],
    [
      'google-secret',
      { provider: 'gcp', secretRef: { name: 'empty' } },
      'AuthenticationFailed',
      "invalid 'empty' secret data: required fields 'serviceaccount'",
    ],
    [
      'azure-elsewhere',
      { provider: 'azure', endpoint: 'https://blob.core.windows.net.example.com' },
      'AuthenticationFailed',
      'spec.endpoint is no Blob Storage of Azure, to which a token may be sent: https://<account>.blob.core.windows.net is',
    ],
    [
      'gate',
      { provider: 'aws', serviceAccountName: 'somebody' },
      'FeatureGateDisabled',
      'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
    ],
  ];
  test.each(failing)('says why it has nothing: %s', async (name, spec, reason, message) => {
    await secret('empty', { other: 'x' });
    await apply(name, spec);
    const bucket = await settled(name);
    const said = message.replaceAll('<namespace>', system.namespace);
    expect(condition(bucket, 'Ready')).toEqual(['False', reason, said]);
    expect(condition(bucket, 'FetchFailed')).toEqual(['True', reason, said]);
    const stalls = reason === 'FeatureGateDisabled';
    expect(condition(bucket, stalls ? 'Stalled' : 'Reconciling')?.[0]).toBe('True');
  });

  test('never says what is in its Secret', async () => {
    server.intercept = (request, response) => {
      if (!request.url?.startsWith('/curious')) return false;
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>AccessDenied</Code><Message>not ${login.secretAccessKey}</Message></Error>`);
      return true;
    };
    await apply('curious', { secretRef: { name: 'login' } });
    const bucket = await settled('curious');
    server.intercept = undefined;
    expect(condition(bucket, 'Ready')?.[2]).toBe(
      "failed to confirm existence of 'curious' bucket: AccessDenied: not ***",
    );
    const all = JSON.stringify([bucket.status, await eventsOf('curious'), system.controllers.output()]);
    expect(all).not.toContain(login.secretAccessKey);
  });

  test('goes on offering what it has while the store is away, and says so when it is back', async () => {
    fill('outage', { 'a.yaml': '1' });
    await apply('outage');
    const { digest } = await artifactOf('outage');
    server.intercept = (request, response) => {
      if (!request.url?.startsWith('/outage')) return false;
      response.writeHead(500).end();
      return true;
    };
    await ask('outage', 'now');
    await system.until<Bucket>(ref('outage'), 'failed', b => condition(b, 'FetchFailed')?.[0] === 'True');
    expect((await settled('outage')).status?.artifact?.digest).toBe(digest);
    server.intercept = undefined;
    await ask('outage', 'then');
    await answered('outage', 'then');
    await artifactOf('outage');
    const message = "stored artifact with 1 fetched files from 'outage' bucket";
    await expect.poll(() => eventsOf('outage')).toContainEqual(['Succeeded', message]);
  });

  test('an object that shrinks on its way makes no artifact', async () => {
    fill('lying', { 'a.yaml': 'content' });
    server.intercept = (request, response) => {
      if (request.url !== '/lying/a.yaml?x-id=GetObject') return false;
      response.writeHead(200, { 'content-length': 1000, etag: '"x"' });
      response.write('short');
      setTimeout(() => response.destroy(), 50);
      return true;
    };
    await apply('lying');
    const bucket = await settled('lying');
    server.intercept = undefined;
    expect(condition(bucket, 'FetchFailed')?.slice(1)).toEqual([
      'BucketOperationFailed',
      "fetch from bucket 'lying' failed: failed to get 'a.yaml' object: its content ends early",
    ]);
    expect(bucket.status?.artifact).toBeUndefined();
  });

  test('makes a chart', async () => {
    fill('charts', {
      'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.2.3\n',
      'app/templates/a.yaml': 'kind: ConfigMap\n',
    });
    await apply('charts');
    const chart = { apiVersion, kind: 'HelmChart', namespace: system.namespace, name: 'from-bucket' };
    made.unshift(chart);
    await system.client.apply(
      {
        apiVersion,
        kind: 'HelmChart',
        metadata: { name: 'from-bucket', namespace: system.namespace },
        spec: { chart: './app', interval: '1h', sourceRef: { kind: 'Bucket', name: 'charts' } },
      } as KubeObject,
      { as: 'own', fieldManager: 'e2e', force: true },
    );
    await system.until<Bucket>(chart, 'ready', object => object?.status?.artifact?.revision === '1.2.3');
  });
});
