import { isNotFound, type KubeClient, type KubeObject } from '@millrace/kube';
import { install, rollback, uninstall, upgrade } from '@millrace/releases';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chartOf, configMap, contextIn, lifelessCluster, optionsFor } from './context.ts';

/** The life of releases against an API server: what is stored and what is in the cluster after each action. */
describe('a release', () => {
  let cluster: Awaited<ReturnType<typeof lifelessCluster>>;
  let client: KubeClient;
  let on: ReturnType<typeof contextIn>;

  beforeAll(async () => {
    cluster = await lifelessCluster();
    client = cluster.client;
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    const name = await cluster.namespace('shop');
    on = contextIn(client, name);
  });

  const get = (kind: string, name: string) =>
    client
      .get<KubeObject & { data: object }>(
        { apiVersion: 'v1', kind, namespace: on.namespace, name },
        { as: 'own' },
      )
      .catch(error => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
  const value = async (name: string) => (await get('ConfigMap', name))?.data;
  const history = async () =>
    (await on.records.history('app')).map(({ version, info: { status } }) => `${version} ${status}`);
  const one = { 'templates/a.yaml': configMap('a', 'one'), 'templates/b.yaml': configMap('b', 'one') };
  const two = { 'templates/a.yaml': configMap('a', 'two'), 'templates/c.yaml': configMap('c', 'two') };
  const broken = {
    ...two,
    'templates/z.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: z}\nspec: {ports: [{port: 0}]}\n',
  };
  const upgradeTo = (files: Record<string, string>, more: object = {}) =>
    upgrade(
      {
        ...optionsFor(files),
        serverSide: 'auto',
        forceReplace: false,
        oldValues: 'reset',
        cleanupOnFail: false,
        ...more,
      },
      on,
    );
  const back = (more: object = {}) =>
    rollback(
      {
        name: 'app',
        version: 0,
        serverSide: 'auto',
        forceConflicts: true,
        forceReplace: false,
        disableHooks: false,
        cleanupOnFail: false,
        waitForJobs: false,
        timeout: 5000,
        ...more,
      },
      on,
    );
  const end = (more: object = {}) =>
    uninstall(
      {
        name: 'app',
        disableHooks: false,
        keepHistory: false,
        propagation: 'Background',
        timeout: 5000,
        ...more,
      },
      on,
    );

  test('is installed, and its objects say whose they are', async () => {
    await install(optionsFor(one), on);
    expect(await history()).toEqual(['1 deployed']);
    expect((await get('ConfigMap', 'a'))?.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'app', 'meta.helm.sh/release-namespace': on.namespace },
    });
  });

  test('is not installed twice', async () => {
    await install(optionsFor(one), on);
    await expect(install(optionsFor(one), on)).rejects.toThrow('cannot reuse a name that is still in use');
  });

  test('that is refused is recorded as failed', async () => {
    await expect(install(optionsFor(broken), on)).rejects.toThrow('spec.ports[0].port');
    expect(await history()).toEqual(['1 failed']);
  });

  test('takes the place of one that has failed', async () => {
    await install(optionsFor(broken), on).catch(() => {});
    await install(optionsFor(one, { replace: true }), on);
    expect(await history()).toEqual(['1 failed', '2 deployed']);
  });

  test('is upgraded: what is new comes, what is gone goes', async () => {
    await install(optionsFor(one), on);
    await upgradeTo(two);
    expect(await history()).toEqual(['1 superseded', '2 deployed']);
    expect([await value('a'), await value('b'), await value('c')]).toEqual([
      { value: 'two' },
      undefined,
      { value: 'two' },
    ]);
  });

  test('keeps what is to be kept', async () => {
    await install(
      optionsFor({ ...one, 'templates/b.yaml': configMap('b', 'one', 'helm.sh/resource-policy: keep') }),
      on,
    );
    await upgradeTo(two);
    expect(await value('b')).toEqual({ value: 'one' });
  });

  test('whose upgrade fails can be cleaned of what was made', async () => {
    await install(optionsFor(one), on);
    await expect(upgradeTo(broken, { cleanupOnFail: true })).rejects.toThrow('spec.ports[0].port');
    expect(await history()).toEqual(['1 deployed', '2 failed']);
    expect(await value('c')).toBeUndefined();
  });

  test('goes back to what it was', async () => {
    await install(optionsFor(one), on);
    await upgradeTo(broken).catch(() => {});
    await back({ version: 1 });
    expect(await history()).toEqual(['1 superseded', '2 failed', '3 deployed']);
    expect([await value('a'), await value('b')]).toEqual([{ value: 'one' }, { value: 'one' }]);
  });

  test('does not go back to what is not there', async () => {
    await install(optionsFor(one), on);
    await expect(back({ version: 7 })).rejects.toThrow('release has no 7 version');
  });

  test('keeps as many revisions as it is told', async () => {
    await install(optionsFor(one), on);
    for (const motto of ['1', '2', '3'])
      await upgradeTo({ 'templates/a.yaml': configMap('a', motto) }, { maxHistory: 2 });
    expect(await history()).toEqual(['3 superseded', '4 deployed']);
  });

  test('is not worked on while others work on it', async () => {
    const first = await install(optionsFor(one), on);
    await on.records.update({ ...first, info: { ...first.info, status: 'pending-upgrade' } });
    await expect(upgradeTo(two)).rejects.toThrow(
      'another operation (install/upgrade/rollback) is in progress',
    );
  });

  test('goes, with its objects and records', async () => {
    await install(optionsFor(one), on);
    await upgradeTo(two);
    await end();
    expect([await history(), await value('a'), await value('c')]).toEqual([[], undefined, undefined]);
  });

  test('goes and leaves its history', async () => {
    await install(optionsFor(one), on);
    await upgradeTo(two);
    await end({ keepHistory: true });
    expect(await history()).toEqual(['1 superseded', '2 uninstalled']);
    await expect(end({ keepHistory: true })).rejects.toThrow('is already deleted');
  });

  test('does not take with it what has become another’s', async () => {
    await install(optionsFor(one), on);
    const patch = { metadata: { annotations: { 'meta.helm.sh/release-name': 'other' } } };
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: on.namespace, name: 'a' };
    await client.patch(ref, 'merge', patch, { as: 'own' });
    const { info } = await end();
    expect(info).toContain('[ConfigMap] a');
    expect([await value('a'), await value('b')]).toEqual([{ value: 'one' }, undefined]);
  });

  test('does not take what others have made, unless it is told to', async () => {
    const { namespace } = on;
    const theirs = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace },
      data: { value: 'theirs' },
    };
    await client.create(theirs, { as: 'own' });
    await expect(install(optionsFor(one), on)).rejects.toThrow(
      `unable to continue with install: ConfigMap "a" in namespace "${namespace}" exists and cannot be imported into the current release: invalid ownership metadata`,
    );
    expect(await history()).toEqual([]);
    await install(optionsFor(one, { takeOwnership: true }), on);
    expect(await value('a')).toEqual({ value: 'one' });
  });

  test('written as Helm 3 did leaves alone what others add, and is applied server-side from then on', async () => {
    await install(optionsFor(one, { serverSide: false, forceConflicts: false }), on);
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: on.namespace, name: 'a' };
    await client.patch(ref, 'merge', { data: { other: 'theirs' } }, { as: 'own', fieldManager: 'somebody' });
    await upgradeTo(two, { forceConflicts: false });
    expect(await value('a')).toEqual({ value: 'two', other: 'theirs' });
    await upgradeTo(one, { serverSide: true });
    const managers = (await get('ConfigMap', 'a'))?.metadata.managedFields ?? [];
    expect(managers.map(({ manager, operation }) => `${manager} ${operation}`).sort()).toEqual([
      'helm Apply',
      'somebody Update',
    ]);
  });

  test('is rendered with what it looks up in the cluster', async () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {value: {{ (lookup "v1" "Namespace" "" "${on.namespace}").metadata.name }}}\n`;
    await install(optionsFor({ 'templates/a.yaml': text }), on);
    expect(await value('a')).toEqual({ value: on.namespace });
  });

  test('of a dry run is nowhere', async () => {
    const release = await install(optionsFor(one, { dryRun: true }), on);
    expect(release.manifest).toContain('name: a');
    expect([await history(), await value('a')]).toEqual([[], undefined]);
  });

  test('whose kind is not served is not begun', async () => {
    const files = { 'templates/a.yaml': 'apiVersion: nowhere.dev/v1\nkind: Nothing\nmetadata: {name: a}\n' };
    await expect(install(optionsFor(files), on)).rejects.toThrow('ensure CRDs are installed first');
    expect(await history()).toEqual([]);
  });

  test('is of the chart that was given last', async () => {
    await install(optionsFor(one), on);
    const { chart } = await upgradeTo(two, { chart: chartOf(two, '2.0.0') });
    expect(chart?.metadata?.version).toBe('2.0.0');
  });
});
