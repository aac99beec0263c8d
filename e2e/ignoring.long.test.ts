import type { KubeObject, ManagedFieldsEntry } from '@millrace/kube';
import { delay } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folders, startFolders } from './folders.ts';
import type { System } from './system.ts';

type Deployment = KubeObject & {
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    template: { spec: { containers: { name: string; image: string; resources?: unknown }[] } };
  };
};

const manifest = (name: string, { replicas = 1, seconds = 1, cpu = '1m' } = {}) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  minReadySeconds: ${seconds}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - {name: app, image: registry.example.com/app:1, resources: {requests: {cpu: ${cpu}}}}
`;

/** spec.ignore: fields that others may set (kustomize-controller, docs/spec/v1/kustomizations.md). */
describe('fields that are ignored', () => {
  let system: System;
  let { put, start, said } = {} as Folders;
  beforeAll(async () => {
    ({ system, put, start, said } = await startFolders());
  });
  afterAll(() => system.stop());

  const ref = (name: string) => system.ref('Deployment', name);
  const ignore = [{ paths: ['/spec/replicas'], target: { kind: 'Deploy.*ent' } }];
  const become = (name: string, what: string, check: (spec: Deployment['spec']) => boolean) =>
    system.until<Deployment>(ref(name), what, o => o !== undefined && check(o.spec));
  const update = (name: string, spec: object, fieldManager = 'autoscaler') =>
    system.client.patch(ref(name), 'merge', { spec } as never, { as: 'own', fieldManager });
  /** As one does who applies; `spec` with what a Deployment must have. */
  const claim = (name: string, replicas: number) =>
    system.client.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: system.namespace },
        spec: {
          replicas,
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels: { app: name } },
            spec: { containers: [{ name: 'app', image: 'registry.example.com/app:1' }] },
          },
        },
      } as KubeObject,
      { as: 'own', fieldManager: 'autoscaler', force: true },
    );
  const ours = ({ metadata }: KubeObject): string =>
    JSON.stringify(
      metadata.managedFields?.find((e: ManagedFieldsEntry) => e.manager === 'kustomize-controller'),
    );

  test('are created as Git has them, and then left to whom they belong', async () => {
    await start('left', { 'a.yaml': manifest('left', { replicas: 2 }) }, { ignore });
    expect(await said('left')).toMatchObject({ status: 'True' });
    const before = await become('left', 'created', spec => spec.replicas === 2);
    await update('left', { replicas: 3 });
    await update('left', { minReadySeconds: 9 });
    await become('left', 'else put back', spec => spec.minReadySeconds === 1);
    const after = await become('left', 'left', spec => spec.replicas === 3);
    expect(after.metadata.uid).toBe(before.metadata.uid);
  });

  test('are no drift: nothing is written because of them', async () => {
    await start('quiet', { 'a.yaml': manifest('quiet') }, { ignore });
    expect(await said('quiet')).toMatchObject({ status: 'True' });
    await update('quiet', { replicas: 3 });
    const settled = await become('quiet', 'scaled', spec => spec.replicas === 3);
    await delay(500);
    const later = await system.get<Deployment>(ref('quiet'));
    expect([later?.metadata.generation, ours(later!)]).toEqual([settled.metadata.generation, ours(settled)]);
  });

  test('keep the value of the cluster when something else is applied, and are ours then', async () => {
    await start('adopted', { 'a.yaml': manifest('adopted') }, { ignore });
    expect(await said('adopted')).toMatchObject({ status: 'True' });
    await update('adopted', { replicas: 3 });
    await put('adopted', { 'a.yaml': manifest('adopted', { seconds: 5 }) });
    const adopted = await become('adopted', 'applied', spec => spec.minReadySeconds === 5);
    expect(adopted.spec.replicas).toBe(3);
    expect(ours(adopted)).toContain('f:replicas');
  });

  test('are given up to another who applies them', async () => {
    await start('stripped', { 'a.yaml': manifest('stripped') }, { ignore });
    expect(await said('stripped')).toMatchObject({ status: 'True' });
    await claim('stripped', 4);
    await put('stripped', { 'a.yaml': manifest('stripped', { seconds: 5 }) });
    const stripped = await become('stripped', 'applied', spec => spec.minReadySeconds === 5);
    expect(stripped.spec.replicas).toBe(4);
    expect(ours(stripped)).not.toContain('f:replicas');
  });

  test('keep what somebody has set with kubectl', async () => {
    await start('edited', { 'a.yaml': manifest('edited') }, { ignore });
    expect(await said('edited')).toMatchObject({ status: 'True' });
    await update('edited', { replicas: 3, minReadySeconds: 7 }, 'kubectl-edit');
    const edited = await system.until<Deployment>(
      ref('edited'),
      'taken over',
      o => !JSON.stringify(o?.metadata.managedFields).includes('kubectl-edit'),
    );
    expect(edited.spec).toMatchObject({ minReadySeconds: 1, replicas: 3 });
  });

  test('may be in the items of lists', async () => {
    const paths = ['/spec/template/spec/containers/0/resources'];
    await start('inside', { 'a.yaml': manifest('inside') }, { ignore: [{ paths }] });
    expect(await said('inside')).toMatchObject({ status: 'True' });
    const resources = { requests: { cpu: '5m' } };
    const containers = [{ name: 'app', image: 'registry.example.com/app:1', resources }];
    await update('inside', { template: { spec: { containers } } });
    await put('inside', { 'a.yaml': manifest('inside', { seconds: 5, cpu: '2m' }) });
    const inside = await become('inside', 'applied', spec => spec.minReadySeconds === 5);
    expect(inside.spec.template.spec.containers[0]?.resources).toEqual(resources);
  });

  test('are minded in objects that the target does not select, and again when the rule has gone', async () => {
    const target = { kind: 'Deployment', name: 'oth' };
    await start(
      'other',
      { 'a.yaml': manifest('other') },
      { ignore: [{ paths: ['/spec/replicas'], target }] },
    );
    expect(await said('other')).toMatchObject({ status: 'True' });
    await update('other', { replicas: 3 });
    await become('other', 'put back', spec => spec.replicas === 1);
    const where = { path: './other', targetNamespace: system.namespace };
    await system.kustomization('other', { ...where, ignore });
    expect(await said('other')).toMatchObject({ status: 'True' });
    await update('other', { replicas: 3 });
    await become('other', 'left', spec => spec.replicas === 3);
    await system.kustomization('other', where);
    await become('other', 'put back again', spec => spec.replicas === 1);
  });

  test('with a target that is none are told, and nothing is applied', async () => {
    const target = { name: '(' };
    await start(
      'broken',
      { 'a.yaml': manifest('broken') },
      { ignore: [{ paths: ['/spec/replicas'], target }] },
    );
    const ks = await system.until(system.ref('Kustomization', 'broken'), 'failed', o =>
      JSON.stringify(o?.status ?? {}).includes(
        'failed to create ignore rule selector: spec.ignore[0].target',
      ),
    );
    expect(JSON.stringify(ks.status)).toContain('"ReconciliationFailed"');
    expect(await system.get(ref('broken'))).toBeUndefined();
  });
});
