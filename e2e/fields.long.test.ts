import type { Kustomization } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigMap, type Folders, startFolders } from './folders.ts';
import { configMap, isReady, readyOf, type System } from './system.ts';

type Spec = Partial<Kustomization['spec']>;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "registry.example.com/web:1"}]}
`;

/** Fields of the spec, each with what it makes of a folder. */
describe('a field', () => {
  let system: System;
  let { put, start, said, config } = {} as Folders;
  beforeAll(async () => {
    ({ system, put, start, said, config } = await startFolders());
  });
  afterAll(() => system.stop());

  const ks = (name: string) => system.ref('Kustomization', name);

  test.each<[string, Record<string, string>, Spec, string, object]>([
    [
      'components',
      {
        'base/a.yaml': configMap('a', 'x'),
        'base/kustomization.yaml': 'resources: [a.yaml]\n',
        'part/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {part: "of-it"}}]\n',
      },
      { path: 'base', components: ['../part', '../none'], ignoreMissingComponents: true },
      'a',
      { metadata: { labels: { part: 'of-it' } } },
    ],
    [
      'commonMetadata',
      {
        'a.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: common, labels: {tier: file, own: stays}, annotations: {by: file}}\n',
      },
      { commonMetadata: { labels: { tier: 'spec' }, annotations: { by: 'spec', to: 'all' } } },
      'common',
      { metadata: { labels: { tier: 'spec', own: 'stays' }, annotations: { by: 'spec', to: 'all' } } },
    ],
    [
      'buildMetadata',
      { 'a.yaml': configMap('origin', 'x'), 'kustomization.yaml': 'resources: [a.yaml]\n' },
      { buildMetadata: ['originAnnotations', 'transformerAnnotations'], namePrefix: 'the-' },
      'the-origin',
      {
        metadata: {
          annotations: {
            'config.kubernetes.io/origin': 'path: a.yaml\n',
            'alpha.config.kubernetes.io/transformations': expect.stringContaining('PrefixTransformer'),
          },
        },
      },
    ],
    [
      'namePrefix and nameSuffix',
      { 'a.yaml': configMap('middle', 'x') },
      { namePrefix: 'a-', nameSuffix: '-z' },
      'a-middle-z',
      { data: { value: 'x' } },
    ],
    [
      'patches',
      { 'a.yaml': configMap('patched', 'x') },
      { patches: [{ patch: '- {op: add, path: /data/more, value: z}\n', target: { name: 'patch.*' } }] },
      'patched',
      { data: { value: 'x', more: 'z' } },
    ],
    [
      'postBuild',
      { 'a.yaml': configMap('built', '${a} ${b:=default} $$') },
      { postBuild: { substitute: { a: 'one' } } },
      'built',
      { data: { value: 'one default $' } },
    ],
    [
      'postBuild without variables',
      { 'a.yaml': configMap('verbatim', '${b:=default} $$') },
      { postBuild: { substitute: {} } },
      'verbatim',
      { data: { value: '${b:=default} $$' } },
    ],
    [
      'postBuild.substituteStrategy',
      { 'a.yaml': configMap('always', '${b:=default} $$') },
      { postBuild: { substituteStrategy: 'Always' } },
      'always',
      { data: { value: 'default $' } },
    ],
    [
      'a list of objects',
      {
        'a.yaml': `apiVersion: v1\nkind: List\nitems: [${['listed', 'listed-too']
          .map(name =>
            JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } }),
          )
          .join(', ')}]\n`,
      },
      {},
      'listed-too',
      { data: { a: 'b' } },
    ],
    [
      'a path above the root',
      { 'a.yaml': configMap('above', 'x') },
      { path: '../../above-the-root' },
      'above',
      { data: { value: 'x' } },
    ],
  ])('%s', async (title, files, spec, name, expected) => {
    const folder = title
      .toLowerCase()
      .replaceAll(/[^a-z]+/g, '-')
      .replace('a-path-', '');
    const path = spec.path?.startsWith('..') ? spec.path : `./${folder}/${spec.path ?? ''}`;
    await start(folder, files, { ...spec, path });
    expect(await said(folder)).toMatchObject({ status: 'True' });
    expect(await system.get(config(name))).toMatchObject(expected);
  });

  test('images', async () => {
    const file = 'resources: [a.yaml]\nimages: [{name: registry.example.com/web, newTag: "2"}]\n';
    await start(
      'images',
      { 'a.yaml': deployment, 'kustomization.yaml': file },
      { images: [{ name: 'registry.example.com/web', newName: 'mirror.example.com/web' }] },
    );
    expect(await said('images')).toMatchObject({ status: 'True' });
    const web = await system.get(system.ref('Deployment', 'web'));
    expect(JSON.stringify(web?.spec)).toContain('"image":"mirror.example.com/web:2"');
  });

  test('targetNamespace, of which cluster-scoped kinds that kustomize does not know take no notice', async () => {
    const group = 'fields.example.com';
    const definition = (kind: string, plural: string, scope: string) =>
      `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.${group}}
spec:
  group: ${group}
  scope: ${scope}
  names: {kind: ${kind}, listKind: ${kind}List, plural: ${plural}, singular: ${kind.toLowerCase()}}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`;
    await start('scopes', {
      'a.yaml': `apiVersion: ${group}/v1\nkind: Wide\nmetadata: {name: wide}\nvalue: 1\n`,
      'b.yaml': `apiVersion: ${group}/v1\nkind: Narrow\nmetadata: {name: narrow}\nvalue: 1\n`,
      'c.yaml': definition('Wide', 'wides', 'Cluster'),
      'd.yaml': definition('Narrow', 'narrows', 'Namespaced'),
    });
    expect(await said('scopes')).toMatchObject({ status: 'True' });
    const found = await system.get<Kustomization>(ks('scopes'));
    expect(found?.status?.inventory?.entries.map(({ id }) => id)).toEqual([
      `_narrows.${group}_apiextensions.k8s.io_CustomResourceDefinition`,
      `_wides.${group}_apiextensions.k8s.io_CustomResourceDefinition`,
      `${system.namespace}_narrow_${group}_Narrow`,
      `_wide_${group}_Wide`,
    ]);
    const wide = { apiVersion: `${group}/v1`, kind: 'Wide', name: 'wide' };
    await system.client.patch(wide, 'merge', { value: 2 }, { as: 'own', fieldManager: 'somebody' });
    await system.until(wide, 'put back', o => JSON.stringify(o).includes('"value":1'));
    await put('scopes', {
      'a.yaml': undefined,
      'b.yaml': undefined,
      'c.yaml': undefined,
      'd.yaml': undefined,
      'e.yaml': configMap('e', 'x'),
    });
    expect(await said('scopes')).toMatchObject({ status: 'True' });
    await system.until(wide, 'gone', o => o === undefined);
  });

  test('force, for a Job that is run anew', async () => {
    const job = (image: string) =>
      `apiVersion: batch/v1\nkind: Job\nmetadata: {name: run}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "${image}"}]}}}\n`;
    await start('job', { 'a.yaml': job('registry.example.com/job:1') }, { force: true });
    expect(await said('job')).toMatchObject({ status: 'True' });
    await put('job', { 'a.yaml': job('registry.example.com/job:2') });
    expect(await said('job')).toMatchObject({ status: 'True' });
    const run = await system.get({
      apiVersion: 'batch/v1',
      kind: 'Job',
      name: 'run',
      namespace: system.namespace,
    });
    expect(JSON.stringify(run)).toContain('job:2');
  });

  test('retryInterval says when what has failed is tried again', async () => {
    const where = { path: './retried', targetNamespace: `${system.namespace}-later` };
    await start('retried', { 'a.yaml': configMap('retried', 'x') }, { ...where, retryInterval: '1s' });
    await system.until(ks('retried'), 'failed', k => readyOf(k)?.status === 'False');
    const namespace: KubeObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: where.targetNamespace },
    };
    await system.client.create(namespace, { as: 'own' });
    await system.until(ks('retried'), 'ready', isReady);
    await system.client.delete(
      { apiVersion: 'v1', kind: 'Namespace', name: where.targetNamespace },
      { as: 'own' },
    );
  });

  test('data of a megabyte', async () => {
    const large = 'x'.repeat(1_000_000);
    await start('large', { 'a.yaml': configMap('large', large) });
    expect(await said('large')).toMatchObject({ status: 'True' });
    expect((await system.get<ConfigMap>(config('large')))?.data?.value).toBe(large);
  });

  test('stringData of a Secret, of which nothing stays that has left Git', async () => {
    const secret = (data: object) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'plain' }, stringData: data });
    await start('secret', { 'a.yaml': secret({ a: '1', b: '2' }) });
    expect(await said('secret')).toMatchObject({ status: 'True' });
    await put('secret', { 'a.yaml': secret({ a: '3' }) });
    expect(await said('secret')).toMatchObject({ status: 'True' });
    const found = await system.get<ConfigMap>({ ...config('plain'), kind: 'Secret' });
    expect(found?.data).toEqual({ a: Buffer.from('3').toString('base64') });
  });

  describe('deletionPolicy', () => {
    test.each<[Kustomization['spec']['deletionPolicy'], boolean, boolean]>([
      ['MirrorPrune', true, true],
      ['MirrorPrune', false, false],
      [undefined, false, false],
      ['Delete', false, true],
      ['WaitForTermination', false, true],
      ['Orphan', true, false],
    ])('%s, with prune: %s', async (deletionPolicy, prune, goes) => {
      const name = `goes-${deletionPolicy ?? 'by-default'}-${prune}`.toLowerCase();
      await start(
        name,
        { 'a.yaml': configMap(name, 'x') },
        { prune, ...(deletionPolicy ? { deletionPolicy } : {}) },
      );
      expect(await said(name)).toMatchObject({ status: 'True' });
      await system.client.delete(ks(name), { as: 'own' });
      await system.until(ks(name), 'gone', k => k === undefined);
      expect((await system.get(config(name))) === undefined).toBe(goes);
    });
  });

  test('prune takes what has left Git in the reverse order of the apply, and never what another one has taken', async () => {
    await start('giver', { 'a.yaml': configMap('moved', 'x'), 'b.yaml': configMap('dropped', 'x') });
    expect(await said('giver')).toMatchObject({ status: 'True' });
    await start('taker', { 'a.yaml': configMap('moved', 'x') });
    expect(await said('taker')).toMatchObject({ status: 'True' });
    await put('giver', { 'a.yaml': undefined, 'b.yaml': undefined, 'c.yaml': configMap('kept', 'x') });
    expect(await said('giver')).toMatchObject({ status: 'True' });
    expect(await system.get(config('dropped'))).toBeUndefined();
    expect(await system.get(config('moved'))).toBeDefined();
  });

  test('prune: false forgets what has left Git', async () => {
    await start(
      'forgetful',
      { 'a.yaml': configMap('left-behind', 'x'), 'b.yaml': configMap('held', 'x') },
      { prune: false },
    );
    expect(await said('forgetful')).toMatchObject({ status: 'True' });
    await put('forgetful', { 'a.yaml': undefined });
    expect(await said('forgetful')).toMatchObject({ status: 'True' });
    expect(await system.get(config('left-behind'))).toBeDefined();
    const { status } = (await system.get<Kustomization>(ks('forgetful')))!;
    expect(status?.inventory?.entries.map(({ id }) => id)).toEqual([`${system.namespace}_held__ConfigMap`]);
  });
});
