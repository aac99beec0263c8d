import type { Kustomization } from '@millrace/api';
import { delay, healthOf, type KubeObject, type ObjectRef, refOf, watchCache } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folders, startFolders } from './folders.ts';
import { configMap, isReady, readyOf, type System } from './system.ts';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'databases.waiting.example.com' },
  spec: {
    group: 'waiting.example.com',
    scope: 'Namespaced',
    names: { kind: 'Database', listKind: 'DatabaseList', plural: 'databases', singular: 'database' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const database = (name: string) =>
  `apiVersion: waiting.example.com/v1\nkind: Database\nmetadata: {name: ${name}}\nspec: {size: 1}\n`;

/** What a Kustomization waits for before it begins, and before it is ready. */
describe('waiting', () => {
  let system: System;
  let { put, start, said, config } = {} as Folders;

  beforeAll(async () => {
    ({ system, put, start, said, config } = await startFolders());
    await system.client.apply(definition, { as: 'own', fieldManager: 'e2e' });
    await system.until(refOf(definition), 'established', crd => healthOf(crd).status === 'Current');
  });
  afterAll(async () => {
    await system.client.delete(refOf(definition), { as: 'own' });
    await system.stop();
  });

  const ks = (name: string) => system.ref('Kustomization', name);
  const db = (name: string): ObjectRef => ({
    apiVersion: 'waiting.example.com/v1',
    kind: 'Database',
    name,
    namespace: system.namespace,
  });
  const report = (name: string, status: KubeObject['status']) =>
    system.client.patch(db(name), 'merge', { status: status as never }, { as: 'own', subresource: 'status' });
  const conditionOf = (object: Kustomization, type: string) =>
    object.status?.conditions?.find(condition => condition.type === type);
  const reads = (name: string, reason: string, message?: RegExp) =>
    system.until<Kustomization>(
      ks(name),
      `${reason} ${message ?? ''}`,
      k => readyOf(k)?.reason === reason && (message?.test(readyOf(k)!.message) ?? true),
    );

  describe('for the health of custom objects', () => {
    const rules = [
      {
        apiVersion: 'waiting.example.com/v1',
        kind: 'Database',
        current: "status.phase == 'up'",
        failed: "status.phase == 'down'",
      },
    ];

    test('they are healthy when their expression says so', async () => {
      await start('healthy', { 'a.yaml': database('healthy') }, { wait: true, healthCheckExprs: rules });
      const waits = await system.until<Kustomization>(
        ks('healthy'),
        'waits',
        k => conditionOf(k!, 'Healthy')?.status === 'Unknown',
      );
      expect(conditionOf(waits, 'Reconciling')?.message).toMatch(
        /^Running health checks for revision main@sha1:/,
      );
      await report('healthy', { phase: 'up' });
      const ready = await system.until<Kustomization>(ks('healthy'), 'ready', isReady);
      expect(conditionOf(ready, 'Healthy')).toMatchObject({ status: 'True', reason: 'Succeeded' });
    });

    test('one that has failed ends the check, and one that recovers begins it anew', async () => {
      const files = { 'a.yaml': database('failing'), 'b.yaml': database('slow') };
      await start('failing', files, { wait: true, healthCheckExprs: rules });
      await system.until(db('failing'), 'there', o => o !== undefined);
      await report('failing', { phase: 'down' });
      const failed = await reads('failing', 'HealthCheckFailed');
      expect(readyOf(failed)?.message).toMatch(
        /^health check failed after .*: failed early due to stalled resources: \[Database\/.*\/failing status: 'Failed'\]$/,
      );
      await report('failing', { phase: 'up' });
      await report('slow', { phase: 'up' });
      await system.until(ks('failing'), 'ready', isReady);
    });

    test('what was applied before the expressions were given is judged by them too', async () => {
      await start('later', { 'a.yaml': database('later') }, { wait: true });
      expect(await said('later')).toMatchObject({ status: 'True' });
      await system.kustomization('later', {
        path: './later',
        targetNamespace: system.namespace,
        wait: true,
        healthCheckExprs: rules,
      });
      await system.until<Kustomization>(
        ks('later'),
        'waits',
        k => conditionOf(k!, 'Healthy')?.status === 'Unknown',
      );
      await report('later', { phase: 'up' });
      await system.until(
        ks('later'),
        'ready',
        k => isReady(k) && conditionOf(k as Kustomization, 'Healthy') !== undefined,
      );
    });

    test('they may be somebody else’s, and named in any version of their group', async () => {
      await system.client.create(
        {
          apiVersion: 'waiting.example.com/v1',
          kind: 'Database',
          metadata: { name: 'theirs', namespace: system.namespace },
        },
        { as: 'own' },
      );
      await start(
        'foreign',
        { 'a.yaml': configMap('foreign', 'x') },
        {
          healthChecks: [
            {
              apiVersion: 'waiting.example.com/v1beta1',
              kind: 'Database',
              name: 'theirs',
              namespace: system.namespace,
            },
          ],
          healthCheckExprs: rules,
        },
      );
      await system.until<Kustomization>(
        ks('foreign'),
        'waits',
        k => conditionOf(k!, 'Healthy')?.status === 'Unknown',
      );
      await report('theirs', { phase: 'up' });
      await system.until(ks('foreign'), 'ready', isReady);
    });

    test('those of others are seen by nobody who may not get them', async () => {
      const { namespace } = system;
      const grant = async (name: string, apiGroup: string, resource: string, verbs: string[]) => {
        const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name, namespace } };
        const rules = [{ apiGroups: [apiGroup], resources: [resource], verbs }];
        const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
        const subjects = [{ kind: 'ServiceAccount', name: 'tenant', namespace }];
        await system.client.create({ ...rbac, kind: 'Role', rules } as KubeObject, { as: 'own' });
        await system.client.create({ ...rbac, kind: 'RoleBinding', roleRef, subjects } as KubeObject, {
          as: 'own',
        });
      };
      await system.client.create(
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'tenant', namespace } },
        { as: 'own' },
      );
      await grant('tenant', '', 'configmaps', ['*']);
      await system.client.create(
        { apiVersion: 'waiting.example.com/v1', kind: 'Database', metadata: { name: 'secluded', namespace } },
        { as: 'own' },
      );
      await start(
        'tenant',
        { 'a.yaml': configMap('tenant', 'x') },
        {
          serviceAccountName: 'tenant',
          healthChecks: [
            { apiVersion: 'waiting.example.com/v1', kind: 'Database', name: 'secluded', namespace },
          ],
        },
      );
      const unhealthy = (k: Kustomization | undefined) => conditionOf(k!, 'Healthy')?.status === 'Unknown';
      await system.until<Kustomization>(ks('tenant'), 'waits', unhealthy);
      await delay(300);
      expect(unhealthy(await system.get<Kustomization>(ks('tenant')))).toBe(true);
      await grant('reader', 'waiting.example.com', 'databases', ['get']);
      const request = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'granted' } } };
      await system.client.patch(ks('tenant'), 'merge', request, { as: 'own' });
      await system.until(ks('tenant'), 'ready', isReady);
    });

    test('an expression that is none stalls, and applies nothing', async () => {
      const broken = [{ ...rules[0]!, current: 'status.' }];
      await start('broken', { 'a.yaml': configMap('broken', 'x') }, { wait: true, healthCheckExprs: broken });
      const stalled = await reads('broken', 'InvalidCELExpression');
      expect(conditionOf(stalled, 'Stalled')).toMatchObject({
        status: 'True',
        reason: 'InvalidCELExpression',
      });
      expect(readyOf(stalled)?.message).toMatch(
        /^Reconciliation failed terminally due to configuration error: failed to create custom status evaluator for healthchecks\[0\]: failed to parse the expression Current/,
      );
      expect(await system.get(config('broken'))).toBeUndefined();
    });
  });

  describe('for dependencies', () => {
    test('an expression over the dependency says when it begins', async () => {
      await start('first', { 'a.yaml': configMap('first', 'x') });
      const readyExpr = 'has(dep.metadata.labels) && dep.metadata.labels.stage == self.metadata.name';
      await start(
        'second',
        { 'a.yaml': configMap('second', 'x') },
        { dependsOn: [{ name: 'first', readyExpr }] },
      );
      await reads('second', 'DependencyNotReady', /is not ready according to readyExpr eval$/);
      const labels = { metadata: { labels: { stage: 'second' } } };
      await system.client.patch(ks('first'), 'merge', labels, { as: 'own' });
      await system.until(ks('second'), 'ready', isReady);
    });

    test('an expression that is none stalls', async () => {
      await start('named', { 'a.yaml': configMap('named', 'x') });
      await start(
        'odd',
        { 'a.yaml': configMap('odd', 'x') },
        { dependsOn: [{ name: 'named', readyExpr: 'dep.spec' }] },
      );
      const stalled = await reads('odd', 'InvalidCELExpression');
      expect(readyOf(stalled)?.message).toBe(
        'Reconciliation failed terminally due to configuration error: terminal error: failed to evaluate dependency named: CEL expression output type mismatch: expected bool, got dyn',
      );
    });

    test('one that another process looks after is followed too', async () => {
      const namespace = `${system.namespace}-elsewhere`;
      await system.client.create(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        { as: 'own' },
      );
      await start('near', { 'a.yaml': configMap('near', 'x') }, { dependsOn: [{ name: 'far', namespace }] });
      await reads('near', 'DependencyNotReady', /^dependency '.*-elsewhere\/far' not found/);
      const far = { ...ks('far'), namespace };
      const { apiVersion, kind } = far;
      const spec = { interval: '1h', prune: true, sourceRef: { kind: 'GitRepository', name: 'other' } };
      await system.client.create(
        { apiVersion, kind, metadata: { name: 'far', namespace }, spec } as KubeObject,
        {
          as: 'own',
        },
      );
      await reads('near', 'DependencyNotReady', /\/far' is not ready$/);
      const condition = {
        type: 'Ready',
        status: 'True',
        reason: 'R',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      };
      const status = { observedGeneration: 1, conditions: [condition] };
      await system.client.patch(far, 'merge', { status }, { as: 'own', subresource: 'status' });
      await system.until(ks('near'), 'ready', isReady);
      await system.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { as: 'own' });
    });

    test('who is ready rests while a dependency corrects drift, and follows it to a new revision', async () => {
      await start('backend', { 'a.yaml': configMap('backend', 'a') }, { wait: true });
      await start('frontend', { 'a.yaml': configMap('frontend', 'a') }, { dependsOn: [{ name: 'backend' }] });
      await system.until(ks('frontend'), 'ready', isReady);
      const seen: Kustomization[] = [];
      const cache = watchCache(
        system.client,
        { apiVersion: ks('').apiVersion, kind: 'Kustomization', namespace: system.namespace },
        { project: object => object as Kustomization },
      );
      await cache.synced();
      cache.subscribe(({ after }) => after?.metadata.name === 'frontend' && seen.push(after));
      for (const value of ['by hand', 'by hand again']) {
        await system.client.patch(
          config('backend'),
          'merge',
          { data: { value } },
          { as: 'own', fieldManager: 'x' },
        );
        await system.until(config('backend'), 'put back', o => JSON.stringify(o).includes('"value":"a"'));
      }
      await system.client.patch(
        ks('backend'),
        'merge',
        { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } } },
        { as: 'own' },
      );
      await system.until<Kustomization>(
        ks('backend'),
        'handled',
        k => k?.status?.lastHandledReconcileAt === 'now',
      );
      expect(seen).toEqual([]);
      const commit = await put('frontend', { 'a.yaml': configMap('frontend', 'b') });
      await system.until<Kustomization>(
        ks('frontend'),
        'followed',
        k => isReady(k) && k!.status!.lastAppliedRevision!.endsWith(commit),
      );
      cache.stop();
    });
  });
});
