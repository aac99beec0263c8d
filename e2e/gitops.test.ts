import type { Kustomization } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clone } from './fleet.ts';
import { configMap, isReady, readyOf, type System, startSystem } from './system.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };

const value = (object: ConfigMap | undefined) => object?.data?.value;

describe('a fleet', () => {
  let system: System;
  let clone: Clone;

  beforeAll(async () => {
    system = await startSystem();
    const repository = await system.repository('fleet');
    clone = repository.clone;
    await clone.push('Start', {
      'app/one.yaml': configMap('one', 'a'),
      'app/two.yaml': configMap('two', 'a'),
    });
    await system.source('fleet', repository.url);
    await system.kustomization('app', { path: './app', targetNamespace: system.namespace });
    await system.until(system.ref('Kustomization', 'app'), 'ready', isReady);
  });
  afterAll(() => system.stop());

  const config = (name: string) => system.ref('ConfigMap', name);

  test('a push becomes cluster state', async () => {
    const commit = await clone.push('Change one', { 'app/one.yaml': configMap('one', 'b') });
    await system.until<ConfigMap>(config('one'), 'changed', object => value(object) === 'b');
    const ks = await system.until<Kustomization>(
      system.ref('Kustomization', 'app'),
      'applied',
      k => k?.status?.lastAppliedRevision === `main@sha1:${commit}` && isReady(k),
    );
    expect(readyOf(ks)).toMatchObject({
      reason: 'ReconciliationSucceeded',
      message: `Applied revision: main@sha1:${commit}`,
    });
    expect(ks.status?.inventory?.entries.map(({ id }) => id)).toEqual([
      `${system.namespace}_one__ConfigMap`,
      `${system.namespace}_two__ConfigMap`,
    ]);
  });

  test('what somebody changes by hand is put back', async () => {
    await system.client.patch(
      config('one'),
      'merge',
      { data: { value: 'by hand' } },
      { as: 'own', fieldManager: 'somebody' },
    );
    await system.until<ConfigMap>(config('one'), 'put back', object => value(object) === 'b');
  });

  test('what kubectl adds is taken away, what others add stays', async () => {
    await system.client.patch(
      config('two'),
      'merge',
      { data: { theirs: 'stays' } },
      { as: 'own', fieldManager: 'an-operator' },
    );
    await system.client.patch(
      config('two'),
      'merge',
      { data: { extra: 'goes' } },
      { as: 'own', fieldManager: 'kubectl-edit' },
    );
    const object = await system.until<ConfigMap>(config('two'), 'cleaned', two => !two?.data?.extra);
    expect(object.data).toEqual({ value: 'a', theirs: 'stays' });
  });

  test('what somebody deletes comes back', async () => {
    const before = await system.get(config('one'));
    await system.client.delete(config('one'), { as: 'own' });
    await system.until(
      config('one'),
      'made anew',
      object => object !== undefined && object.metadata.uid !== before?.metadata.uid,
    );
  });

  test('what leaves Git leaves the cluster', async () => {
    await clone.push('Remove two', { 'app/two.yaml': undefined });
    await system.until(config('two'), 'gone', object => object === undefined);
  });

  test('an object that asks to be kept is kept', async () => {
    const kept = configMap('kept', 'a').replace(
      '  name: kept',
      '  name: kept\n  annotations:\n    kustomize.toolkit.fluxcd.io/prune: disabled',
    );
    await clone.push('Add kept', { 'app/kept.yaml': kept });
    await system.until(config('kept'), 'there', object => object !== undefined);
    const commit = await clone.push('Remove kept', { 'app/kept.yaml': undefined });
    await system.until<Kustomization>(
      system.ref('Kustomization', 'app'),
      'applied',
      k => k?.status?.lastAppliedRevision === `main@sha1:${commit}`,
    );
    expect(await system.get(config('kept'))).toBeDefined();
  });

  test('a suspended Kustomization lets things be, and catches up when it is resumed', async () => {
    await system.kustomization('app', { path: './app', targetNamespace: system.namespace, suspend: true });
    await clone.push('Change while suspended', { 'app/one.yaml': configMap('one', 'c') });
    const source = system.ref('GitRepository', 'fleet');
    await system.client.patch(
      config('one'),
      'merge',
      { data: { value: 'by hand' } },
      { as: 'own', fieldManager: 'somebody' },
    );
    await system.until(source, 'fetched', isReady);
    expect(value(await system.get<ConfigMap>(config('one')))).toBe('by hand');
    await system.kustomization('app', { path: './app', targetNamespace: system.namespace, suspend: false });
    await system.until<ConfigMap>(config('one'), 'caught up', object => value(object) === 'c');
  });

  test('variables are substituted, and a change of their ConfigMap arrives at once', async () => {
    const variables = (place: string) =>
      system.client.apply(
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'vars', namespace: system.namespace },
          data: { place },
        } as KubeObject,
        { as: 'own', fieldManager: 'e2e' },
      );
    await variables('here');
    await clone.push('Use variables', {
      'vars/kustomization.yaml': 'resources: [greeting.yaml]\n',
      'vars/greeting.yaml': configMap('greeting', 'hello ${place} and ${who:=all}'),
    });
    await system.kustomization('vars', {
      path: './vars',
      targetNamespace: system.namespace,
      postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] },
    });
    await system.until<ConfigMap>(
      config('greeting'),
      'substituted',
      object => value(object) === 'hello here and all',
    );
    await variables('there');
    await system.until<ConfigMap>(
      config('greeting'),
      'substituted anew',
      object => value(object) === 'hello there and all',
    );
  });

  test('a deleted Kustomization takes its objects along', async () => {
    await system.client.delete(system.ref('Kustomization', 'vars'), { as: 'own' });
    await system.until(config('greeting'), 'gone', object => object === undefined);
    await system.until(system.ref('Kustomization', 'vars'), 'gone', object => object === undefined);
  });

  test('an orphaning one leaves them', async () => {
    await system.kustomization('orphans', {
      path: './vars',
      targetNamespace: system.namespace,
      deletionPolicy: 'Orphan',
    });
    await system.until(system.ref('Kustomization', 'orphans'), 'ready', isReady);
    await system.client.delete(system.ref('Kustomization', 'orphans'), { as: 'own' });
    await system.until(system.ref('Kustomization', 'orphans'), 'gone', object => object === undefined);
    expect(await system.get(config('greeting'))).toBeDefined();
  });

  test('one that waits for termination goes last', async () => {
    const held = configMap('held', 'a').replace(
      '  name: held',
      '  name: held\n  finalizers: [example.com/hold]',
    );
    await clone.push('Add held', { 'held/held.yaml': held });
    const ks = system.ref('Kustomization', 'held');
    await system.kustomization('held', {
      path: './held',
      targetNamespace: system.namespace,
      deletionPolicy: 'WaitForTermination',
    });
    await system.until(ks, 'ready', isReady);
    await system.client.delete(ks, { as: 'own' });
    await system.until(
      config('held'),
      'on its way out',
      object => object?.metadata.deletionTimestamp !== undefined,
    );
    expect(await system.get(ks)).toBeDefined();
    await system.client.patch(
      config('held'),
      'merge',
      { metadata: { finalizers: null } },
      { as: 'own', fieldManager: 'somebody' },
    );
    await system.until(config('held'), 'gone', object => object === undefined);
    await system.until(ks, 'gone', object => object === undefined);
  });

  test('a request by annotation is answered, and looks at everything', async () => {
    const ks = system.ref('Kustomization', 'app');
    await system.client.patch(
      ks,
      'merge',
      {
        metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now, please' } },
      },
      { as: 'own' },
    );
    const answered = await system.until<Kustomization>(
      ks,
      'answered',
      object => object?.status?.lastHandledReconcileAt === 'now, please',
    );
    expect(answered.status?.history?.[0]).toMatchObject({ lastReconciledStatus: 'ReconciliationSucceeded' });
  });

  test('a health check of an object of others passes when that object is there', async () => {
    await clone.push('Add waiter', { 'waiter/waiter.yaml': configMap('waiter', 'a') });
    const healthChecks = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'from-elsewhere', namespace: system.namespace },
    ];
    await system.kustomization('waiter', {
      path: './waiter',
      targetNamespace: system.namespace,
      healthChecks,
      timeout: '1m',
    });
    const ks = system.ref('Kustomization', 'waiter');
    await system.until<Kustomization>(
      ks,
      'waiting',
      object =>
        object?.status?.conditions?.some(c => c.type === 'Healthy' && c.status === 'Unknown') ?? false,
    );
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'from-elsewhere', namespace: system.namespace },
    };
    await system.client.create(object, { as: 'own' });
    const ready = await system.until<Kustomization>(ks, 'ready', isReady);
    expect(ready.status?.conditions?.find(({ type }) => type === 'Healthy')).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
    });
  });

  test('events tell what was done, and for which revision', async () => {
    const commit = await clone.push('Tell', { 'app/told.yaml': configMap('told', 'a') });
    const revision = `main@sha1:${commit}`;
    await system.until<Kustomization>(
      system.ref('Kustomization', 'app'),
      'applied',
      k => k?.status?.lastAppliedRevision === revision,
    );
    type Event = KubeObject & {
      message: string;
      reason: string;
      type: string;
      involvedObject: { name: string };
      source: { component: string };
    };
    const told = async () => {
      const { items } = await system.client.listAll<Event>('v1', 'Event', {
        namespace: system.namespace,
        as: 'own',
      });
      const mine = items.filter(
        ({ metadata }) => metadata.annotations?.['kustomize.toolkit.fluxcd.io/revision'] === revision,
      );
      return mine
        .filter(({ involvedObject }) => involvedObject.name === 'app')
        .map(({ type, reason, message, source }) => [source.component, type, reason, message]);
    };
    const line = `ConfigMap/${system.namespace}/told created`;
    await expect.poll(told).toEqual([
      ['kustomize-controller', 'Normal', 'Progressing', line],
      [
        'kustomize-controller',
        'Normal',
        'ReconciliationSucceeded',
        expect.stringMatching(/^Reconciliation finished in \S+, next run in 1h0m0s$/),
      ],
    ]);
  });

  test('a chain of ten becomes ready in its order', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`chain/${i}/link.yaml`, configMap(`link-${i}`, 'a')]),
    );
    await clone.push('Add the chain', files);
    for (let i = 9; i >= 0; i--) {
      const dependsOn = i === 0 ? {} : { dependsOn: [{ name: `link-${i - 1}` }] };
      await system.kustomization(`link-${i}`, {
        path: `./chain/${i}`,
        targetNamespace: system.namespace,
        wait: true,
        ...dependsOn,
      });
    }
    await system.until(system.ref('Kustomization', 'link-9'), 'ready', isReady);
    const times = await Promise.all(
      Array.from(
        { length: 10 },
        async (_, i) => (await system.get(config(`link-${i}`)))!.metadata.resourceVersion,
      ),
    );
    expect(times.map(Number)).toEqual(times.map(Number).toSorted((a, b) => a - b));
  });
});
