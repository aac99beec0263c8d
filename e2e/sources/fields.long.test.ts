import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact, Condition } from '@millrace/api';
import { type S3Server, startS3 } from '@millrace/bucket/testing';
import { git } from '@millrace/git';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import signatures from '../../clients/oci-signatures/golden/signatures.json' with { type: 'json' };
import type { Clone } from '../fleet.ts';
import { golden, type Site, startSite } from '../helm/site.ts';
import { replaying } from '../recorded.ts';
import { layerOf, type Registry, startRegistry } from '../registry.ts';
import { isReady, type System, startSystem } from '../system.ts';
import {
  certificates,
  directory,
  ecrApi,
  ecrHost,
  ecrLogin,
  filesAt,
  keysOfDirectory,
  listening,
  portOf,
  proxyTo,
} from './stage.ts';

type Source = KubeObject & { status?: { artifact?: Artifact; conditions?: Condition[] } };

const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** Fields of sources that no other test is about: right, and wrong. */
describe('a field of a source', () => {
  let folder: string;
  let pem: ReturnType<typeof certificates>;
  let system: System;
  let registry: Registry;
  /** At 127.0.0.1 and, behind the proxy, at AWS. */
  let secure: Registry;
  let site: Site;
  let secureSite: Server;
  let store: S3Server;
  let sts: Server;
  let url: string;
  let clone: Clone;
  const digests: Record<string, string> = {};
  const commits: Record<string, string> = {};
  const servers: Server[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-fields-'));
    pem = certificates(folder);
    registry = await startRegistry();
    secure = await startRegistry({ cert: pem.cert, key: pem.key });
    site = await startSite('user:secret');
    store = await startS3();
    store.login = keysOfDirectory;
    store.put('fleet', 'a.yaml', 'a');
    const proxy = await listening(proxyTo(() => Number(secure.host.split(':')[1])));
    const api = await listening(ecrApi());
    sts = await listening(directory(pem));
    secureSite = await listening(
      createTlsServer(pem, async (request, response) => {
        const answer = await fetch(`${site.url}${request.url}`);
        response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
      }),
    );
    servers.push(proxy, api, sts, secureSite);
    system = await startSystem(['--controllers', 'source,source-watcher'], {
      env: {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${portOf(api)}`,
        AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'secret',
        HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      },
    });
    await fill();
  }, 120_000);
  afterAll(async () => {
    for (const kind of ['ArtifactGenerator', 'HelmChart', 'HelmRepository', 'OCIRepository', 'Bucket'])
      await system.clear(versionOf(kind), kind);
    await system.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    site.stop();
    await Promise.all([registry.stop(), secure.stop(), store.stop(), rm(folder, { recursive: true })]);
  });

  async function fill() {
    const repository = await system.repository('fields');
    url = repository.url;
    clone = repository.clone;
    const { path, push } = clone;
    const run = (...args: string[]) =>
      git({ args: ['-C', path, ...args], what: 'clone', signal: AbortSignal.timeout(9000) });
    commits.first = await push('One', { 'apps/a.yaml': 'a: 1', 'apps/b.txt': 'b', 'docs/a.md': 'a' });
    commits.last = await push('Two', { 'apps/c.yaml': 'c: 1' });
    await run(
      'push',
      '--quiet',
      'origin',
      `${commits.first}:refs/tags/v1.0.0`,
      `${commits.first}:refs/pull/1/head`,
    );
    await system.source('fields', url);
    await system.until(system.ref('GitRepository', 'fields'), 'ready', isReady);
    const layers = [layerOf({ 'a.yaml': 'a', 'b.md': 'b' })];
    digests.old = await registry.push('org/app', 'v1', layers);
    digests.new = await registry.push('org/app', 'v1', layers, { is: 'new' });
    for (const login of [undefined, ecrLogin]) {
      if (login) secure.login = login;
      else
        await secure.push('charts/app', '1.0.0', [{ mediaType: chartLayer, bytes: golden('app-1.0.0.tgz') }]);
    }
    site.files.set('index.yaml', golden('index.yaml'));
    await secret('authority', { 'ca.crt': pem.ca });
    await secret('login', { username: 'user', password: 'secret' });
    await secret('root', { 'trusted_root.json': JSON.stringify(signatures.trustedRoot) });
    await secret('no-root', { other: 'x' });
  }

  const versionOf = (kind: string) => {
    if (kind === 'Secret') return 'v1';
    return kind === 'ArtifactGenerator'
      ? 'source.extensions.fluxcd.io/v1beta1'
      : 'source.toolkit.fluxcd.io/v1';
  };
  const refOf = (kind: string, name: string) => {
    const { namespace } = system;
    return { apiVersion: versionOf(kind), kind, namespace, name };
  };
  const apply = (kind: string, name: string, rest: object) => {
    const { apiVersion, namespace } = refOf(kind, name);
    const object: KubeObject = { apiVersion, kind, metadata: { name, namespace }, ...rest };
    return system.client.apply(object, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const secret = (name: string, stringData: Record<string, string>) => apply('Secret', name, { stringData });
  const conditionOf = (source: Source | undefined, type: string) =>
    source?.status?.conditions?.find(one => one.type === type);
  /** What is said of it for its newest generation, and its artifact. */
  const settled = async (kind: string, name: string, spec: object) => {
    const interval = kind === 'ArtifactGenerator' ? {} : { interval: '1h' };
    await apply(kind, name, { spec: { ...interval, ...spec } });
    const found = await system.until<Source>(refOf(kind, name), 'settled', source => {
      const ready = conditionOf(source, 'Ready');
      const isNew = ready?.observedGeneration === source?.metadata.generation;
      return isNew && ready?.status !== 'Unknown' && ready?.reason !== 'NoSourceArtifact';
    });
    const { reason, message } = conditionOf(found, 'Ready')!;
    return { reason, message, artifact: found.status?.artifact };
  };
  const nameOf = (title: string) => title.toLowerCase().replaceAll(/[^a-z]+/g, '-');

  test.each<[string, object, string[], string]>([
    ['GitRepository.ignore', { ignore: '*.txt\n/docs/\n' }, ['apps/a.yaml', 'apps/c.yaml'], 'last'],
    ['GitRepository.sparseCheckout', { sparseCheckout: ['./docs/'] }, ['docs/a.md'], 'last'],
    [
      'GitRepository.sparseCheckout of a file',
      { sparseCheckout: ['docs', 'apps/c.yaml'] },
      ['apps/c.yaml', 'docs/a.md'],
      'last',
    ],
    [
      'GitRepository.ref.name of what a tag points at',
      { ref: { name: 'refs/tags/v1.0.0^{}' } },
      ['apps/a.yaml', 'apps/b.txt', 'docs/a.md'],
      'first',
    ],
    [
      'GitRepository.ref.tag',
      { ref: { tag: 'v1.0.0' } },
      ['apps/a.yaml', 'apps/b.txt', 'docs/a.md'],
      'first',
    ],
    [
      'GitRepository.ref.name',
      { ref: { name: 'refs/pull/1/head', branch: 'no-such' } },
      ['apps/a.yaml', 'apps/b.txt', 'docs/a.md'],
      'first',
    ],
  ])('does what it is for: %s', async (title, spec, files, commit) => {
    const { artifact } = await settled('GitRepository', nameOf(title), {
      url,
      ref: { branch: 'main' },
      ...spec,
    });
    expect(artifact?.revision).toContain(`sha1:${commits[commit]}`);
    expect(await filesAt(artifact!.url)).toEqual(files);
  });

  test.each<[string, object, string]>([
    [
      'GitRepository.ref.branch of none',
      { branch: 'none' },
      `git': couldn't find remote ref "refs/heads/none"`,
    ],
    ['GitRepository.ref.name of none', { name: 'refs/pull/2/head' }, "ref 'refs/pull/2/head' to a specific"],
    ['GitRepository.ref.tag of none', { tag: 'v9.0.0' }, 'v9.0.0'],
    ['GitRepository.ref.semver of none', { semver: '9.x' }, 'no match found for semver: 9.x'],
  ])('says what is wrong: %s', async (title, ref, message) => {
    const said = await settled('GitRepository', nameOf(title), { url, ref });
    expect(said).toMatchObject({ reason: 'GitOperationFailed', message: expect.stringContaining(message) });
    expect(said.artifact).toBeUndefined();
  });

  test.each<[string, object, string, string[]]>([
    ['OCIRepository.ignore', { ref: { tag: 'v1' }, ignore: '*.md' }, 'new', ['a.yaml']],
    ['OCIRepository.ref.digest', {}, 'old', ['a.yaml', 'b.md']],
  ])('does what it is for: %s', async (title, spec, digest, files) => {
    const ref = { tag: 'gone', digest: digests[digest] };
    const whole = { url: `oci://${registry.host}/org/app`, ref, ...spec };
    const { artifact } = await settled('OCIRepository', nameOf(title), whole);
    expect(artifact?.revision).toContain(digests[digest]);
    expect(await filesAt(artifact!.url)).toEqual(files);
  });

  const trusted = { provider: 'cosign', trustedRootSecretRef: { name: 'root' } };
  const whom = { issuer: '^https://token\\.actions', subject: '^https://github\\.com/org/app/' };
  test.each<[string, object, string, string]>([
    [
      'OCIRepository.ref.semverFilter that is none',
      { ref: { semver: '*', semverFilter: '(' } },
      'ReadOperationFailed',
      'semverFilter: error parsing regexp: missing closing )',
    ],
    [
      'OCIRepository.verify of another issuer',
      { verify: { ...trusted, matchOIDCIdentity: [{ ...whom, issuer: '^https://other' }] } },
      'VerificationError',
      "provider 'cosign keyless': ",
    ],
    [
      'OCIRepository.verify of another subject',
      { verify: { ...trusted, matchOIDCIdentity: [{ ...whom, subject: '^https://github\\.com/other/' }] } },
      'VerificationError',
      "provider 'cosign keyless': ",
    ],
    [
      'OCIRepository.verify by no root',
      { verify: { ...trusted, trustedRootSecretRef: { name: 'no-root' }, matchOIDCIdentity: [whom] } },
      'VerificationError',
      "'trusted_root.json' not found in secret",
    ],
  ])('says what is wrong: %s', async (title, spec, reason, message) => {
    const { tags, contents } = signatures.repositories['org/keyless-bundle'];
    const bytes = Object.values(contents).map(text =>
      text.startsWith('{') ? text : Buffer.from(text, 'base64'),
    );
    registry.intercept = replaying('org/keyless-bundle', { tags, contents: bytes });
    const whole = { url: `oci://${registry.host}/org/keyless-bundle`, ref: { tag: 'v1' }, ...spec };
    const said = await settled('OCIRepository', nameOf(title), whole);
    expect(said).toMatchObject({ reason, message: expect.stringContaining(message) });
    expect(said.artifact).toBeUndefined();
  });

  test('opens a registry of AWS to an OCIRepository and a HelmRepository of its provider', async () => {
    // The embedded registry answers to no other name.
    secure.intercept = request => {
      request.headers.host = secure.host;
      return false;
    };
    const certSecretRef = { name: 'authority' };
    const of = (provider: string) => ({
      url: `oci://${ecrHost}/charts/app`,
      provider,
      certSecretRef,
      ref: { tag: '1.0.0' },
    });
    expect(await settled('OCIRepository', 'of-aws', of('aws'))).toMatchObject({
      message: expect.stringContaining('stored artifact for digest'),
      artifact: { revision: expect.stringMatching(/^1\.0\.0@sha256:/) },
    });
    expect(await settled('OCIRepository', 'of-nobody', of('generic'))).toMatchObject({
      reason: 'OCIArtifactPullFailed',
      artifact: undefined,
    });
    const spec = { url: `oci://${ecrHost}/charts`, type: 'oci', provider: 'aws', certSecretRef };
    await apply('HelmRepository', 'of-aws', { spec: { interval: '1h', ...spec } });
    const sourceRef = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository', name: 'of-aws' };
    const chart = await settled('HelmChart', 'of-aws', { chart: 'app', sourceRef });
    expect(chart.message).toBe("pulled 'app' chart with version '1.0.0'");
  });

  describe('of a HelmRepository', () => {
    const chartOf = (name: string) =>
      settled('HelmChart', name, { chart: 'app', sourceRef: { kind: 'HelmRepository', name } });

    test('does what it is for: HelmRepository.certSecretRef', async () => {
      const at = `https://127.0.0.1:${portOf(secureSite)}`;
      const trusting = await settled('HelmRepository', 'trusting', {
        url: at,
        certSecretRef: { name: 'authority' },
      });
      expect(trusting.artifact?.revision).toMatch(/^sha256:/);
      expect((await settled('HelmRepository', 'wary', { url: at })).message).toMatch(/certificate/);
    });

    test('says what is wrong: HelmRepository.certSecretRef of none', async () => {
      const said = await settled('HelmRepository', 'no-cert', {
        url: site.url,
        certSecretRef: { name: 'gone' },
      });
      expect(said).toMatchObject({
        reason: 'AuthenticationFailed',
        message: expect.stringContaining('secrets "gone" not found'),
      });
    });

    test('does what it is for: HelmRepository.insecure', async () => {
      const repository = (name: string, insecure: boolean) =>
        apply('HelmRepository', name, {
          spec: {
            interval: '1h',
            type: 'oci',
            url: `oci://${secure.host}/charts`,
            insecure,
            secretRef: { name },
          },
        });
      for (const name of ['believing', 'unbelieving']) await secret(name, ecrLogin);
      await repository('believing', true);
      await repository('unbelieving', false);
      expect((await chartOf('believing')).artifact?.revision).toBe('1.0.0');
      expect((await chartOf('unbelieving')).message).toMatch(/certificate/);
    });

    test('does what it is for: HelmRepository.passCredentials', async () => {
      const bytes = golden('app-1.0.0.tgz');
      const shown: (string | undefined)[] = [];
      const other = await listening(
        createServer((request, response) => {
          shown.push(request.headers.authorization);
          if (request.headers.authorization) response.end(bytes);
          else response.writeHead(401).end();
        }),
      );
      servers.push(other);
      const digest = createHash('sha256').update(bytes).digest('hex');
      const entry = { apiVersion: 'v2', name: 'app', version: '1.0.0', digest };
      const urls = [`http://localhost:${portOf(other)}/app-1.0.0.tgz`];
      const index = { apiVersion: 'v1', entries: { app: [{ ...entry, urls }] } };
      site.files.set('else/index.yaml', JSON.stringify(index));
      for (const passCredentials of [true, false]) {
        const name = passCredentials ? 'passing' : 'keeping';
        const spec = { url: `${site.url}/private/else`, secretRef: { name: 'login' }, passCredentials };
        await settled('HelmRepository', name, spec);
      }
      expect((await chartOf('passing')).artifact?.revision).toBe('1.0.0');
      expect(await chartOf('keeping')).toMatchObject({ reason: 'AuthenticationFailed', artifact: undefined });
      expect(shown[0]).toBe(`Basic ${btoa('user:secret')}`);
      expect(new Set(shown.slice(1))).toEqual(new Set([undefined]));
    });

    test('does what it is for, which is nothing: HelmRepository.accessFrom', async () => {
      const accessFrom = { namespaceSelectors: [{ matchLabels: { of: 'nobody' } }] };
      const { artifact } = await settled('HelmRepository', 'open', { url: site.url, accessFrom });
      expect(artifact?.revision).toMatch(/^sha256:/);
    });
  });

  test('does what it is for: HelmChart.sourceRef.apiVersion', async () => {
    await settled('HelmRepository', 'plain', { url: site.url });
    const sourceRef = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository', name: 'plain' };
    expect((await settled('HelmChart', 'versioned', { chart: 'app', sourceRef })).artifact?.revision).toBe(
      '1.1.0',
    );
  });

  test.each<[string, object]>([
    ['HelmChart.verify of no issuer', { issuer: { of: 'another type' }, subject: '.*' }],
    ['HelmChart.verify of no subject', { issuer: '.*', subject: 7 }],
  ])('is refused: %s', async (title, identity) => {
    const sourceRef = { kind: 'HelmRepository', name: 'plain' };
    const verify = { provider: 'cosign', matchOIDCIdentity: [identity] };
    const spec = { interval: '1h', chart: 'app', sourceRef, verify };
    await expect(apply('HelmChart', nameOf(title), { spec })).rejects.toThrow(
      /verify\.matchOIDCIdentity\[0\]/,
    );
  });

  test('does what it is for: Bucket.sts.certSecretRef', async () => {
    const endpoint = `https://127.0.0.1:${portOf(sts)}`;
    const by = (certSecretRef: object) => ({
      ...{ bucketName: 'fleet', endpoint: store.endpoint, insecure: true },
      sts: { provider: 'ldap', endpoint, secretRef: { name: 'login' }, ...certSecretRef },
    });
    const right = await settled('Bucket', 'sts', by({ certSecretRef: { name: 'authority' } }));
    expect(right.artifact?.revision).toMatch(/^sha256:/);
    expect((await settled('Bucket', 'wary-sts', by({}))).message).toMatch(/certificate/);
    expect(await settled('Bucket', 'no-sts', by({ certSecretRef: { name: 'gone' } }))).toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringContaining('secrets "gone" not found'),
    });
  });

  describe('of an ArtifactGenerator', () => {
    const sources = [{ alias: 'repo', kind: 'GitRepository', name: 'fields' }];
    const copy = [{ from: '@repo/**', to: '@artifact/' }];
    const made = async (title: string, artifact: object, of: object[] = sources) => {
      const name = nameOf(title);
      const said = await settled('ArtifactGenerator', name, {
        sources: of,
        artifacts: [{ name, copy, ...artifact }],
      });
      const external = await system.get<Source>(refOf('ExternalArtifact', name));
      return { ...said, artifact: external?.status?.artifact };
    };

    test('does what it is for: ArtifactGenerator.exclude', async () => {
      const exclude = ['*.md', 'apps/**/b.txt'];
      const { artifact } = await made('exclude', { copy: [{ ...copy[0], exclude }] });
      expect(await filesAt(artifact!.url)).toEqual(['apps/a.yaml', 'apps/c.yaml']);
    });

    test('does what it is for: ArtifactGenerator.revision', async () => {
      const { artifact } = await made('revision', { revision: '@repo' }, sources);
      expect(artifact?.revision).toBe(`main@sha1:${commits.last}`);
    });

    test('does what it is for: ArtifactGenerator.originRevision', async () => {
      const first = { copy: [{ from: '@repo/docs/**', to: '@artifact/' }], originRevision: '@repo' };
      const { artifact } = await made('origin', first);
      const again = { copy: [{ from: '@one/**', to: '@artifact/' }], originRevision: '@one' };
      await made('origin-again', again, [{ alias: 'one', kind: 'ExternalArtifact', name: 'origin' }]);
      const commit = await clone.push('Three', { 'apps/d.yaml': 'd: 1' });
      const origin = { 'org.opencontainers.image.revision': `main@sha1:${commit}` };
      for (const name of ['origin', 'origin-again']) {
        const found = await system.until<Source>(
          refOf('ExternalArtifact', name),
          'of the new commit',
          one => JSON.stringify(one?.status?.artifact?.metadata) === JSON.stringify(origin),
        );
        expect(found.status?.artifact?.digest).toBe(artifact?.digest);
      }
    });

    test('does what it is for: ArtifactGenerator.namespace', async () => {
      const { artifact } = await made('namespace', {}, [{ ...sources[0], namespace: system.namespace }]);
      expect(await filesAt(artifact!.url)).toContain('apps/a.yaml');
    });

    test.each<[string, object, object, string, string]>([
      [
        'ArtifactGenerator.exclude of all',
        { copy: [{ ...copy[0], exclude: ['**'] }] },
        {},
        'BuildFailed',
        "all files matching pattern '**' in source 'repo' were excluded",
      ],
      [
        'ArtifactGenerator.strategy for what is no YAML',
        {
          copy: [
            { from: '@repo/docs/a.md', to: '@artifact/a.yaml' },
            { from: '@repo/apps/a.yaml', to: '@artifact/a.yaml', strategy: 'Merge' },
          ],
        },
        {},
        'BuildFailed',
        'cannot unmarshal YAML document',
      ],
      [
        'ArtifactGenerator.namespace of nobody',
        {},
        { namespace: 'nobody' },
        'SourceFetchFailed',
        '"fields" not found',
      ],
    ])('says what is wrong: %s', async (title, artifact, source, reason, message) => {
      const said = await made(title, artifact, [{ ...sources[0], ...source }]);
      expect(said).toMatchObject({ reason, message: expect.stringContaining(message), artifact: undefined });
    });
  });
});
