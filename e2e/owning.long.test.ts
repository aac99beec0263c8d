import type { Kustomization } from '@millrace/api';
import { delay, type KubeObject, type ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigMap, type Folders, startFolders } from './folders.ts';
import { configMap, isReady, readyOf, type System } from './system.ts';

/** Fields that others have written, and objects that cannot be deleted or made yet (fluxcd/pkg, ssa). */
describe('objects of others', () => {
  let system: System;
  let { put, start, said, config } = {} as Folders;
  beforeAll(async () => {
    ({ system, put, start, said, config } = await startFolders([
      '--override-manager',
      'argocd',
      '--feature-gates',
      'MigrateAPIVersion=true',
    ]));
  });
  afterAll(() => system.stop());

  const ks = (name: string) => system.ref('Kustomization', name);
  const object = (name: string, data: Record<string, string>, metadata: object = {}): KubeObject =>
    ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: system.namespace, ...metadata },
      data,
    }) as KubeObject;
  const shown = (data: object = {}) => JSON.stringify(Object.entries(data).toSorted());
  const become = (name: string, data: Record<string, string>) =>
    system.until<ConfigMap>(config(name), shown(data), o => shown(o?.data) === shown(data));
  const managers = ({ metadata }: KubeObject) =>
    (metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`).toSorted();

  test.each<[string, string, 'Apply' | 'Update', boolean]>([
    ['kubectl apply', 'kubectl-client-side-apply', 'Update', true],
    ['kubectl edit', 'kubectl-edit', 'Update', true],
    ['kubectl apply --server-side', 'kubectl', 'Apply', true],
    ['before-first-apply', 'before-first-apply', 'Update', true],
    ['a Flux of long ago', 'kustomize-controller', 'Update', true],
    ['a manager that is overridden', 'argocd-controller', 'Apply', true],
    ['a manager that is overridden, by updates', 'argocd-controller', 'Update', true],
    ['another manager', 'an-operator', 'Apply', false],
    ['another manager, by updates', 'an-operator', 'Update', false],
  ])(
    'what %s has set goes, if it is one of those whose changes do not stay',
    async (title, manager, operation, goes) => {
      const name = title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
      const options = { as: 'own', fieldManager: manager } as const;
      const theirs = object(name, { value: 'theirs', extra: 'theirs' });
      if (operation === 'Apply') await system.client.apply(theirs, options);
      else await system.client.create(theirs, options);
      await start(name, { 'a.yaml': configMap(name, 'git') });
      expect(await said(name)).toMatchObject({ status: 'True' });
      const found = await become(name, goes ? { value: 'git' } : { value: 'git', extra: 'theirs' });
      const ours = ['kustomize-controller Apply'];
      expect(managers(found)).toEqual(goes ? ours : [`${manager} ${operation}`, ...ours].toSorted());
    },
  );

  test('records of kubectl are taken off, also where its manager is not known any more', async () => {
    const stale = {
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'example.com/own': 'stays' },
      labels: { 'fluxcd.io/sync-gc-mark': 'x' },
    };
    await system.client.create(object('recorded', { value: 'git' }, stale), {
      as: 'own',
      fieldManager: 'restore',
    });
    await start('recorded', { 'a.yaml': configMap('recorded', 'git') });
    expect(await said('recorded')).toMatchObject({ status: 'True' });
    const { metadata } = (await system.get(config('recorded')))!;
    expect(metadata.annotations).toEqual({ 'example.com/own': 'stays' });
    expect(Object.keys(metadata.labels ?? {})).not.toContain('fluxcd.io/sync-gc-mark');
  });

  test('a record of kubectl that is in Git stays, and is no fight', async () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    await start('in-git', {
      'a.yaml': JSON.stringify({ ...object('in-git', { value: 'x' }, { annotations }) }),
    });
    expect(await said('in-git')).toMatchObject({ status: 'True' });
    const before = await system.get(config('in-git'));
    await delay(400);
    const after = await system.get(config('in-git'));
    expect(after?.metadata.annotations).toMatchObject(annotations);
    expect(after?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });

  test('what has left Git leaves the object, and what others have set in it stays', async () => {
    const files = (data: object) => ({ 'a.yaml': JSON.stringify({ ...object('shrinking', {}), data }) });
    await start('shrinking', files({ a: '1', b: '2' }));
    expect(await said('shrinking')).toMatchObject({ status: 'True' });
    const options = { as: 'own', fieldManager: 'an-operator' } as const;
    await system.client.patch(config('shrinking'), 'merge', { data: { c: '3' } }, options);
    await put('shrinking', files({ a: '1' }));
    await become('shrinking', { a: '1', c: '3' });
  });

  test('entries of managers are brought to the version that is applied, by the gate', async () => {
    const group = 'owning.example.com';
    const version = (name: string, storage: boolean) =>
      `{name: ${name}, served: true, storage: ${storage}, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}`;
    const thing = (name: string, value: number) =>
      `apiVersion: ${group}/${name}\nkind: Thing\nmetadata: {name: thing}\nvalue: ${value}\n`;
    await start('versions', {
      'a.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {kind: Thing, listKind: ThingList, plural: things, singular: thing}
  versions: [${version('v1', true)}, ${version('v2', false)}]
`,
      'b.yaml': thing('v1', 1),
    });
    expect(await said('versions')).toMatchObject({ status: 'True' });
    const ref: ObjectRef = {
      apiVersion: `${group}/v1`,
      kind: 'Thing',
      name: 'thing',
      namespace: system.namespace,
    };
    await system.client.patch(ref, 'merge', { other: 1 }, { as: 'own', fieldManager: 'an-operator' });
    await put('versions', { 'b.yaml': thing('v2', 2) });
    expect(await said('versions')).toMatchObject({ status: 'True' });
    const found = await system.until(ref, 'changed', o => JSON.stringify(o).includes('"value":2'));
    const versions = found.metadata.managedFields?.map(({ manager, apiVersion }) => [manager, apiVersion]);
    expect(versions?.toSorted()).toEqual([
      ['an-operator', `${group}/v2`],
      ['kustomize-controller', `${group}/v2`],
    ]);
    const { status } = (await system.get<Kustomization>(ks('versions')))!;
    expect(status?.inventory?.entries.at(-1)).toMatchObject({ v: 'v2' });
  });

  describe('behind a webhook that does not answer', () => {
    const refuse = async (operation: string) => {
      const configuration = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: `${system.namespace}-${operation.toLowerCase()}` },
        webhooks: [
          {
            name: 'refuse.owning.example.com',
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
            timeoutSeconds: 1,
            clientConfig: { url: 'https://127.0.0.1:1/' },
            rules: [
              { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: [operation] },
            ],
            objectSelector: { matchLabels: { guarded: operation.toLowerCase() } },
          },
        ],
      };
      await system.client.create(configuration as KubeObject, { as: 'own' });
      const { apiVersion, kind, metadata } = configuration;
      return () => system.client.delete({ apiVersion, kind, name: metadata.name }, { as: 'own' });
    };
    const guarded = (name: string, operation: string) =>
      JSON.stringify(object(name, { value: 'x' }, { labels: { guarded: operation } }));
    const inventory = async (name: string) =>
      (await system.get<Kustomization>(ks(name)))?.status?.inventory?.entries.map(
        ({ id }) => id.split('_')[1],
      );

    test('what cannot be deleted stays in the inventory, and is tried again', async () => {
      const files = {
        'a.yaml': guarded('held', 'delete'),
        'b.yaml': configMap('free', 'x'),
        'c.yaml': configMap('left', 'x'),
      };
      await start('pruning', files, { retryInterval: '1s' });
      expect(await said('pruning')).toMatchObject({ status: 'True' });
      const allow = await refuse('DELETE');
      await put('pruning', { 'a.yaml': undefined, 'b.yaml': undefined });
      const failed = await system.until<Kustomization>(
        ks('pruning'),
        'failed',
        k => readyOf(k)?.reason === 'PruneFailed',
      );
      expect(readyOf(failed)?.message).toMatch(
        /^delete failed, errors: ConfigMap\/.*\/held delete failed: .*webhook/,
      );
      expect(failed.status?.history?.[0]?.lastReconciledStatus).toBe('PruneFailed');
      expect((await inventory('pruning'))?.toSorted()).toEqual(['held', 'left']);
      expect(await system.get(config('free'))).toBeUndefined();
      await allow();
      await system.until(config('held'), 'gone', o => o === undefined);
      await system.until(ks('pruning'), 'ready', isReady);
      expect(await inventory('pruning')).toEqual(['left']);
    });

    test('a Kustomization goes only when its objects can, and tells why', async () => {
      await start('deleted', { 'a.yaml': guarded('guarded', 'delete') });
      expect(await said('deleted')).toMatchObject({ status: 'True' });
      const allow = await refuse('DELETE');
      await system.client.delete(ks('deleted'), { as: 'own' });
      const told = async () => {
        const { items } = await system.client.listAll<KubeObject & { message: string; type: string }>(
          'v1',
          'Event',
          {
            namespace: system.namespace,
            as: 'own',
          },
        );
        return items.filter(({ type }) => type === 'Warning').map(({ message }) => message);
      };
      await expect
        .poll(async () => (await told()).some(m => m.startsWith('pruning for deleted resource failed')))
        .toBe(true);
      expect(await system.get(ks('deleted'))).toBeDefined();
      await allow();
      await system.until(ks('deleted'), 'gone', k => k === undefined, 25_000);
      expect(await system.get(config('guarded'))).toBeUndefined();
    });

    test('what cannot be made yet is tried again', async () => {
      const allow = await refuse('CREATE');
      await start('early', { 'a.yaml': guarded('early', 'create') }, { retryInterval: '1s' });
      expect(await said('early')).toMatchObject({ status: 'False', reason: 'ReconciliationFailed' });
      await allow();
      await system.until(ks('early'), 'ready', isReady);
    });
  });
});
