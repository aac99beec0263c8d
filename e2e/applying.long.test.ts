import type { Kustomization } from '@millrace/api';
import type { ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clone } from './fleet.ts';
import { type ConfigMap, type Folders, startFolders } from './folders.ts';
import { configMap, isReady, readyOf, type System, startSystem } from './system.ts';

/** What Flux's applier does that server-side apply by itself does not (fluxcd/pkg, ssa; kustomize-controller). */
describe('applying', () => {
  let system: System;
  let { put, start, said, config, annotate } = {} as Folders;

  beforeAll(async () => {
    ({ system, put, start, said, config, annotate } = await startFolders());
  });
  afterAll(() => system.stop());

  test('an object that somebody pauses in the cluster is left until they take that back', async () => {
    await start('paused', { 'a.yaml': configMap('paused', 'git') });
    expect(await said('paused')).toMatchObject({ status: 'True' });
    await annotate(config('paused'), { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' });
    const byHand = { data: { value: 'by hand' } };
    await system.client.patch(config('paused'), 'merge', byHand, { as: 'own', fieldManager: 'a-person' });
    await put('paused', { 'a.yaml': configMap('paused', 'git, newer') });
    expect(await said('paused')).toMatchObject({ status: 'True' });
    expect((await system.get<ConfigMap>(config('paused')))?.data?.value).toBe('by hand');
    await annotate(config('paused'), { 'kustomize.toolkit.fluxcd.io/reconcile': null });
    await system.until<ConfigMap>(config('paused'), 'as in Git', o => o?.data?.value === 'git, newer');
  });

  test('an object that somebody paused before it was ever applied is left too', async () => {
    const metadata = {
      name: 'theirs',
      namespace: system.namespace,
      annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' },
    };
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value: 'theirs' } };
    await system.client.create(theirs, { as: 'own' });
    await start('theirs', { 'a.yaml': configMap('theirs', 'git') });
    expect(await said('theirs')).toMatchObject({ status: 'True' });
    expect((await system.get<ConfigMap>(config('theirs')))?.data?.value).toBe('theirs');
  });

  describe('with force', () => {
    const binding = (role: string) =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: team}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}\nsubjects: [{kind: ServiceAccount, name: default}]\n`;
    const service = (port: number, ip: string) =>
      `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: ${ip}, ports: [{port: ${port}}]}\n`;
    const ref = (kind: string, name: string, apiVersion: string): ObjectRef => ({
      apiVersion,
      kind,
      name,
      namespace: system.namespace,
    });

    test('what cannot be changed is replaced', async () => {
      await start('forced', { 'a.yaml': binding('view') }, { force: true });
      expect(await said('forced')).toMatchObject({ status: 'True' });
      await put('forced', { 'a.yaml': binding('edit') });
      expect(await said('forced')).toMatchObject({ status: 'True' });
      const found = await system.get(ref('RoleBinding', 'team', 'rbac.authorization.k8s.io/v1'));
      expect(found).toMatchObject({ roleRef: { name: 'edit' } });
    });

    test('what would be refused as a new object too leaves the old one where it is', async () => {
      await start('kept', { 'a.yaml': service(80, 'None') }, { force: true });
      expect(await said('kept')).toMatchObject({ status: 'True' });
      const web = ref('Service', 'web', 'v1');
      const before = await system.get(web);
      await put('kept', { 'a.yaml': service(80_000, 'None') });
      expect(await said('kept')).toMatchObject({ status: 'False', reason: 'ReconciliationFailed' });
      expect((await system.get(web))?.metadata.uid).toBe(before?.metadata.uid);
    });
  });

  test('an annotation in Git asks for force for one object', async () => {
    const secret = (value: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fixed, annotations: {kustomize.toolkit.fluxcd.io/force: enabled}}\nimmutable: true\ndata: {value: ${value}}\n`;
    await start('fixed', { 'a.yaml': secret('a') });
    expect(await said('fixed')).toMatchObject({ status: 'True' });
    await put('fixed', { 'a.yaml': secret('b') });
    expect(await said('fixed')).toMatchObject({ status: 'True' });
    expect((await system.get<ConfigMap>(config('fixed')))?.data?.value).toBe('b');
  });

  test('a field that a built-in kind does not have is left out, and told', async () => {
    const deployment =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: odd}\nspec: {replicas: 0, replica: 3, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, imagePolicy: x}]}}}\n';
    await start('odd', { 'a.yaml': deployment });
    expect(await said('odd')).toMatchObject({ status: 'True' });
    expect(system.controllers.output()).toContain(
      'unknown fields are left out: spec.replica, spec.template.spec.containers[0].imagePolicy',
    );
  });

  test.each([
    ['an unset variable is an error', '${NOBODY}', 'False', /variable not set.*NOBODY/],
    ['a default is none', '${NOBODY:=somebody}', 'True', /Applied/],
  ])('by default %s', async (_, text, status, words) => {
    const name = `strict-${status.toLowerCase()}`;
    const postBuild = { substitute: { other: 'x\ny' } };
    await start(name, { 'a.yaml': configMap(name, `${text} \${other}`) }, { postBuild });
    const ready = await said(name);
    expect(ready.status).toBe(status);
    expect(ready.message).toMatch(words);
    if (status === 'True')
      expect((await system.get<ConfigMap>(config(name)))?.data?.value).toBe('somebody xy');
  });

  test('a suspended Job holds up nobody', async () => {
    const job =
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: by-hand}\nspec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}\n';
    await start('job', { 'a.yaml': job }, { wait: true });
    expect(await said('job')).toMatchObject({ status: 'True' });
  });

  test('a manifest of a former version of a kind is applied as the current one', async () => {
    const former = `apiVersion: kustomize.toolkit.fluxcd.io/v1beta2\nkind: Kustomization\nmetadata: {name: former, namespace: ${system.namespace}}\nspec: {interval: 1h, prune: true, suspend: true, validation: client, sourceRef: {kind: GitRepository, name: fleet}, patchesStrategicMerge: [{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}]}\n`;
    await start('older', { 'a.yaml': former });
    expect(await said('older')).toMatchObject({ status: 'True' });
    const found = await system.get<Kustomization>(system.ref('Kustomization', 'former'));
    expect(found?.spec.patches).toHaveLength(1);
  });

  describe('as somebody', () => {
    test.each([' ', 'a b', 'UPPER', '../x'])('%j is nobody, and applies nothing', async account => {
      const name = `nobody-${Buffer.from(account).toString('hex')}`;
      await start(name, { 'a.yaml': configMap(name, 'x') }, { serviceAccountName: account });
      const ks = await system.until<Kustomization>(
        system.ref('Kustomization', name),
        'stalled',
        k => readyOf(k)?.status === 'False',
      );
      expect(readyOf(ks)).toMatchObject({ reason: 'InvalidSpec' });
      expect(await system.get(config(name))).toBeUndefined();
      await system.client.delete(system.ref('Kustomization', name), { as: 'own' });
      await system.until(system.ref('Kustomization', name), 'gone', k => k === undefined);
    });
  });
});

/** --custom-apply-stage-kinds: kustomize-controller, docs; fluxcd/pkg, ssa, ApplyAllStaged. */
describe('kinds that somebody wants to go before others', () => {
  let system: System;
  let { start, said } = {} as Folders;

  beforeAll(async () => {
    const early = '--custom-apply-stage-kinds=discovery.k8s.io/EndpointSlice, ConfigMap';
    ({ system, start, said } = await startFolders([early]));
  });
  afterAll(() => system.stop());

  const refused = (kind: string, apiVersion: string, spec: string) =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: refused}\nspec: ${spec}\n`;

  test('are there when the rest is refused', async () => {
    await start('early', {
      'a.yaml': configMap('early', 'git'),
      'b.yaml': refused('Service', 'v1', '{ports: [{port: 0}]}'),
      'c.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: early}\n',
    });
    expect(await said('early')).toMatchObject({ status: 'False', reason: 'ReconciliationFailed' });
    expect(await system.get<ConfigMap>(system.ref('ConfigMap', 'early'))).toBeDefined();
    // Of the rest nothing is applied where something of it is refused.
    expect(
      await system.get({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        namespace: system.namespace,
        name: 'early',
      }),
    ).toBeUndefined();
  });

  test('are one stage of their own: where one is refused the others are not there', async () => {
    await start('refused', {
      'a.yaml': configMap('refused', 'git'),
      'b.yaml':
        'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: refused}\naddressType: X\nendpoints: 7\n',
    });
    expect(await said('refused')).toMatchObject({ status: 'False' });
    expect(await system.get<ConfigMap>(system.ref('ConfigMap', 'refused'))).toBeUndefined();
  });
});

describe('what cannot be had', () => {
  let system: System;
  let clone: Clone;
  beforeAll(async () => {
    system = await startSystem(['--concurrent', '2']);
    const repository = await system.repository('fleet');
    clone = repository.clone;
    await clone.push('Start', { 'app/a.yaml': configMap('a', 'x') });
    await system.source('fleet', repository.url);
  });
  afterAll(() => system.stop());

  test('holds up its own Kustomizations, nobody else, and lets them go', async () => {
    const odd = ['a b', 'a/b', '..', 'a,metadata.name!=a', `a${'.'.repeat(250)}`];
    const specs: Partial<Kustomization['spec']>[] = odd.flatMap(name => [
      { postBuild: { substituteFrom: [{ kind: 'Secret', name, optional: false }] } },
      { healthChecks: [{ kind: 'ConfigMap', name, namespace: system.namespace }] },
      { healthChecks: [{ apiVersion: 'nowhere.example.com/v1', kind: 'Thing', name, namespace: 'x' }] },
      { healthChecks: [{ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', name: 'x' }] },
    ]);
    const names = specs.map((_, i) => `odd-${i}`);
    for (const [i, spec] of specs.entries())
      await system.kustomization(names[i]!, { path: './app', targetNamespace: system.namespace, ...spec });
    await clone.push('Another', { 'good/b.yaml': configMap('b', 'x') });
    await system.kustomization('good', { path: './good', targetNamespace: system.namespace });
    await system.until(system.ref('Kustomization', 'good'), 'ready', isReady);
    await Promise.all(
      names.map(name => system.client.delete(system.ref('Kustomization', name), { as: 'own' })),
    );
    for (const name of names)
      await system.until(system.ref('Kustomization', name), 'gone', k => k === undefined);
  });
});
