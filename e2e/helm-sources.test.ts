import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact, Condition, HelmChart, HelmRepository } from '@millrace/api';
import { findCondition } from '@millrace/controller';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import signatures from '../clients/oci-signatures/golden/signatures.json' with { type: 'json' };
import { chartFiles, entriesOf } from './helm/chart-files.ts';
import { pushNotationCharts, signedCharts } from './helm/signed-charts.ts';
import { golden, type Site, startRegistryOf, startSite } from './helm/site.ts';
import { type Registry, startRegistry } from './registry.ts';
import { readyOf, type System, startSystem } from './system.ts';

const apiVersion = 'source.toolkit.fluxcd.io/v1';

describe('sources of Helm charts', () => {
  let system: System;
  let site: Site;
  let registry: Registry;
  let commit: string;

  beforeAll(async () => {
    site = await startSite('user:secret');
    registry = await startRegistryOf('charts/app', {
      '1.0.0': golden('app-1.0.0.tgz'),
      '1.1.0': golden('app-1.1.0.tgz'),
      latest: golden('app-1.1.0.tgz'),
      // Helm lists no tag with a v, and none that is not whole.
      'v3.0.0': golden('app-1.0.0.tgz'),
      '4.0': golden('app-1.0.0.tgz'),
      '2.0.0-rc.1': golden('app-2.0.0-rc.1.tgz'),
    });
    system = await startSystem(['--controllers', 'source']);
    const { url, clone } = await system.repository('charts');
    commit = await clone.push('Charts', {
      ...chartFiles(site.url),
      'broken/Chart.yaml': 'apiVersion: v2\nname: broken\nversion: 1.0.0\n',
      'broken/values.yaml': 'a: [\n',
    });
    await system.source('charts', url);
    await secret('login', { username: 'user', password: 'secret' });
    await secret('half', { username: 'user' });
    await repository('repo', { url: site.url });
    await repository('private', { url: `${site.url}/private/`, secretRef: { name: 'login' } });
    site.files.set(
      'no-urls/index.yaml',
      'apiVersion: v1\nentries:\n  app:\n  - {name: app, version: 1.0.0, urls: []}\n',
    );
    await repository('no-urls', { url: `${site.url}/no-urls` });
    const secretRef = { name: 'gone' };
    await repository('locked', { url: `oci://${registry.host}/charts`, type: 'oci', secretRef });
    await repository('static', { url: `oci://${registry.host}/charts`, type: 'oci' });
  }, 30_000);
  afterAll(async () => {
    for (const kind of ['HelmChart', 'HelmRepository']) await system.clear(apiVersion, kind);
    await system.stop();
    site.stop();
    registry.stop();
  });

  const refOf = (kind: string, name: string): ObjectRef => ({
    apiVersion: kind === 'Secret' ? 'v1' : apiVersion,
    kind,
    name,
    namespace: system.namespace,
  });
  const apply = async (kind: string, name: string, rest: { metadata?: object }) => {
    const { apiVersion: version, namespace } = refOf(kind, name);
    const object = { apiVersion: version, kind, ...rest, metadata: { name, namespace, ...rest.metadata } };
    await system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const secret = (name: string, stringData: Record<string, string>) =>
    apply('Secret', name, { stringData } as object);
  const repository = (name: string, spec: object) =>
    apply('HelmRepository', name, { spec: { interval: '1h', ...spec } } as object);
  const from = (kind: string, name: string, spec: object) => ({
    interval: '1h',
    sourceRef: { kind, name },
    ...spec,
  });
  const settled = <T extends HelmRepository | HelmChart>(kind: string, name: string, test = (_: T) => true) =>
    system.until<T>(
      refOf(kind, name),
      'settled',
      object =>
        ['True', 'False'].includes(readyOf(object)?.status ?? '') &&
        readyOf(object)?.reason !== 'NoSourceArtifact' &&
        (readyOf(object) as Condition | undefined)?.observedGeneration === object?.metadata.generation &&
        test(object as T),
    );
  const chart = async (name: string, spec: object, test?: (chart: HelmChart) => boolean) => {
    await apply('HelmChart', name, { spec } as object);
    return settled<HelmChart>('HelmChart', name, test);
  };
  const askAgain = (kind: string, name: string, requestedAt: string) =>
    system.client.patch(
      refOf(kind, name),
      'merge',
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': requestedAt } } },
      { as: 'own', fieldManager: 'e2e' },
    );
  const stored = ({ path }: Artifact) => readFileSync(join(system.folder, 'controllers', 'artifacts', path));
  const eventsOf = async (name: string) => {
    const { items } = await system.client.listAll<
      KubeObject & { reason: string; message: string; involvedObject: { name: string } }
    >('v1', 'Event', { namespace: system.namespace, as: 'own' });
    return items.filter(e => e.involvedObject.name === name).map(e => `${e.reason}: ${e.message}`);
  };

  test('an index is offered as JSON, as source-controller writes it', async () => {
    const { status } = await settled<HelmRepository>('HelmRepository', 'repo');
    const hex = createHash('sha256').update(golden('index.yaml')).digest('hex');
    expect(status?.artifact?.revision).toBe(`sha256:${hex}`);
    expect(status?.artifact?.path).toMatch(new RegExp(`/repo/index-${hex}.yaml$`));
    expect(stored(status!.artifact!).equals(golden('index.json'))).toBe(true);
    const response = await fetch(status!.url!);
    expect(await response.text()).toBe(golden('index.json').toString());
    await expect
      .poll(() => eventsOf('repo'))
      .toEqual([`NewArtifact: stored fetched index of size 1.611kB from '${site.url}'`]);
  });

  test('an index that has not changed costs one request without a body, and is told to who looks at it', async () => {
    const before = await settled<HelmRepository>('HelmRepository', 'repo');
    site.log.length = 0;
    await askAgain('HelmRepository', 'repo', 'now');
    const after = await settled<HelmRepository>(
      'HelmRepository',
      'repo',
      ({ status }) => status?.lastHandledReconcileAt === 'now',
    );
    expect(site.log).toEqual(['/index.yaml 304']);
    expect(after.status?.artifact).toEqual(before.status?.artifact);
    await expect
      .poll(async () => (await eventsOf('repo')).at(-1))
      .toBe(
        `ArtifactUpToDate: artifact up-to-date with remote revision: '${after.status?.artifact?.revision}'`,
      );
  });

  test('a request neither restarts what is being fetched, nor is it lost', async () => {
    site.files.set('slow/index.yaml', 'apiVersion: v1\n');
    site.log.length = 0;
    await repository('slow', { url: `${site.url}/slow` });
    await system.until<HelmRepository>(refOf('HelmRepository', 'slow'), 'begun', repo =>
      Boolean(repo?.metadata.finalizers?.length),
    );
    await askAgain('HelmRepository', 'slow', 'meanwhile');
    await settled<HelmRepository>(
      'HelmRepository',
      'slow',
      ({ status }) => status?.lastHandledReconcileAt === 'meanwhile' && status.artifact !== undefined,
    );
    expect(site.log.filter(line => line.startsWith('/slow/'))).toEqual([
      '/slow/index.yaml 200',
      '/slow/index.yaml 304',
    ]);
    await expect.poll(() => eventsOf('slow')).toHaveLength(1);
  });

  test('a repository in a registry is static', async () => {
    await chart('of-registry', from('HelmRepository', 'static', { chart: 'app', version: '1.x' }));
    const found = await system.get<HelmRepository>(refOf('HelmRepository', 'static'));
    expect(found?.metadata.finalizers).toBeUndefined();
    expect(found?.status ?? {}).toEqual({ observedGeneration: -1 });
  });

  test('a repository that moves to a registry leaves nothing behind', async () => {
    await repository('moves', { url: site.url });
    const { status } = await settled<HelmRepository>('HelmRepository', 'moves');
    await repository('moves', { url: `oci://${registry.host}/charts`, type: 'oci' });
    await system.until<HelmRepository>(
      refOf('HelmRepository', 'moves'),
      'static',
      repo => !repo?.metadata.finalizers?.length && !repo?.status?.artifact && !repo?.status?.conditions,
    );
    expect(() => stored(status!.artifact!)).toThrow('ENOENT');
  });

  const values = {
    valuesFiles: ['values.yaml', 'values-prod.yaml', 'no.yaml'],
    ignoreMissingValuesFiles: true,
  };

  describe('a chart', () => {
    const repo = (spec: object) => from('HelmRepository', 'repo', { chart: 'app', ...spec });
    test.each([
      ['the newest', repo({}), '1.1.0', 'app-1.1.0.tgz'],
      ['a range', repo({ version: '1.0.x' }), '1.0.0', 'app-1.0.0.tgz'],
      ['a pre-release', repo({ version: '>=2.0.0-0' }), '2.0.0-rc.1', 'app-2.0.0-rc.1.tgz'],
      ['values.yaml alone', repo({ valuesFiles: ['./values.yaml'] }), '1.1.0', 'app-1.1.0.tgz'],
      ['of a private one', from('HelmRepository', 'private', { chart: 'app' }), '1.1.0', 'app-1.1.0.tgz'],
      ['of a registry', from('HelmRepository', 'static', { chart: 'app' }), '1.1.0', 'app-1.1.0.tgz'],
      [
        'of a registry, exactly',
        from('HelmRepository', 'static', { chart: 'app', version: '1.0.0' }),
        '1.0.0',
        'app-1.0.0.tgz',
      ],
    ])('is passed on as it is: %s', async (what, spec, version, file) => {
      const name = what.replace(/[^a-z]+/g, '-');
      const { status } = await chart(name, spec);
      const message = `pulled 'app' chart with version '${version}'`;
      expect(readyOf({ status } as never)).toMatchObject({ reason: 'ChartPullSucceeded', message });
      expect(status?.artifact?.path).toMatch(
        new RegExp(`/${name}/app-${version.replaceAll('.', '\\.')}\\.tgz$`),
      );
      expect(status?.observedChartName).toBe('app');
      expect(stored(status!.artifact!).equals(golden(file))).toBe(true);
    });

    test('has the values of several files, and says which', async () => {
      const { status, metadata } = await chart('values', repo({ version: '1.x', ...values }));
      const version = `1.1.0+${metadata.generation}`;
      expect(readyOf({ status } as never)?.message).toBe(
        `packaged 'app' chart with version '${version}' and merged values files [values.yaml values-prod.yaml]`,
      );
      expect(status?.observedValuesFiles).toEqual(['values.yaml', 'values-prod.yaml']);
      expect(entriesOf(stored(status!.artifact!))).toEqual(entriesOf(golden('app-values.tgz')));
    });

    test('of a Git repository is packed with its dependencies', async () => {
      const { status } = await chart(
        'umbrella',
        from('GitRepository', 'charts', { chart: './charts/umbrella' }),
      );
      expect(status?.observedSourceArtifactRevision).toBe(`main@sha1:${commit}`);
      expect(readyOf({ status } as never)?.reason).toBe('ChartPackageSucceeded');
      const expected = entriesOf(golden('umbrella.tgz'), ['http://127.0.0.1:18090', site.url]);
      expect(entriesOf(stored(status!.artifact!)).sort()).toEqual(expected.sort());
      await expect
        .poll(() => eventsOf('umbrella'))
        .toContain('ResolvedDependencies: resolved 2 chart dependencies');
    });

    test('of a Git repository has its revision and its values in it, where that is wanted', async () => {
      const { status } = await chart(
        'umbrella-values',
        from('GitRepository', 'charts', {
          chart: './charts/umbrella',
          reconcileStrategy: 'Revision',
          valuesFiles: ['charts/umbrella/values.yaml', 'prod.yaml', 'more.yaml'],
        }),
      );
      expect(status?.artifact?.revision).toBe(`0.3.0+${commit.slice(0, 12)}.1`);
      const contents = Object.fromEntries(entriesOf(stored(status!.artifact!)));
      const expected = Object.fromEntries(entriesOf(golden('umbrella-values.tgz')));
      expect(contents['umbrella/values.yaml']).toBe(expected['umbrella/values.yaml']);
    });

    test.each([
      ['of no name', repo({ chart: 'no' }), 'InvalidChartReference', 'no chart name found', 'FetchFailed'],
      [
        'of no version',
        repo({ version: '9.x' }),
        'InvalidChartReference',
        "no 'app' chart with version matching '9.x' found",
        'FetchFailed',
      ],
      [
        'of no range',
        repo({ version: 'a b' }),
        'InvalidChartReference',
        'improper constraint: "a b"',
        'FetchFailed',
      ],
      [
        'of a bad name',
        repo({ chart: 'App' }),
        'InvalidChartReference',
        "invalid chart name 'App'",
        'FetchFailed',
      ],
      [
        'of no values',
        repo({ valuesFiles: ['no.yaml'] }),
        'ValuesFilesError',
        "no values file found at path 'no.yaml'",
        'BuildFailed',
      ],
      [
        'of values beside it',
        repo({ valuesFiles: ['../values.yaml'] }),
        'ValuesFilesError',
        "no values file found at path '../values.yaml'",
        'BuildFailed',
      ],
      [
        'of no place',
        from('HelmRepository', 'no-urls', { chart: 'app' }),
        'ChartPullError',
        "failed to download chart for remote reference: chart 'app' has no downloadable URLs",
        'FetchFailed',
      ],
      [
        'of no source',
        from('HelmRepository', 'gone', { chart: 'app' }),
        'SourceUnavailable',
        '"gone" not found',
        'FetchFailed',
      ],
      [
        'of no path',
        from('GitRepository', 'charts', { chart: '../../etc' }),
        'InvalidChartReference',
        "no chart found at '/etc'",
        'FetchFailed',
      ],
      [
        'of no folder of a chart',
        from('GitRepository', 'charts', { chart: 'charts' }),
        'InvalidChartReference',
        "no 'Chart.yaml' found",
        'FetchFailed',
      ],
      [
        'of no values in Git',
        from('GitRepository', 'charts', { chart: 'charts/lib', valuesFiles: ['./no.yaml'] }),
        'ValuesFilesError',
        "no values file found at path '/no.yaml' (reference './no.yaml')",
        'BuildFailed',
      ],
      [
        'of values that are none, and broken besides',
        from('GitRepository', 'charts', { chart: 'broken', valuesFiles: ['broken/values.yaml'] }),
        'ValuesFilesError',
        "unmarshaling values from 'broken/values.yaml' failed",
        'BuildFailed',
      ],
      [
        'that is broken',
        from('GitRepository', 'charts', { chart: 'broken' }),
        'ChartPackageError',
        'cannot load values.yaml',
        'BuildFailed',
      ],
      [
        'of a registry whose Secret is not there',
        from('HelmRepository', 'locked', { chart: 'app' }),
        'AuthenticationFailed',
        'secrets "gone" not found',
        'FetchFailed',
      ],
      [
        'of no registry',
        from('HelmRepository', 'static', { chart: 'no' }),
        'ChartPullError',
        'answers with status 404',
        'FetchFailed',
      ],
    ])('%s is refused', async (what, spec, reason, problem, type) => {
      const { status } = await chart(what.toLowerCase().replaceAll(/[^a-z]+/g, '-'), spec);
      const conditions = (status?.conditions ?? []) as Condition[];
      expect(readyOf({ status } as never)).toMatchObject({ status: 'False', reason });
      expect(readyOf({ status } as never)?.message).toContain(problem);
      expect(conditions.find(condition => condition.type === type)).toMatchObject({ status: 'True', reason });
    });

    test('comes anew as soon as its repository has a newer one', async () => {
      site.files.set('live/index.yaml', indexWith('1.0.0'));
      site.files.set('live/app-1.0.0.tgz', golden('app-1.0.0.tgz'));
      site.files.set('live/app-1.1.0.tgz', golden('app-1.1.0.tgz'));
      await repository('live', { url: `${site.url}/live` });
      const spec = from('HelmRepository', 'live', { chart: 'app' });
      const first = await chart('live', spec, ({ status }) => status?.artifact !== undefined);
      expect(first.status?.artifact?.revision).toBe('1.0.0');
      site.files.set('live/index.yaml', indexWith('1.0.0', '1.1.0'));
      await askAgain('HelmRepository', 'live', 'now');
      const next = await settled<HelmChart>(
        'HelmChart',
        'live',
        ({ status }) => status?.artifact?.revision === '1.1.0',
      );
      expect(next.status?.observedSourceArtifactRevision).not.toBe(
        first.status?.observedSourceArtifactRevision,
      );
    });

    test('that is not what its index says is refused', async () => {
      site.files.set('lies/index.yaml', indexWith('1.0.0').replace(/digest: ..../, 'digest: 0000'));
      site.files.set('lies/app-1.0.0.tgz', golden('app-1.0.0.tgz'));
      await repository('lies', { url: `${site.url}/lies` });
      const { status } = await chart('lies', from('HelmRepository', 'lies', { chart: 'app' }));
      expect(readyOf({ status } as never)?.reason).toBe('ChartPullError');
      expect(readyOf({ status } as never)?.message).toContain('is not what the index says');
    });
  });

  /** An index of some versions of the app. */
  function indexWith(...versions: string[]): string {
    const entries = versions.map(version => {
      const digest = createHash('sha256')
        .update(golden(`app-${version}.tgz`))
        .digest('hex');
      return `  - apiVersion: v2\n    name: app\n    version: ${version}\n    digest: ${digest}\n    urls: [app-${version}.tgz]\n`;
    });
    return `apiVersion: v1\nentries:\n  app:\n${entries.join('')}`;
  }

  test.each([
    ['is not there', 'absent', {}, 'Failed', 'answers with status 404'],
    ['wants a login', 'private', {}, 'Failed', 'answers with status 401'],
    [
      'is a registry of the wrong type',
      'oci',
      { url: 'oci://example.com/charts' },
      'URLInvalid',
      "'oci' URL scheme cannot be used",
    ],
    [
      'has no secret',
      'private',
      { secretRef: { name: 'gone' } },
      'AuthenticationFailed',
      'secrets "gone" not found',
    ],
    [
      'has half a login',
      'private',
      { secretRef: { name: 'half' } },
      'AuthenticationFailed',
      'has no password',
    ],
    ['has an index that is none', 'broken', {}, 'IndexationFailed', 'no API version specified'],
    ['has an index with a key twice', 'twice', {}, 'IndexationFailed', 'the key "entries" is given twice'],
    ['has an index of aliases without end', 'bomb', {}, 'IndexationFailed', ''],
    ['does not answer in time', 'stalls', { timeout: '500ms' }, 'Failed', 'did not answer within 500ms'],
  ])('a repository that %s says so', async (what, path, spec, reason, problem) => {
    site.files.set('broken/index.yaml', 'entries: {}\n');
    site.files.set('twice/index.yaml', 'apiVersion: v1\nentries: {}\nentries: {}\n');
    const levels = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`)}]\n`,
    );
    site.files.set('bomb/index.yaml', `apiVersion: v1\na0: &a0 [x]\n${levels.join('')}`);
    const name = what.replaceAll(' ', '-');
    await repository(name, { url: `${site.url}/${path}`, ...spec });
    const { status } = await settled<HelmRepository>('HelmRepository', name);
    expect(readyOf({ status } as never)).toMatchObject({ status: 'False', reason });
    expect(readyOf({ status } as never)?.message).toContain(problem);
    expect(JSON.stringify(status)).not.toContain('secret:');
  });

  describe('a chart that has to be signed', () => {
    let signed: Registry;
    let charts: ReturnType<typeof signedCharts>;
    const verify = { provider: 'cosign', secretRef: { name: 'cosign' } };
    const of = (name: string, spec: object) => from('HelmRepository', name, { verify, ...spec });
    const verified = ({ status }: HelmChart) => findCondition(status?.conditions, 'SourceVerified');

    beforeAll(async () => {
      signed = await startRegistry();
      charts = signedCharts(signed);
      await charts.sign('org/app', await charts.push('org/app', '1.0.0', 'app-1.0.0.tgz'));
      await secret('cosign', { 'key.pub': charts.publicKey });
      await repository('signed', { url: `oci://${signed.host}/org`, type: 'oci' });
    });
    afterAll(() => signed.stop());

    test('is offered with what was verified, and a version that nobody has signed is not', async () => {
      const first = await chart('signed', of('signed', { chart: 'app' }));
      expect(readyOf(first)?.message).toBe("pulled 'app' chart with version '1.0.0'");
      expect(verified(first)).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
        message: 'verified signature of version 1.0.0',
      });
      const digest = await charts.push('org/app', '1.1.0', 'app-1.1.0.tgz');
      await askAgain('HelmChart', 'signed', 'second');
      const refused = await settled<HelmChart>(
        'HelmChart',
        'signed',
        one => readyOf(one)?.status === 'False',
      );
      const message =
        `chart verification error: failed to verify oci://${signed.host}/org/app:1.1.0: ` +
        `no matching signatures were found for '${signed.host}/org/app@${digest}'`;
      expect(readyOf(refused)).toMatchObject({ reason: 'ChartVerificationError', message });
      expect(verified(refused)).toMatchObject({ status: 'False', reason: 'VerificationError', message });
      expect(refused.status?.artifact?.revision).toBe('1.0.0');
      await charts.sign('org/app', digest);
      await askAgain('HelmChart', 'signed', 'third');
      const last = await settled<HelmChart>('HelmChart', 'signed', one => readyOf(one)?.status === 'True');
      expect(last.status?.artifact?.revision).toBe('1.1.0');
      expect(verified(last)?.message).toBe('verified signature of version 1.1.0');
    });

    test.each([
      [
        'by a Secret that is not there',
        of('signed', { chart: 'app', verify: { provider: 'cosign', secretRef: { name: 'no' } } }),
        'VerificationError',
        `failed to verify the signature using provider 'cosign': secrets "no" not found`,
      ],
      [
        'in a repository over HTTP',
        of('repo', { chart: 'app' }),
        'ChartVerificationError',
        'chart verification error: only a chart of a registry',
      ],
    ])('is refused %s', async (what, spec, reason, message) => {
      const found = await chart(what.toLowerCase().replaceAll(' ', '-'), spec);
      expect(readyOf(found)).toMatchObject({
        status: 'False',
        reason,
        message: expect.stringContaining(message),
      });
      expect(verified(found)).toMatchObject({ status: 'False', reason: 'VerificationError' });
      expect(found.status?.artifact).toBeUndefined();
    });
  });

  describe('a chart that notation has to have signed', () => {
    let signed: Registry;
    const trustIn = (name: string, certificate: string, identity = '*') => {
      const trustPolicies = [
        {
          name: 'charts',
          registryScopes: ['*'],
          signatureVerification: { level: 'strict' },
          trustStores: ['ca:charts'],
          trustedIdentities: [identity],
        },
      ];
      return secret(name, {
        'trustpolicy.json': JSON.stringify({ version: '1.0', trustPolicies }),
        'root.crt': certificate,
      });
    };
    const of = (repo: string, version: string, name: string) =>
      from('HelmRepository', repo, {
        chart: 'app',
        version,
        verify: { provider: 'notation', secretRef: { name } },
      });
    const verified = ({ status }: HelmChart) => findCondition(status?.conditions, 'SourceVerified');

    beforeAll(async () => {
      const { root, stranger } = signatures.certificates;
      signed = await startRegistry();
      await pushNotationCharts(signed, 'notation/app');
      await pushNotationCharts(signed, 'moved/app', { from: '1.0.0', to: '2.0.0-rc.1' });
      for (const name of ['notation', 'moved'])
        await repository(name, { url: `oci://${signed.host}/${name}`, type: 'oci' });
      await trustIn('trusted', root);
      await trustIn('strangers', stranger);
      await trustIn('unnamed', root, 'x509.subject: C=US, ST=WA, O=Other');
      await secret('no-policy', { 'root.crt': root });
    });
    afterAll(() => signed.stop());

    test.each(['1.0.0', '1.1.0'])('is offered where one who is trusted has: %s', async version => {
      const found = await chart(`notation-${version}`, of('notation', version, 'trusted'));
      expect(readyOf(found)?.message).toBe(`pulled 'app' chart with version '${version}'`);
      expect(verified(found)).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
        message: `verified signature of version ${version}`,
      });
      expect(stored(found.status!.artifact!).equals(golden(`app-${version}.tgz`))).toBe(true);
    });

    test.each([
      ['somebody else', 'notation', '1.0.0', 'strangers', 'signature is not produced by a trusted signer'],
      ['somebody whom the policy does not name', 'notation', '1.1.0', 'unnamed', 'trusted identities'],
      ['nobody', 'notation', '2.0.0-rc.1', 'trusted', 'no signature is associated with'],
      ['somebody, but another chart', 'moved', '2.0.0-rc.1', 'trusted', 'content descriptor mismatch'],
    ])('is refused where it was signed by %s', async (who, repo, version, trust, problem) => {
      const name = who.replaceAll(/[^a-z]+/g, '-');
      const found = await chart(name, of(repo, version, trust));
      const start = `chart verification error: failed to verify oci://${signed.host}/${repo}/app:${version}: `;
      expect(readyOf(found)).toMatchObject({ status: 'False', reason: 'ChartVerificationError' });
      expect(readyOf(found)?.message.startsWith(start)).toBe(true);
      expect(readyOf(found)?.message).toContain(problem);
      expect(verified(found)).toMatchObject({ status: 'False', reason: 'VerificationError' });
      expect(found.status?.artifact).toBeUndefined();
    });

    test('is refused where nobody says who is trusted', async () => {
      const found = await chart('no-policy', of('notation', '1.0.0', 'no-policy'));
      const message = `failed to verify the signature using provider 'notation': 'trustpolicy.json' not found in secret '${system.namespace}/no-policy'`;
      expect(readyOf(found)).toMatchObject({ status: 'False', reason: 'VerificationError', message });
    });
  });

  test('a cloud that gives no login is named', async () => {
    await repository('cloud', { url: `oci://${registry.host}/charts`, type: 'oci', provider: 'gcp' });
    const found = await chart('cloud', from('HelmRepository', 'cloud', { chart: 'app' }));
    expect(readyOf(found)).toMatchObject({
      reason: 'AuthenticationFailed',
      message: expect.stringMatching(/^failed to get credential from 'gcp': /),
    });
  });
});
