import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { OCIRepository } from '@millrace/api';
import { digestOf } from '@millrace/artifact';
import type { ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import golden from '../clients/oci-signatures/golden/signatures.json' with { type: 'json' };
import { replaying } from './recorded.ts';
import { layerOf, type Registry, startRegistry } from './registry.ts';
import { type System, startSystem } from './system.ts';

const apiVersion = 'source.toolkit.fluxcd.io/v1';
const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

type Spec = Partial<OCIRepository['spec']>;

/** A registry, and the controllers that pull from it. */
describe('an OCIRepository', () => {
  let system: System;
  let registry: Registry;
  const made: ObjectRef[] = [];

  beforeAll(async () => {
    registry = await startRegistry();
    system = await startSystem(['--controllers', 'source-controller']);
  });
  afterAll(async () => {
    for (const ref of made) await system.client.delete(ref, { as: 'own' }).catch(() => {});
    for (const ref of made) await system.until(ref, 'gone', object => object === undefined);
    await system.stop();
    await registry.stop();
  });

  const ref = (name: string): ObjectRef => ({
    apiVersion,
    kind: 'OCIRepository',
    namespace: system.namespace,
    name,
  });
  const apply = async (name: string, spec: Spec = {}) => {
    const url = `oci://${registry.host}/org/${name}`;
    const metadata = { name, namespace: system.namespace };
    const whole = {
      apiVersion,
      kind: 'OCIRepository',
      metadata,
      spec: { interval: '1h', url, ref: { tag: 'v1' }, ...spec },
    };
    if (!made.some(one => one.name === name)) made.push(ref(name));
    await system.client.apply(JSON.parse(JSON.stringify(whole)), {
      as: 'own',
      fieldManager: 'e2e',
      force: true,
    });
  };
  const secret = async (name: string, data: Record<string, string | Uint8Array>) => {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    await system.client.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: system.namespace },
        data: Object.fromEntries(encoded),
      },
      { as: 'own', fieldManager: 'e2e', force: true },
    );
  };
  const condition = (repo: OCIRepository | undefined, type: string) => {
    const found = repo?.status?.conditions?.find(one => one.type === type);
    return found && [found.status, found.reason, found.message];
  };
  /** The object, once it is ready or failed for its newest generation. */
  const settled = (name: string) =>
    system.until<OCIRepository>(ref(name), 'settled', repo => {
      const ready = repo?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.observedGeneration === repo?.metadata.generation && ready?.status !== 'Unknown';
    });
  const said = async (name: string) => condition(await settled(name), 'Ready');
  const artifactOf = async (name: string) => {
    const { status } = await system.until<OCIRepository>(
      ref(name),
      'ready',
      repo => condition(repo, 'Ready')?.[0] === 'True',
    );
    return { status: status!, artifact: status!.artifact! };
  };
  const layer = layerOf({ 'app/a.yaml': 'kind: ConfigMap', 'README.md': 'x' });

  test('has its artifact, with what Flux tells of it', async () => {
    const annotations = { 'org.opencontainers.image.source': 's', 'org.opencontainers.image.revision': 'r' };
    const digest = await registry.push('org/plain', 'v1', [layer], annotations);
    await apply('plain');
    const { artifact, status } = await artifactOf('plain');
    const folder = `ocirepository/${system.namespace}/plain`;
    expect(artifact).toMatchObject({
      revision: `v1@${digest}`,
      path: `${folder}/${digest}.tar.gz`,
      metadata: annotations,
    });
    expect(status.url).toBe(artifact.url.replace(`${digest}.tar.gz`, 'latest.tar.gz'));
    const bytes = new Uint8Array(await (await fetch(artifact.url)).arrayBuffer());
    expect(digestOf(bytes)).toBe(artifact.digest);
    const { items } = await system.client.listAll('v1', 'Event', { namespace: system.namespace, as: 'own' });
    const events = items as unknown as {
      involvedObject: { name: string };
      reason: string;
      message: string;
    }[];
    const told = events.filter(({ involvedObject }) => involvedObject.name === 'plain');
    expect(told.map(({ reason, message }) => [reason, message])).toEqual([
      [
        'NewArtifact',
        `stored artifact with revision 'v1@${digest}' from 'oci://${registry.host}/org/plain', origin source 's', origin revision 'r'`,
      ],
    ]);
  });

  test('is the same with a slash at the end of its URL', async () => {
    const digest = await registry.push('org/slash', 'v1', [layer]);
    await apply('slash', { url: `oci://${registry.host}/org/slash/` });
    expect((await artifactOf('slash')).artifact.revision).toBe(`v1@${digest}`);
  });

  test.each<[string, Spec, (digest: string) => string]>([
    ['latest', { ref: {} }, digest => `latest@${digest}`],
    ['semver', { ref: { semver: '>=1.0.0', tag: 'v1' } }, digest => `2.1.0@${digest}`],
    ['filter', { ref: { semver: '>=1.0.0-0', semverFilter: '.*-rc.*' } }, digest => `1.9.0-rc.1@${digest}`],
  ])('takes what spec.ref asks for: %s', async (name, spec, revision) => {
    const tags = ['latest', 'v1', '1.0.0', '1.9.0-rc.1', '2.1.0', 'x'];
    const digests: string[] = [];
    for (const tag of tags) digests.push(await registry.push(`org/${name}`, tag, [layer], { tag }));
    await apply(name, spec);
    const { artifact } = await artifactOf(name);
    expect(digests.map(revision)).toContain(artifact.revision);
  });

  test('copies a layer as it is, and unpacks it when it is told so', async () => {
    const chart = { ...layer, mediaType: chartLayer };
    await registry.push('org/chart', 'v1', [layerOf({ other: '' }), chart]);
    await apply('chart', { layerSelector: { mediaType: chartLayer, operation: 'copy' } });
    const { artifact } = await artifactOf('chart');
    expect(artifact.digest).toBe(digestOf(chart.bytes));
    await apply('chart', { layerSelector: { mediaType: chartLayer, operation: 'extract' } });
    await system.until<OCIRepository>(ref('chart'), 'unpacked', repo => {
      const { observedLayerSelector, artifact: now } = repo?.status ?? {};
      return observedLayerSelector?.operation === 'extract' && now?.digest !== artifact.digest;
    });
  });

  test('logs in with a pull secret, by itself or of its service account', async () => {
    const closed = await startRegistry();
    closed.login = { username: 'me', password: 'top-secret' };
    await closed.push('org/closed', 'v1', [layer]);
    const url = `oci://${closed.host}/org/closed`;
    await apply('closed', { url });
    expect(await said('closed')).toEqual([
      'False',
      'OCIArtifactPullFailed',
      expect.stringContaining('failed to determine artifact digest: '),
    ]);
    const auths = { [closed.host]: { auth: Buffer.from('me:top-secret').toString('base64') } };
    await secret('pull', { '.dockerconfigjson': JSON.stringify({ auths }) });
    await apply('closed', { url, secretRef: { name: 'pull' } });
    await artifactOf('closed');
    await system.client.apply(
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'puller', namespace: system.namespace },
        imagePullSecrets: [{ name: 'pull' }],
      },
      { as: 'own', fieldManager: 'e2e' },
    );
    await apply('by-account', { url, serviceAccountName: 'puller' });
    await artifactOf('by-account');
    await closed.stop();
  });

  describe('of a registry with a certificate of its own', () => {
    const key = readFileSync(new URL('./tls/key.pem', import.meta.url), 'utf8');
    const cert = readFileSync(new URL('./tls/cert.pem', import.meta.url), 'utf8');
    let secure: Registry;
    const url = (name: string) => `oci://${secure.host}/org/${name}`;

    beforeAll(async () => {
      secure = await startRegistry({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: false });
      for (const name of ['trusted', 'mutual', 'lax', 'proxied', 'unknown'])
        await secure.push(`org/${name}`, 'v1', [layer]);
      await secret('ca', { 'ca.crt': cert });
      await secret('pair', { 'ca.crt': cert, 'tls.crt': cert, 'tls.key': key });
    });
    afterAll(() => secure.stop());

    test('is pulled by an authority that the spec names, or where anybody is believed', async () => {
      await apply('trusted', { url: url('trusted'), certSecretRef: { name: 'ca' } });
      await apply('lax', { url: url('lax'), insecure: true });
      await artifactOf('trusted');
      await artifactOf('lax');
      await apply('unknown', { url: url('unknown') });
      expect((await said('unknown'))?.slice(0, 2)).toEqual(['False', 'OCIArtifactPullFailed']);
    });

    test('is shown the certificate that the spec names', async () => {
      let shown = false;
      secure.intercept = ({ socket, url: path }) => {
        if (path?.includes('org/mutual')) shown ||= 'authorized' in socket && socket.authorized === true;
        return false;
      };
      await apply('mutual', { url: url('mutual'), certSecretRef: { name: 'pair' } });
      await artifactOf('mutual');
      expect(shown).toBe(true);
    });

    test('is reached by the proxy that the spec names', async () => {
      const asked: [string | undefined, string | undefined][] = [];
      const proxy = createServer().on('connect', (request, client) => {
        asked.push([request.url, request.headers['proxy-authorization']]);
        const [host = '', port] = (request.url ?? '').split(':');
        const through = connect(Number(port), host, () => {
          client.write('HTTP/1.1 200 OK\r\n\r\n');
          through.pipe(client).pipe(through);
        });
        client.on('error', () => through.destroy());
      });
      await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
      const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      await secret('proxy', { address, username: 'me', password: 'secret' });
      const named = { certSecretRef: { name: 'ca' }, proxySecretRef: { name: 'proxy' } };
      await apply('proxied', { url: url('proxied'), ...named });
      await artifactOf('proxied');
      expect(asked[0]).toEqual([secure.host, `Basic ${Buffer.from('me:secret').toString('base64')}`]);
      proxy.closeAllConnections();
      proxy.close();
    });
  });

  test.each<[string, Spec, string, string]>([
    ['url', { url: 'oci://user:password@example.com/a' }, 'URLInvalid', 'URL validation failed for'],
    ['tagged', { url: 'oci://example.com/org/app:v1' }, 'URLInvalid', 'URL must not contain a tag'],
    ['gone', { ref: { tag: 'gone' } }, 'OCIArtifactPullFailed', 'failed to determine artifact digest: '],
    [
      'digest',
      { ref: { digest: 'sha256:1' } },
      'OCIArtifactPullFailed',
      'failed to determine artifact digest: ',
    ],
    ['unmatched', { ref: { semver: '9.x' } }, 'ReadOperationFailed', 'no match found for semver: 9.x'],
    [
      'unclear',
      { ref: { semver: 'x.y' } },
      'ReadOperationFailed',
      'failed to determine the artifact tag for',
    ],
    ['no-secret', { secretRef: { name: 'none' } }, 'AuthenticationFailed', 'secrets "none" not found'],
    ['no-account', { serviceAccountName: 'none' }, 'AuthenticationFailed', 'serviceaccount '],
    [
      'no-proxy',
      { proxySecretRef: { name: 'none' } },
      'AuthenticationFailed',
      'failed to get proxy address: ',
    ],
    [
      'no-cert',
      { certSecretRef: { name: 'none' } },
      'AuthenticationFailed',
      'failed to generate transport for ',
    ],
    [
      'no-layer',
      { layerSelector: { mediaType: 'a/b' } },
      'OCIArtifactLayerOperationFailed',
      "media type 'a/b'",
    ],
    [
      'gated',
      { provider: 'aws', serviceAccountName: 'plain' },
      'FeatureGateDisabled',
      'ObjectLevelWorkloadIdentity',
    ],
    ['foreign', { provider: 'gcp' }, 'OCIArtifactPullFailed', 'is no registry of Google'],
  ])('that cannot be had says why: %s', async (name, spec, reason, message) => {
    await registry.push(`org/${name}`, 'v1', [layer]);
    if (name === 'gated')
      await system.client.apply(
        {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'plain', namespace: system.namespace },
        },
        { as: 'own', fieldManager: 'e2e' },
      );
    await apply(name, spec);
    const repo = await settled(name);
    const ready = condition(repo, 'Ready');
    expect(ready).toEqual(['False', reason, expect.stringContaining(message)]);
    expect(JSON.stringify(repo.status)).not.toContain('password');
    if (reason === 'FeatureGateDisabled') return;
    expect(condition(repo, 'FetchFailed')).toEqual(['True', reason, ready?.[2]]);
    expect(condition(repo, 'Reconciling')?.[1]).toBe(
      reason === 'URLInvalid' ? undefined : 'ProgressingWithRetry',
    );
  });

  test('keeps its artifact while the next cannot be had, and says that it is outdated', async () => {
    await registry.push('org/kept', 'v1', [layer]);
    await apply('kept');
    const { artifact } = await artifactOf('kept');
    const next = await registry.push('org/kept', 'v2', []);
    await apply('kept', { ref: { tag: 'v2' } });
    const repo = await settled('kept');
    const outdated = `new revision 'v2@${next}' for '${registry.host}/org/kept:v2'`;
    const ready = ['False', 'OCIArtifactLayerOperationFailed', 'no layers found in artifact'];
    expect(condition(repo, 'Ready')).toEqual(ready);
    expect(condition(repo, 'ArtifactOutdated')).toEqual(['True', 'NewRevision', outdated]);
    expect(condition(repo, 'Reconciling')).toEqual([
      'True',
      'ProgressingWithRetry',
      `building artifact: ${outdated}`,
    ]);
    expect(repo.status?.artifact).toEqual(artifact);
    await apply('kept');
    const { status } = await artifactOf('kept');
    expect(status.conditions?.map(({ type }) => type).sort()).toEqual(['ArtifactInStorage', 'Ready']);
    expect(status.artifact).toEqual(artifact);
  });

  test('that has not changed costs one request, and no body', async () => {
    await registry.push('org/idle', 'v1', [layer]);
    await apply('idle');
    await artifactOf('idle');
    const before = registry.asked.length;
    const requestedAt = 'again';
    await system.client.patch(
      ref('idle'),
      'merge',
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt } } },
      { as: 'own' },
    );
    await system.until<OCIRepository>(
      ref('idle'),
      'asked again',
      repo => repo?.status?.lastHandledReconcileAt === requestedAt,
    );
    const asked = registry.asked.slice(before).filter(({ path }) => path.includes('org/idle'));
    expect(asked.map(({ method, path }) => [method, path])).toEqual([['HEAD', '/v2/org/idle/manifests/v1']]);
  });

  test('a request by annotation goes after the download that runs', async () => {
    await registry.push('org/slow', 'v1', [layer]);
    let blobs = 0;
    const released = Promise.withResolvers<void>();
    registry.intercept = (request, response) => {
      if (!request.url?.includes('org/slow/blobs')) return false;
      blobs++;
      response.writeHead(200);
      void released.promise.then(() => response.end(layer.bytes));
      return true;
    };
    await apply('slow');
    await system.until(ref('slow'), 'downloading', () => blobs === 1);
    await system.client.patch(
      ref('slow'),
      'merge',
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } } },
      { as: 'own' },
    );
    await new Promise(resolve => setTimeout(resolve, 300));
    released.resolve();
    const { status } = await system.until<OCIRepository>(
      ref('slow'),
      'answered',
      repo => condition(repo, 'Ready')?.[0] === 'True' && repo?.status?.lastHandledReconcileAt === 'now',
    );
    registry.intercept = () => false;
    expect(status?.artifact).toBeDefined();
    expect(blobs).toBe(1);
  });

  describe('that has to be signed', () => {
    const replay = (name: string) => {
      const repositories: Record<string, { tags: Record<string, string>; contents: Record<string, string> }> =
        golden.repositories;
      const { tags, contents } = repositories[`org/${name}`]!;
      const bytes = Object.values(contents).map(text =>
        text.startsWith('{') ? text : Buffer.from(text, 'base64'),
      );
      registry.intercept = replaying(`org/${name}`, { tags, contents: [...bytes, recordedLayer] });
    };
    const recordedLayer = Buffer.from(
      'H4sIAAAAAAAAA+3OsQ6CMBSF4c4+RZ+A3NLiwOrMQzQxGiK0pJbBt7eRzUFZCCH5v+Uk957h+Orlx0FtSoqzc58svlOkFmUaK1acqV25m1IXpWXbWYv5mX3SWqUY86/ev/9BPfpwbfUlhlt/7/x02nsPAAAAAAAAAAAAAAAAAGCdN7BfanAAKAAA',
      'base64',
    );
    const policy = JSON.stringify({
      version: '1.0',
      trustPolicies: [
        {
          name: 'all',
          registryScopes: ['*'],
          signatureVerification: { level: 'strict' },
          trustStores: ['ca:all'],
          trustedIdentities: ['*'],
        },
      ],
    });
    const byKey: Spec = { verify: { provider: 'cosign', secretRef: { name: 'keys' } } };
    const byIdentity: Spec = {
      verify: {
        provider: 'cosign',
        trustedRootSecretRef: { name: 'root' },
        matchOIDCIdentity: [
          { issuer: '^https://token\\.actions', subject: '^https://github\\.com/org/app/' },
        ],
      },
    };
    const byNotation: Spec = { verify: { provider: 'notation', secretRef: { name: 'notation' } } };

    beforeAll(async () => {
      await secret('keys', { 'a.pub': golden.keys.rsa, 'b.pub': golden.keys.cosign });
      await secret('root', { 'trusted_root.json': JSON.stringify(golden.trustedRoot) });
      await secret('notation', { 'trustpolicy.json': policy, 'root.crt': golden.certificates.root });
    });

    test.each<[string, Spec]>([
      ['key-bundle', byKey],
      ['key-simple', byKey],
      ['keyless-bundle', byIdentity],
      ['keyless-simple', byIdentity],
      ['notation-jws', byNotation],
      ['notation-cose', byNotation],
    ])('%s is verified', async (name, spec) => {
      replay(name);
      await apply(name, spec);
      const repo = await settled(name);
      const verified = condition(repo, 'SourceVerified');
      const { digest } = (golden.repositories as Record<string, { digest: string }>)[`org/${name}`]!;
      expect(verified).toEqual(['True', 'Succeeded', `verified signature of revision v1@${digest}`]);
    });

    test.each<[string, Spec, string]>([
      ['none', byKey, "provider 'cosign': no matching signatures were found for"],
      ['other', byIdentity, "provider 'cosign keyless': no signatures found"],
      ['ed25519', byNotation, "provider 'notation': no signature is associated with"],
      ['rsa', { verify: { provider: 'cosign', secretRef: { name: 'no' } } }, 'secrets "no" not found'],
    ])('%s is not, and there is no artifact of it', async (name, spec, problem) => {
      replay(name);
      await apply(name, spec);
      const repo = await settled(name);
      const verified = condition(repo, 'SourceVerified');
      expect(verified).toEqual(['False', 'VerificationError', expect.stringContaining(problem)]);
      expect(condition(repo, 'Ready')).toEqual(verified);
      expect(repo.status?.artifact).toBeUndefined();
    });
  });
});
