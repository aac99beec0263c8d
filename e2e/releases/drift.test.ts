import { ignoreRules } from '@millrace/applier';
import type { KubeClient, KubeObject } from '@millrace/kube';
import { type ReleaseContext, recordsIn, resourcesIn } from '@millrace/releases';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { correct, type DriftRules, driftOf } from '../../controllers/helm/drift.ts';
import { releaseOf } from '../../controllers/helm/testing/index.ts';
import { lifelessCluster } from './context.ts';

const manifest = ['a', 'b']
  .map(
    name => `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {one: "1", two: "2"}\n`,
  )
  .join('');

describe('drift', () => {
  let cluster: Awaited<ReturnType<typeof lifelessCluster>>;
  let client: KubeClient;
  let on: ReleaseContext;

  beforeAll(async () => {
    cluster = await lifelessCluster();
    client = cluster.client;
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    const namespace = await cluster.namespace('drift');
    on = {
      client,
      as: 'own',
      fieldManager: 'helm-controller',
      namespace,
      records: recordsIn({ client, as: 'own', namespace }),
      waiter: { ready: async () => {}, ended: async () => {}, gone: async () => {} },
      signal: new AbortController().signal,
      warn: () => {},
    };
    const all = await look();
    await correct(all, on);
  });

  const look = (rules: Partial<DriftRules> = {}) =>
    driftOf(
      { ...releaseOf(1, 'deployed', { manifest }), namespace: on.namespace },
      { ignore: undefined, overrides: [], ...rules },
      on,
    );
  const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: on.namespace, name });
  const change = (name: string, patch: object, fieldManager = 'somebody') =>
    client.patch(ref(name), 'merge', patch as never, { as: 'own', fieldManager });
  const data = async (name: string) =>
    (await client.get<KubeObject & { data: object }>(ref(name), { as: 'own' })).data;

  test('is none where all is as it should be', async () => {
    expect(await look()).toMatchObject({ changes: [], summary: '' });
  });

  test('is told an object a line, and put back', async () => {
    await change('a', { data: { one: 'theirs' } });
    await client.delete(ref('b'), { as: 'own' });
    const drift = await look();
    expect(drift.summary).toBe(
      `ConfigMap/${on.namespace}/a changed (0 additions, 1 changes, 0 removals)\nConfigMap/${on.namespace}/b removed`,
    );
    expect(await correct(drift, on)).toEqual({
      done: [`ConfigMap/${on.namespace}/b created`, `ConfigMap/${on.namespace}/a configured`],
      problems: [],
    });
    expect([await data('a'), await data('b')]).toEqual([
      { one: '1', two: '2' },
      { one: '1', two: '2' },
    ]);
  });

  test('is not what others add', async () => {
    await change('a', { data: { three: 'theirs' }, metadata: { labels: { theirs: 'x' } } });
    expect((await look()).changes).toEqual([]);
  });

  test('is what those add who are not to have a say', async () => {
    await change('a', { data: { three: 'theirs' } }, 'intruder-1');
    const drift = await look({ overrides: ['intruder'] });
    expect(drift.summary).toBe(`ConfigMap/${on.namespace}/a changed (0 additions, 0 changes, 1 removals)`);
    await correct(drift, on);
    expect(await data('a')).toEqual({ one: '1', two: '2' });
  });

  test('does not look at fields that are ignored', async () => {
    await change('a', { data: { one: 'theirs' } });
    expect((await look({ ignore: ignoreRules([{ paths: ['/data/one'] }]) })).changes).toEqual([]);
    const others = ignoreRules([{ paths: ['/data/one'], target: { name: 'b' } }]);
    expect((await look({ ignore: others })).changes).toHaveLength(1);
  });

  test('does not look at objects of which all is ignored, and says so', async () => {
    await change('a', { data: { one: 'theirs' } });
    const drift = await look({ ignore: ignoreRules([{ paths: [''], target: { name: 'a' } }]) });
    expect(drift).toMatchObject({ changes: [], summary: `ConfigMap/${on.namespace}/a excluded` });
  });

  test('does not look at objects that say so', async () => {
    const annotations = { 'helm.toolkit.fluxcd.io/driftDetection': 'Disabled' };
    await change('a', { data: { one: 'theirs' }, metadata: { annotations } });
    expect((await look()).changes).toEqual([]);
  });

  test('of metadata is what is missing or other', async () => {
    await change('a', { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } });
    expect((await look()).summary).toContain('a changed');
  });

  test('that cannot be seen is an error, unless something else is amiss', async () => {
    const wrong = manifest.replace('data: {one: "1", two: "2"}', 'data: {one: 1}');
    const see = () =>
      driftOf(
        { ...releaseOf(1, 'deployed', { manifest: wrong }), namespace: on.namespace },
        { ignore: undefined, overrides: [] },
        on,
      );
    await expect(see()).rejects.toThrow('unable to determine cluster state: ConfigMap/');
    await client.delete(ref('b'), { as: 'own' });
    expect((await see()).changes).toHaveLength(1);
  });

  test('is found in the objects of the manifest alone', async () => {
    expect(await resourcesIn(manifest, on)).toHaveLength(2);
  });
});
