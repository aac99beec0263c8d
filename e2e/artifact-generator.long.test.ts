import type { ArtifactGenerator, ExternalArtifact, GitRepository, Kustomization } from '@millrace/api';
import { artifactTree, digestOf, unpackTree } from '@millrace/artifact';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigMap, type Folders, startFolders } from './folders.ts';
import { configMap, isReady, readyOf } from './system.ts';

const apiVersion = 'source.extensions.fluxcd.io/v1beta1';

type Spec = Partial<ArtifactGenerator['spec']>;

/** Artifacts made of a Git repository, and what is applied from them. */
describe('an ArtifactGenerator', () => {
  let folders: Folders;
  const made: ObjectRef[] = [];
  beforeAll(async () => {
    const programs = ['--controllers', 'source,source-watcher,kustomize,helm'];
    folders = await startFolders([...programs, '--feature-gates', 'ExternalArtifact=true']);
    // One commit for all that begin, for each costs a fetch.
    await put({
      'mono/one/a.yaml': configMap('one', '1'),
      'mono/two/a.yaml': configMap('two', '1'),
      'teams/Alpha/prod/a.yaml': 'a: 1',
      'teams/beta/dev/b.yaml': 'b: 1',
      'teams/beta/prod/b.yaml': 'b: 2',
      'plain/a.yaml': 'a: 1',
      'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
      'charts/app/values.yaml': 'value: base\nother: kept\n',
      'charts/app/templates/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-chart\ndata:\n  value: {{ .Values.value }}-{{ .Values.other }}\n',
      'charts/values-prod.yaml': 'value: prod\n',
    });
  }, 60_000);
  afterAll(async () => {
    const { client } = folders.system;
    for (const ref of made) await client.delete(ref, { as: 'own' }).catch(() => {});
    for (const ref of made) await folders.system.until(ref, 'gone', object => object === undefined);
    await folders.system.stop();
  });

  const put = async (files: Record<string, string | undefined>) => {
    const before = await revision();
    await folders.put('files', files);
    const isNew = (repo: GitRepository | undefined) => repo?.status?.artifact?.revision !== before;
    await folders.system.until(folders.system.ref('GitRepository', 'fleet'), 'fetched', isNew);
  };
  const revision = async () =>
    (await folders.system.get<GitRepository>(folders.system.ref('GitRepository', 'fleet')))?.status?.artifact
      ?.revision;
  const ref = (name: string): ObjectRef => ({
    apiVersion,
    kind: 'ArtifactGenerator',
    namespace: folders.system.namespace,
    name,
  });
  const external = (name: string): ObjectRef => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'ExternalArtifact',
    namespace: folders.system.namespace,
    name,
  });
  const apply = async (name: string, spec: Spec, annotations: Record<string, string> = {}) => {
    const { system } = folders;
    const sources = [{ alias: 'repo', kind: 'GitRepository', name: 'fleet' }];
    const object = {
      apiVersion,
      kind: 'ArtifactGenerator',
      metadata: { name, namespace: system.namespace, annotations },
      spec: { sources, ...spec },
    };
    if (!made.some(one => one.name === name)) made.push(ref(name));
    await system.client.apply(object as unknown as KubeObject, {
      as: 'own',
      fieldManager: 'e2e',
      force: true,
    });
  };
  const artifact = (name: string, ...copies: [from: string, to: string][]) => ({
    name,
    copy: copies.map(([from, to]) => ({ from, to })),
  });
  const ready = (name: string, test: (generator: ArtifactGenerator) => boolean = () => true) =>
    folders.system.until<ArtifactGenerator>(ref(name), 'ready', one => isReady(one) && test(one!));
  const said = async (name: string) => {
    const found = await folders.system.until<ArtifactGenerator>(ref(name), 'settled', one => {
      const condition = one?.status?.conditions?.find(({ type }) => type === 'Ready');
      return condition?.observedGeneration === one?.metadata.generation && condition?.status !== 'Unknown';
    });
    const { status, reason, message } = readyOf(found)!;
    return [status, reason, message];
  };
  const artifactOf = async (name: string) =>
    (await folders.system.until<ExternalArtifact>(external(name), 'made', one => isReady(one))).status!
      .artifact!;
  const filesOf = async (name: string) => {
    const { url, digest } = await artifactOf(name);
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    expect(digestOf(bytes)).toBe(digest);
    const tree = artifactTree(await unpackTree(bytes));
    const list = (folder: string): string[] =>
      (tree.list(folder) ?? []).flatMap(({ name: child, directory }) => {
        const path = folder === '' ? child : `${folder}/${child}`;
        return directory ? list(path) : [path];
      });
    return list('').sort();
  };
  const eventsOf = async (name: string) => {
    const { system } = folders;
    const { items } = await system.client.listAll('v1', 'Event', { namespace: system.namespace, as: 'own' });
    const events = items as (KubeObject & {
      involvedObject: { name: string };
      reason: string;
      message: string;
    })[];
    return events
      .filter(({ involvedObject, reason }) => involvedObject.name === name && reason === 'Ready')
      .map(({ reason, message }) => [reason, message]);
  };

  test('makes artifacts that Kustomizations apply, and new ones of those that change', async () => {
    const { system } = folders;
    const one = { ...artifact('one', ['@repo/files/mono/one/**', '@artifact/']), originRevision: '@repo' };
    await apply('mono', { artifacts: [one, artifact('two', ['@repo/files/mono/two/**', '@artifact/'])] });
    const { status, metadata } = await ready('mono');
    expect(readyOf({ status } as unknown as KubeObject)?.message).toBe(
      'reconciliation succeeded, generated 2 artifact(s)',
    );
    expect(metadata.finalizers).toEqual(['source.extensions.fluxcd.io/finalizer']);
    const before = await artifactOf('one');
    const untouched = await artifactOf('two');
    expect(before.revision).toBe(`latest@${before.digest}`);
    const repository = await system.get<GitRepository>(system.ref('GitRepository', 'fleet'));
    expect(before.metadata).toEqual({
      'org.opencontainers.image.revision': repository?.status?.artifact?.revision,
    });
    expect(status?.inventory).toEqual(
      [before, untouched].map(({ digest, path }, i) => ({
        digest,
        filename: path.split('/').at(-1),
        name: ['one', 'two'][i],
        namespace: system.namespace,
      })),
    );
    const object = await system.get<ExternalArtifact>(external('one'));
    expect(object?.spec.sourceRef).toEqual({
      apiVersion,
      kind: 'ArtifactGenerator',
      name: 'mono',
      namespace: system.namespace,
    });
    expect(object?.metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'source-watcher',
      'source.extensions.fluxcd.io/generator': metadata.uid,
    });
    const sourceRef = { kind: 'ExternalArtifact' as const, name: 'one' };
    await system.kustomization('one', { path: './', targetNamespace: system.namespace, sourceRef });
    const isApplied = (revision: string) => (k: Kustomization | undefined) =>
      isReady(k) && k?.status?.lastAppliedRevision === revision;
    await system.until<Kustomization>(
      system.ref('Kustomization', 'one'),
      'applied',
      isApplied(before.revision),
    );
    await put({ 'mono/one/a.yaml': configMap('one', '2') });
    await system.until<ConfigMap>(system.ref('ConfigMap', 'one'), 'new', c => c?.data?.value === '2');
    expect(await artifactOf('two')).toEqual(untouched);
    await expect
      .poll(async () =>
        (await eventsOf('mono'))
          .map(([, message]) => message?.split(' (')[0])
          .filter(message => message?.startsWith('external artifacts')),
      )
      .toEqual([
        `external artifacts reconciled: ${system.namespace}/one`,
        `external artifacts reconciled: ${system.namespace}/one`,
      ]);
  });

  test('makes one for each folder that its pattern finds, and none for those that go', async () => {
    await apply('teams', {
      pathPattern: '@repo/files/teams/{team}/{env}',
      commonMetadata: { labels: { tier: 'web', team: 'nobody' }, annotations: { about: 'teams' } },
      artifacts: [artifact('{team}-{env}', ['@repo/files/teams/{team}/{env}/**', '@artifact/{team}/'])],
    });
    const names = async () => (await ready('teams')).status?.inventory?.map(({ name }) => name);
    await expect.poll(names).toEqual(['alpha-prod', 'beta-dev', 'beta-prod']);
    expect(await filesOf('alpha-prod')).toEqual(['Alpha/a.yaml']);
    const object = await folders.system.get<ExternalArtifact>(external('alpha-prod'));
    expect(object?.metadata.labels).toMatchObject({ team: 'alpha', env: 'prod', tier: 'web' });
    expect(object?.metadata.annotations).toEqual({ about: 'teams' });
    await put({ 'teams/beta/dev/b.yaml': undefined });
    await expect.poll(names, { timeout: 10_000 }).toEqual(['alpha-prod', 'beta-prod']);
    await folders.system.until(external('beta-dev'), 'gone', one => one === undefined);
  });

  test('is drifted by who deletes or changes what it has made, and puts it back', async () => {
    const { system } = folders;
    await apply('drift', { artifacts: [artifact('drifting', ['@repo/files/plain/a.yaml', '@artifact/'])] });
    const { digest } = await artifactOf('drifting');
    await system.client.delete(external('drifting'), { as: 'own' });
    await expect.poll(async () => (await artifactOf('drifting')).digest).toBe(digest);
    await system.client.patch(
      external('drifting'),
      'merge',
      { status: { artifact: { digest: `sha256:${'0'.repeat(64)}` } } },
      { as: 'own', subresource: 'status' },
    );
    await expect.poll(async () => (await artifactOf('drifting')).digest).toBe(digest);
    const told = new Set((await eventsOf('drift')).map(([, message]) => message));
    expect([...told].toSorted()).toEqual([
      `ExternalArtifact/${system.namespace}/drifting reconciled with revision latest@${digest}`,
      `external artifacts reconciled: ${system.namespace}/drifting (${digest})`,
      'reconciliation succeeded, generated 1 artifact(s)',
    ]);
  });

  test('waits for its source, and begins when it is there', async () => {
    const sources: ArtifactGenerator['spec']['sources'] = [
      { alias: 'repo', kind: 'GitRepository', name: 'later' },
    ];
    await apply('waiting', { sources, artifacts: [artifact('later', ['@repo/**', '@artifact/'])] });
    expect(await said('waiting')).toEqual([
      'False',
      'SourceFetchFailed',
      'get sources failed: GitRepository.source.toolkit.fluxcd.io "later" not found',
    ]);
    const { url, clone } = await folders.system.repository('later');
    await clone.push('Start', { 'a.yaml': 'a: 1' });
    await folders.system.source('later', url);
    await ready('waiting');
    expect(await filesOf('later')).toEqual(['a.yaml']);
  });

  test('is left alone while it is disabled, and goes on when it is enabled', async () => {
    const { annotate } = folders;
    const artifacts = [artifact('paused', ['@repo/files/plain/**', '@artifact/'])];
    await apply('paused', { artifacts }, { 'source.extensions.fluxcd.io/reconcile': 'Disabled' });
    expect(await said('paused')).toEqual([
      'True',
      'ReconciliationDisabled',
      'Initialized with reconciliation suspended',
    ]);
    await annotate(ref('paused'), { 'source.extensions.fluxcd.io/reconcile': 'enabled' });
    await ready('paused', ({ status }) => status?.inventory?.length === 1);
    await annotate(ref('paused'), { 'reconcile.fluxcd.io/requestedAt': 'now' });
    await ready('paused', ({ status }) => status?.lastHandledReconcileAt === 'now');
  });

  test('takes what it has made along when it goes', async () => {
    const { system } = folders;
    await apply('going', { artifacts: [artifact('goes', ['@repo/files/plain/**', '@artifact/'])] });
    const { url } = await artifactOf('goes');
    await ready('going');
    await system.client.delete(ref('going'), { as: 'own' });
    await system.until(ref('going'), 'gone', one => one === undefined);
    await system.until(external('goes'), 'gone', one => one === undefined);
    expect((await fetch(url)).status).toBe(404);
  });

  const failing: [string, Spec, string[]][] = [
    [
      'twice-a-source',
      {
        sources: [
          { alias: 'repo', kind: 'GitRepository', name: 'fleet' },
          { alias: 'repo', kind: 'Bucket', name: 'x' },
        ],
        artifacts: [artifact('x', ['@repo/files/**', '@artifact/'])],
      },
      ['ValidationFailed', "duplicate source alias 'repo' found"],
    ],
    [
      'twice-an-artifact',
      {
        artifacts: [
          artifact('x', ['@repo/files/**', '@artifact/']),
          artifact('x', ['@repo/files/**', '@artifact/']),
        ],
      },
      ['ValidationFailed', "duplicate artifact name 'x' found"],
    ],
    [
      'of-nothing',
      { artifacts: [{ ...artifact('x', ['@repo/files/**', '@artifact/']), revision: '@other' }] },
      ['ValidationFailed', "artifact x revision source alias 'other' not found"],
    ],
    [
      'of-itself',
      {
        sources: [{ alias: 'me', kind: 'ExternalArtifact', name: 'x' }],
        artifacts: [artifact('x', ['@me/**', '@artifact/'])],
      },
      ['ValidationFailed', "source 'me' is the artifact 'x' that is to be made of it"],
    ],
    [
      'without-files',
      { artifacts: [artifact('x', ['@repo/files/nowhere/**', '@artifact/'])] },
      [
        'BuildFailed',
        "x build failed: failed to apply copy operations: failed to apply copy operation from '@repo/files/nowhere/**' to '@artifact/': no files match pattern 'files/nowhere/**' in source 'repo'",
      ],
    ],
    [
      'with-an-odd-pattern',
      {
        pathPattern: '@repo/files/{a}/{a}',
        artifacts: [artifact('{a}', ['@repo/files/{a}/**', '@artifact/'])],
      },
      [
        'BuildFailed',
        'failed to expand path pattern: pathPattern "@repo/files/{a}/{a}": duplicate capture variable "a"',
      ],
    ],
    [
      'taken',
      { artifacts: [artifact('one', ['@repo/files/mono/one/**', '@artifact/'])] },
      [
        'ReconciliationFailed',
        "one reconcile failed: ExternalArtifact/<namespace>/one belongs to ArtifactGenerator 'mono'",
      ],
    ],
  ];
  test.each(failing)('says what is wrong: %s', async (name, spec, [reason, message]) => {
    await apply(name, spec);
    const { namespace } = folders.system;
    expect(await said(name)).toEqual(['False', reason, message?.replace('<namespace>', namespace)]);
  });

  test('makes charts of parts for HelmReleases', async () => {
    const { system } = folders;
    const copy = [
      { from: '@repo/files/charts/app/', to: '@artifact/' },
      {
        from: '@repo/files/charts/values-prod.yaml',
        to: '@artifact/app/values.yaml',
        strategy: 'Merge' as const,
      },
    ];
    await apply('charts', { artifacts: [{ name: 'chart', copy }] });
    await ready('charts');
    expect(await filesOf('chart')).toEqual(['app/Chart.yaml', 'app/templates/a.yaml', 'app/values.yaml']);
    const release = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      namespace: system.namespace,
      name: 'from-parts',
    };
    made.unshift(release);
    await system.client.apply(
      {
        apiVersion: release.apiVersion,
        kind: release.kind,
        metadata: { name: release.name, namespace: system.namespace },
        spec: { interval: '1h', releaseName: 'app', chartRef: { kind: 'ExternalArtifact', name: 'chart' } },
      } as KubeObject,
      { as: 'own', fieldManager: 'e2e', force: true },
    );
    await system.until(release, 'released', isReady, 20_000);
    const found = await system.get<ConfigMap>(system.ref('ConfigMap', 'from-chart'));
    expect(found?.data?.value).toBe('prod-kept');
  });
});
