import type { Kustomization } from '@millrace/api';
import { delay, type KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folders, startFolders } from './folders.ts';
import { millrace } from './process.ts';
import { configMap, isReady, readyOf, type System } from './system.ts';

type Event = KubeObject & {
  message: string;
  reason: string;
  type: string;
  count: number;
  involvedObject: { name: string };
};

/** What a Kustomization says of itself (kustomize-controller, docs/spec/v1/kustomizations.md, "Kustomization Status"). */
describe('the status', () => {
  let system: System;
  let { put, start, said, settled, annotate, config } = {} as Folders;
  beforeAll(async () => {
    ({ system, put, start, said, settled, annotate, config } = await startFolders());
  });
  afterAll(() => system.stop());

  const ks = (name: string) => system.ref('Kustomization', name);
  const eventsOf = async (name: string) => {
    const { items } = await system.client.listAll<Event>('v1', 'Event', {
      namespace: system.namespace,
      as: 'own',
    });
    return items.filter(({ involvedObject }) => involvedObject.name === name);
  };
  const countOf = async (name: string) => (await eventsOf(name)).reduce((sum, { count }) => sum + count, 0);
  const request = async (name: string, value: string) => {
    await annotate(ks(name), { 'reconcile.fluxcd.io/requestedAt': value });
    return system.until<Kustomization>(
      ks(name),
      'answered',
      k => k?.status?.lastHandledReconcileAt === value,
    );
  };

  test('of what is ready is complete', async () => {
    const files = { 'b.yaml': configMap('whole-b', 'x'), 'a.yaml': configMap('whole-a', 'x') };
    await start('whole', files, { wait: true });
    const commit = await put('whole', {});
    const { status, metadata } = await settled('whole');
    const revision = `main@sha1:${commit}`;
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const of = { lastTransitionTime: time, observedGeneration: metadata.generation };
    expect(status).toEqual({
      conditions: [
        {
          ...of,
          type: 'Ready',
          status: 'True',
          reason: 'ReconciliationSucceeded',
          message: `Applied revision: ${revision}`,
        },
        {
          ...of,
          type: 'Healthy',
          status: 'True',
          reason: 'Succeeded',
          message: expect.stringMatching(/^Health check passed in \S+$/),
        },
      ],
      history: [
        {
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          firstReconciled: time,
          lastReconciled: time,
          lastReconciledDuration: expect.stringMatching(/^[0-9.]+m?s$/),
          lastReconciledStatus: 'ReconciliationSucceeded',
          metadata: { revision },
          totalReconciliations: expect.any(Number),
        },
      ],
      inventory: {
        entries: [
          { id: `${system.namespace}_whole-a__ConfigMap`, v: 'v1' },
          { id: `${system.namespace}_whole-b__ConfigMap`, v: 'v1' },
        ],
      },
      lastAppliedRevision: revision,
      lastAttemptedRevision: revision,
      observedGeneration: metadata.generation,
    });
  });

  test('has the inventory in the order of the apply, without namespaces of what has none', async () => {
    const files = {
      'a.yaml': configMap('ordered', 'x'),
      'b.yaml':
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: "ordered:reader", namespace: odd}\nrules: []\n',
      'c.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ordered}\n',
    };
    await start('ordered', files);
    const ready = await settled('ordered');
    expect(ready.status?.inventory?.entries).toEqual([
      { id: '_ordered__reader_rbac.authorization.k8s.io_ClusterRole', v: 'v1' },
      { id: `${system.namespace}_ordered__ServiceAccount`, v: 'v1' },
      { id: `${system.namespace}_ordered__ConfigMap`, v: 'v1' },
    ]);
    const messages = (await eventsOf('ordered')).map(({ message }) => message);
    expect(messages).toContain(
      `ClusterRole/ordered:reader created\nServiceAccount/${system.namespace}/ordered created\nConfigMap/${system.namespace}/ordered created`,
    );
    const version = (await system.get(config('ordered')))?.metadata.resourceVersion;
    await request('ordered', 'again');
    expect((await system.get(config('ordered')))?.metadata.resourceVersion).toBe(version);
  });

  test('keeps the last five results, the newest first, and counts equal ones', async () => {
    await start('historic', { 'a.yaml': configMap('historic', '0') }, { interval: '1h' });
    for (const value of ['1', '2', '3', '4', '5', '6']) {
      await put('historic', { 'a.yaml': configMap('historic', value) });
      await said('historic');
    }
    await request('historic', 'once more');
    const broken = await put('historic', {
      'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: historic}\ndata: 7\n',
    });
    expect(await said('historic')).toMatchObject({ status: 'False', reason: 'ReconciliationFailed' });
    const { history = [], lastAppliedRevision, lastAttemptedRevision } = (await settled('historic')).status!;
    expect(
      history.map(({ lastReconciledStatus, totalReconciliations }) => [
        lastReconciledStatus,
        totalReconciliations,
      ]),
    ).toEqual([
      ['ReconciliationFailed', 1],
      ['ReconciliationSucceeded', 2],
      ['ReconciliationSucceeded', 1],
      ['ReconciliationSucceeded', 1],
      ['ReconciliationSucceeded', 1],
    ]);
    expect(lastAttemptedRevision).toBe(`main@sha1:${broken}`);
    expect(lastAppliedRevision).not.toBe(lastAttemptedRevision);
    expect(history[0]?.metadata).toEqual({ revision: lastAttemptedRevision });
  });

  test('of what fails tells that it is tried again, and what is ready is not said to be progressing', async () => {
    await start('failing', { 'a.yaml': 'resources: [' });
    const failed = await system.until<Kustomization>(
      ks('failing'),
      'failed',
      k => readyOf(k)?.reason === 'BuildFailed',
    );
    const reconciling = failed.status?.conditions?.find(({ type }) => type === 'Reconciling');
    expect(reconciling).toMatchObject({ status: 'True', reason: 'ProgressingWithRetry' });
    expect(failed.status?.observedGeneration).not.toBe(failed.metadata.generation);
    await put('failing', { 'a.yaml': configMap('failing', 'x') });
    expect(await said('failing')).toMatchObject({ status: 'True' });
    const types = (await settled('failing')).status?.conditions?.map(({ type }) => type);
    expect(types).toEqual(['Ready']);
  });

  describe('of one whose source is', () => {
    const from = (name: string, sourceRef: Partial<Kustomization['spec']['sourceRef']>) =>
      system.kustomization(name, {
        path: '.',
        sourceRef: { kind: 'GitRepository', name: 'fleet', ...sourceRef },
      });
    const says = async (name: string, reason: string) =>
      readyOf(await system.until<Kustomization>(ks(name), reason, k => readyOf(k)?.reason === reason))
        ?.message;

    test('missing says so, without an event', async () => {
      await from('sourceless', { name: 'nowhere' });
      expect(await says('sourceless', 'ArtifactFailed')).toBe(
        'GitRepository.source.toolkit.fluxcd.io "nowhere" not found',
      );
      expect(await eventsOf('sourceless')).toEqual([]);
    });

    test('of a kind that has to be turned on says that', async () => {
      await from('external', { kind: 'ExternalArtifact', name: 'x' });
      expect(await says('external', 'AccessDenied')).toBe(
        `can't access 'ExternalArtifact/${system.namespace}/x', ExternalArtifact feature gate is disabled`,
      );
      const found = await system.get<Kustomization>(ks('external'));
      expect(found?.status?.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
        ['Stalled', 'AccessDenied'],
        ['Ready', 'AccessDenied'],
      ]);
    });
  });

  describe('in events', () => {
    test('has the revision, what somebody wrote for events, and a mark for commits', async () => {
      await start('heard', { 'a.yaml': configMap('heard', 'x') });
      await said('heard');
      await annotate(ks('heard'), { 'event.toolkit.fluxcd.io/team': 'a', 'example.com/other': 'b' });
      const commit = await put('heard', { 'a.yaml': configMap('heard', 'y') });
      await said('heard');
      const revision = `main@sha1:${commit}`;
      const told = async () => {
        const mine = (await eventsOf('heard')).filter(({ metadata }) =>
          Object.values(metadata.annotations ?? {}).includes(revision),
        );
        return mine.map(({ reason, type, metadata }) => [type, reason, metadata.annotations]);
      };
      const annotations = {
        'kustomize.toolkit.fluxcd.io/revision': revision,
        'event.toolkit.fluxcd.io/team': 'a',
      };
      const finished = { ...annotations, 'kustomize.toolkit.fluxcd.io/commit_status': 'update' };
      await expect.poll(told).toEqual([
        ['Normal', 'Progressing', annotations],
        ['Normal', 'ReconciliationSucceeded', finished],
      ]);
    });

    test('is told of a commit that changes nothing, and of a request, and of nothing else', async () => {
      await start('silent', { 'a.yaml': configMap('silent', 'x') }, { wait: true });
      await said('silent');
      await expect.poll(() => countOf('silent')).toBeGreaterThan(1);
      const before = await countOf('silent');
      await put('silent', { 'README.md': 'no manifest' });
      await said('silent');
      await expect.poll(() => countOf('silent')).toBe(before + 1);
      await request('silent', 'once');
      await expect.poll(() => countOf('silent')).toBe(before + 2);
      const messages = (await eventsOf('silent')).map(({ message }) => message);
      expect(messages.filter(message => message.startsWith('Health check passed'))).toHaveLength(1);
    });
  });

  test('is the same after a restart, and no event tells of it', async () => {
    await start('lasting', { 'a.yaml': configMap('lasting', 'x') }, { wait: true });
    await said('lasting');
    await start('following', { 'a.yaml': configMap('following', 'x') }, { dependsOn: [{ name: 'lasting' }] });
    await system.until(ks('following'), 'ready', isReady);
    const told = async () =>
      (await eventsOf('following')).some(({ message }) => message.includes('finished'));
    await expect.poll(told).toBe(true);
    await start('witness', { 'a.yaml': configMap('witness', 'x') });
    await said('witness');
    await system.until(ks('following'), 'ready', isReady);
    await system.until(ks('lasting'), 'ready', isReady);
    await delay(500); // events are sent beside the work
    const names = ['lasting', 'following'];
    const snapshot = async () =>
      Promise.all(
        names.map(async name => [
          await system.get(ks(name)),
          await countOf(name),
          await system.get(config(name)),
        ]),
      );
    const before = await snapshot();
    const { namespace, kubeconfig, folder, controllers } = system;
    await controllers.stop();
    const again = millrace(
      ['controllers', 'run', '--kubeconfig', kubeconfig, '--data-dir', `${folder}/controllers`].concat([
        '--watch-all-namespaces=false',
        '--namespace',
        namespace,
      ]),
    );
    await again.saw(/Starting manager/);
    system.controllers = again;
    const edited = { data: { value: 'by hand' } };
    await system.client.patch(config('witness'), 'merge', edited, { as: 'own', fieldManager: 'x' });
    await system.until(config('witness'), 'put back', o => JSON.stringify(o).includes('"value":"x"'));
    expect(await snapshot()).toEqual(before);
  });
});
