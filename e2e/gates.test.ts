import type { Kustomization } from '@millrace/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConfigMap, type Folders, startFolders } from './folders.ts';
import { configMap, isReady, readyOf, type System } from './system.ts';

const gates = [
  'StrictPostBuildSubstitutions=false',
  'DisableFailFastBehavior=true',
  'AdditiveCELDependencyCheck=true',
];

/** What flags and feature gates of kustomize-controller change. */
describe('a controller that is told otherwise', () => {
  let system: System;
  let { put, start, said, config } = {} as Folders;
  beforeAll(async () => {
    ({ system, put, start, said, config } = await startFolders([
      '--no-cross-namespace-refs',
      '--requeue-dependency',
      '1m30s',
      '--feature-gates',
      gates.join(','),
    ]));
  });
  afterAll(() => system.stop());

  const ks = (name: string) => system.ref('Kustomization', name);
  const reads = async (name: string, reason: string) =>
    readyOf(await system.until(ks(name), reason, k => readyOf(k)?.reason === reason))?.message;

  test('leaves unset variables empty', async () => {
    const postBuild = { substitute: { a: 'x' } };
    await start('lenient', { 'a.yaml': configMap('lenient', '<${a}${nobody}>') }, { postBuild });
    expect(await said('lenient')).toMatchObject({ status: 'True' });
    expect((await system.get<ConfigMap>(config('lenient')))?.data?.value).toBe('<x>');
  });

  test('waits for all others when one object has failed', async () => {
    const deployment = (name: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {replicas: 0, selector: {matchLabels: {a: ${name}}}, template: {metadata: {labels: {a: ${name}}}, spec: {containers: [{name: c, image: i}]}}}\n`;
    const healthCheckExprs = [
      { apiVersion: 'apps/v1', kind: 'Deployment', current: 'false', failed: "metadata.name == 'failed'" },
    ];
    const files = { 'a.yaml': deployment('failed'), 'b.yaml': deployment('slow') };
    await start('patient', files, { wait: true, healthCheckExprs });
    const healthy = (k: Kustomization | undefined) =>
      k?.status?.conditions?.find(({ type }) => type === 'Healthy');
    await system.until<Kustomization>(ks('patient'), 'waits', k => healthy(k)?.status === 'Unknown');
    await put('patient', { 'b.yaml': undefined });
    expect(await reads('patient', 'HealthCheckFailed')).toMatch(
      /failed early due to stalled resources: \[Deployment\/.*\/failed/,
    );
  });

  test('wants a dependency to be ready besides', async () => {
    await start('broken', { 'a.yaml': 'resources: [' });
    const dependsOn = [{ name: 'broken', readyExpr: 'true' }];
    await start('besides', { 'a.yaml': configMap('besides', 'x') }, { dependsOn });
    expect(await reads('besides', 'DependencyNotReady')).toMatch(/\/broken' is not ready$/);
    const told = async () => {
      const { items } = await system.client.listAll('v1', 'Event', {
        namespace: system.namespace,
        as: 'own',
      });
      return JSON.stringify(items);
    };
    await expect.poll(told).toContain('Dependencies do not meet ready condition, retrying in 1m30s');
    await put('broken', { 'a.yaml': configMap('mended', 'x') });
    await system.until(ks('besides'), 'ready', isReady);
  });

  test('refuses sources of other namespaces, for good', async () => {
    const sourceRef = { kind: 'GitRepository', name: 'fleet', namespace: 'elsewhere' } as const;
    await system.kustomization('crossing', { path: '.', sourceRef });
    expect(await reads('crossing', 'AccessDenied')).toBe(
      "can't access 'GitRepository/elsewhere/fleet', cross-namespace references have been blocked",
    );
    const found = await system.get<Kustomization>(ks('crossing'));
    const stalled = found?.status?.conditions?.find(({ type }) => type === 'Stalled');
    expect(stalled).toMatchObject({ status: 'True', reason: 'AccessDenied' });
  });
});
