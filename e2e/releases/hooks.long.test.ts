import { isNotFound, type KubeClient, type KubeObject } from '@millrace/kube';
import { install, runTests } from '@millrace/releases';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { configMap, contextIn, lifelessCluster, optionsFor } from './context.ts';

describe('hooks', () => {
  let cluster: Awaited<ReturnType<typeof lifelessCluster>>;
  let client: KubeClient;
  let on: ReturnType<typeof contextIn>;
  let made: string[];

  beforeAll(async () => {
    cluster = await lifelessCluster();
    client = cluster.client;
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    const name = await cluster.namespace('hooks');
    made = [];
    on = { ...contextIn(client, name), wrote: ({ metadata }: KubeObject) => void made.push(metadata.name) };
  });

  const isThere = async (kind: string, name: string) => {
    const apiVersion = kind === 'Job' ? 'batch/v1' : 'v1';
    const ref = { apiVersion, kind, namespace: on.namespace, name };
    return client.get(ref, { as: 'own' }).then(
      () => true,
      error => {
        if (isNotFound(error)) return false;
        throw error;
      },
    );
  };
  const hook = (name: string, event: string, more = '') =>
    configMap(name, '', `helm.sh/hook: "${event}"${more ? `, ${more}` : ''}`);
  const weight = (value: number) => `helm.sh/hook-weight: "${value}"`;
  const policy = (value: string) => `helm.sh/hook-delete-policy: "${value}"`;
  const job = (name: string, event: string, more = '') =>
    `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${name}\n  annotations: {helm.sh/hook: ${event}${more ? `, ${more}` : ''}}\nspec:\n  backoffLimit: 0\n  template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}\n`;
  const filesOf = (...texts: string[]) => ({ 'templates/all.yaml': texts.join('---\n') });
  /** The Job ends so when it is there. */
  const end = async (name: string, type: 'Complete' | 'Failed') => {
    await expect.poll(() => isThere('Job', name)).toBe(true);
    const now = '2026-01-01T00:00:00Z';
    const condition = { type, status: 'True', reason: 'X', message: 'x', lastTransitionTime: now };
    const before = { ...condition, type: type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget' };
    const ended = type === 'Complete' ? { succeeded: 1, completionTime: now } : { failed: 1 };
    const status = { startTime: now, ...ended, conditions: [before, condition] };
    const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace: on.namespace, name };
    await client.patch(ref, 'merge', { status } as never, { as: 'own', subresource: 'status' });
  };

  test('run by weight, then by name, around the objects of the release', async () => {
    const files = filesOf(
      hook('late', 'pre-install', weight(5)),
      hook('b', 'pre-install'),
      hook('after', 'post-install'),
      configMap('object', ''),
      hook('a', 'pre-install'),
      hook('early', 'pre-install', weight(-5)),
      hook('never', 'pre-upgrade'),
    );
    await install(optionsFor(files), on);
    expect(made).toEqual(['early', 'a', 'b', 'late', 'object', 'after']);
  });

  test('tell what they have written as their policies ask, before they go', async () => {
    const told: string[] = [];
    const logs = (policies: string) => `helm.sh/hook-output-log-policy: "${policies}"`;
    const pod = (name: string, more: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  annotations: {helm.sh/hook: pre-install, ${more}}\nspec: {restartPolicy: Never, containers: [{name: a, image: a}]}\n`;
    const files = filesOf(
      pod('a-silent', policy('hook-succeeded')),
      pod('b-told', `${policy('hook-succeeded')}, ${logs('hook-succeeded,hook-failed')}`),
      pod('c-other', logs('hook-failed')),
      pod('d-fails', `${policy('hook-failed')}, ${logs('hook-failed')}`),
    );
    const hookLogs = (text: string) => void told.push(text);
    const ending = install(optionsFor(files), { ...on, hookLogs });
    for (const name of ['a-silent', 'b-told', 'c-other', 'd-fails']) {
      await expect.poll(() => isThere('Pod', name)).toBe(true);
      const ref = { apiVersion: 'v1', kind: 'Pod', namespace: on.namespace, name };
      const phase = name === 'd-fails' ? 'Failed' : 'Succeeded';
      await client.patch(ref, 'merge', { status: { phase } }, { as: 'own', subresource: 'status' });
    }
    await expect(ending).rejects.toThrow('failed pre-install');
    expect(told).toHaveLength(1);
    expect(await isThere('Pod', 'd-fails')).toBe(false);
  });

  test('go as their policies say', async () => {
    const files = filesOf(
      hook('stays', 'pre-install'),
      hook('goes', 'pre-install', policy('hook-succeeded')),
      hook('would-go', 'pre-install', policy('hook-failed')),
    );
    const release = await install(optionsFor(files), on);
    const there = await Promise.all(['stays', 'goes', 'would-go'].map(name => isThere('ConfigMap', name)));
    expect(there).toEqual([true, false, true]);
    const policies = Object.fromEntries(
      release.hooks.map(({ name, deletePolicies }) => [name, deletePolicies]),
    );
    expect(policies.stays).toEqual(['before-hook-creation']);
  });

  test('that fail end the install, and those before go as if all was well', async () => {
    const files = filesOf(
      hook('first', 'pre-install', `${weight(-1)}, ${policy('hook-succeeded')}`),
      job('migrate', 'pre-install', policy('hook-failed')),
      configMap('object', ''),
    );
    const installing = install(optionsFor(files), on);
    await Promise.all([
      end('migrate', 'Failed'),
      expect(installing).rejects.toThrow(/^failed pre-install: /),
    ]);
    expect([await isThere('ConfigMap', 'first'), await isThere('Job', 'migrate')]).toEqual([false, false]);
    expect(await isThere('ConfigMap', 'object')).toBe(false);
    const [release] = await on.records.history('app');
    expect(release?.hooks.map(({ name, lastRun }) => `${name} ${lastRun.phase}`).sort()).toEqual([
      'first Succeeded',
      'migrate Failed',
    ]);
  });

  test('that do not end are given up when their time is over', async () => {
    const files = filesOf(job('migrate', 'pre-install'));
    await expect(install(optionsFor(files, { timeout: 300 }), on)).rejects.toThrow(
      'context deadline exceeded',
    );
  });

  test('can be left out', async () => {
    await install(
      optionsFor(filesOf(hook('a', 'pre-install'), configMap('object', '')), { disableHooks: true }),
      on,
    );
    expect(made).toEqual(['object']);
  });

  test('of tests are chosen by name; those left out come first in the record', async () => {
    await install(optionsFor(filesOf(hook('one', 'test'), hook('two', 'test'), hook('three', 'test'))), on);
    const release = await runTests({ name: 'app', include: [], exclude: ['two'], timeout: 1000 }, on);
    expect(release.hooks.map(({ name, lastRun }) => `${name} ${lastRun.phase}`)).toEqual([
      'two ',
      'one Succeeded',
      'three Succeeded',
    ]);
  });
});
