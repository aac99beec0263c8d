import type { Kustomization } from '@millrace/api';
import { delay } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigMap, type Folders, startFolders } from './folders.ts';
import { isReady, type System } from './system.ts';

const group = 'kustomize.toolkit.fluxcd.io';
const annotated = (name: string, value: string, annotations: Record<string, string>) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, annotations },
    data: { value },
  });

/** What annotations of applied objects ask for ("Controlling the apply behavior of resources"). */
describe('an annotation', () => {
  let system: System;
  let { put, start, said, config, annotate } = {} as Folders;
  beforeAll(async () => {
    ({ system, put, start, said, config, annotate } = await startFolders());
  });
  afterAll(() => system.stop());

  const write = (name: string, data: Record<string, string | null>, fieldManager: string) =>
    system.client.patch(config(name), 'merge', { data }, { as: 'own', fieldManager });
  const shown = (data: object = {}) => JSON.stringify(Object.entries(data).toSorted());
  const become = (name: string, data: Record<string, string>) =>
    system.until<ConfigMap>(config(name), shown(data), o => shown(o?.data) === shown(data));
  const inventory = async (name: string) => {
    const ks = await system.get<Kustomization>(system.ref('Kustomization', name));
    return ks?.status?.inventory?.entries.map(({ id }) => id.split('_')[1]);
  };
  /** Nothing more happens to the object. */
  const stays = async (name: string) => {
    const before = await system.get(config(name));
    await delay(400);
    expect((await system.get(config(name)))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  };

  test.each<[string, Record<string, string>]>([
    ['Override', { value: 'git' }],
    ['override', { value: 'git' }],
    ['Merge', { value: 'git', extra: 'kubectl' }],
    ['merge', { value: 'git', extra: 'kubectl' }],
  ])('ssa: %s decides what becomes of what kubectl adds', async (policy, data) => {
    const name = `ssa-${policy === policy.toLowerCase() ? 'lower-' : ''}${policy.toLowerCase()}`;
    await start(name, { 'a.yaml': annotated(name, 'git', { [`${group}/ssa`]: policy }) });
    expect(await said(name)).toMatchObject({ status: 'True' });
    await write(name, { extra: 'kubectl', value: 'kubectl' }, 'kubectl-edit');
    await become(name, data);
    await stays(name);
  });

  describe('ssa: IfNotPresent', () => {
    const policy = { [`${group}/ssa`]: 'IfNotPresent' };

    test('makes the object once, lets it change, and makes it again when it has gone', async () => {
      await start('once', { 'a.yaml': annotated('once', 'git', policy) });
      expect(await said('once')).toMatchObject({ status: 'True' });
      await write('once', { value: 'theirs' }, 'somebody');
      await put('once', { 'a.yaml': annotated('once', 'newer', policy) });
      expect(await said('once')).toMatchObject({ status: 'True' });
      await become('once', { value: 'theirs' });
      await stays('once');
      await system.client.delete(config('once'), { as: 'own' });
      await become('once', { value: 'newer' });
    });

    test('leaves what was there before', async () => {
      const { namespace } = system;
      const theirs = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'before', namespace },
        data: { a: 'b' },
      };
      await system.client.create(theirs, { as: 'own' });
      await start('before', { 'a.yaml': annotated('before', 'git', policy) }, { wait: true });
      expect(await said('before')).toMatchObject({ status: 'True' });
      expect(await inventory('before')).toEqual(['before']);
      await stays('before');
      await become('before', { a: 'b' });
      await put('before', { 'a.yaml': undefined, 'b.yaml': annotated('other', 'git', {}) });
      expect(await said('before')).toMatchObject({ status: 'True' });
      await become('before', { a: 'b' });
    });
  });

  test.each([
    ['ssa', 'Ignore'],
    ['ssa', 'ignore'],
    ['reconcile', 'disabled'],
  ])('%s: %s in Git applies nothing, and does not mind', async (key, value) => {
    const name = `left-${key}-${value}`.toLowerCase() + (value === 'ignore' ? '-lower' : '');
    await start(name, { 'a.yaml': annotated(name, 'git', {}) });
    expect(await said(name)).toMatchObject({ status: 'True' });
    await put(name, { 'a.yaml': annotated(name, 'newer', { [`${group}/${key}`]: value }) });
    expect(await said(name)).toMatchObject({ status: 'True' });
    expect(await inventory(name)).toEqual([name]);
    await write(name, { value: 'theirs' }, 'somebody');
    await stays(name);
    await become(name, { value: 'theirs' });
    await put(name, { 'a.yaml': annotated(name, 'newest', {}) });
    await become(name, { value: 'newest' });
  });

  test.each([
    ['prune', 'Disabled'],
    ['ssa', 'Ignore'],
    ['reconcile', 'disabled'],
  ])('%s: %s in the cluster keeps what leaves Git', async (key, value) => {
    const name = `kept-by-${key}`;
    await start(name, {
      'a.yaml': annotated(name, 'git', {}),
      'b.yaml': annotated(`${name}-other`, 'git', {}),
    });
    expect(await said(name)).toMatchObject({ status: 'True' });
    await annotate(config(name), { [`${group}/${key}`]: value });
    await put(name, { 'a.yaml': undefined });
    expect(await said(name)).toMatchObject({ status: 'True' });
    expect(await system.get(config(name))).toBeDefined();
    expect(await inventory(name)).toEqual([`${name}-other`]);
    await system.client.delete(system.ref('Kustomization', name), { as: 'own' });
    await system.until(system.ref('Kustomization', name), 'gone', o => o === undefined);
    expect(await system.get(config(`${name}-other`))).toBeUndefined();
    expect(await system.get(config(name))).toBeDefined();
  });

  test('prune: disabled holds up nobody who waits for the termination of the rest', async () => {
    const files = {
      'a.yaml': annotated('lasting', 'git', { [`${group}/prune`]: 'disabled' }),
      'b.yaml': annotated('going', 'git', {}),
    };
    await start('terminating', files, { deletionPolicy: 'WaitForTermination' });
    expect(await said('terminating')).toMatchObject({ status: 'True' });
    await system.client.delete(system.ref('Kustomization', 'terminating'), { as: 'own' });
    await system.until(system.ref('Kustomization', 'terminating'), 'gone', o => o === undefined);
    expect(await system.get(config('lasting'))).toBeDefined();
    expect(await system.get(config('going'))).toBeUndefined();
  });

  test('force: enabled in the cluster replaces what cannot be changed, and without it nothing is', async () => {
    const fixed = (value: string) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'fixed' },
        immutable: true,
        data: { value },
      });
    await start('fixed', { 'a.yaml': fixed('a') }, { retryInterval: '1s' });
    expect(await said('fixed')).toMatchObject({ status: 'True' });
    await put('fixed', { 'a.yaml': fixed('b') });
    expect(await said('fixed')).toMatchObject({ status: 'False', reason: 'ReconciliationFailed' });
    await become('fixed', { value: 'a' });
    await annotate(config('fixed'), { [`${group}/force`]: 'enabled' });
    await become('fixed', { value: 'b' });
  });

  test('substitute: disabled leaves the variables of an object as they are', async () => {
    const files = {
      'a.yaml': annotated('replaced', '${name}', {}),
      'b.yaml': annotated('verbatim', '${name} $$', { [`${group}/substitute`]: 'disabled' }),
      'c.yaml': JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'labelled', labels: { [`${group}/substitute`]: 'disabled' } },
        data: { value: '${name}' },
      }),
    };
    await start('variables', files, { postBuild: { substitute: { name: 'x' } } });
    expect(await said('variables')).toMatchObject({ status: 'True' });
    await become('replaced', { value: 'x' });
    await become('verbatim', { value: '${name} $$' });
    await become('labelled', { value: '${name}' });
  });

  test('with values of nobody means nothing', async () => {
    await start('odd', {
      'a.yaml': annotated('odd', 'git', { [`${group}/ssa`]: 'Nothing', [`${group}/reconcile`]: 'off' }),
    });
    expect(await said('odd')).toMatchObject({ status: 'True' });
    await write('odd', { value: 'theirs' }, 'somebody');
    await become('odd', { value: 'git' });
    await system.until(system.ref('Kustomization', 'odd'), 'ready', isReady);
  });
});
