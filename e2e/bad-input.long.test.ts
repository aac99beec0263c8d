import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { GitRepository, Kustomization } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clone } from './fleet.ts';
import { configMap, isReady, readyOf, type System, startSystem } from './system.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };
type Event = KubeObject & {
  involvedObject?: { name?: string };
  message?: string;
  type?: string;
  reason?: string;
};

const good = { 'app/good.yaml': configMap('good', 'good') };

describe('bad input', () => {
  let system: System;
  let clone: Clone;
  let url: string;

  beforeAll(async () => {
    system = await startSystem();
    ({ clone, url } = await system.repository('fleet'));
    await clone.push('Start', good);
    await system.source('fleet', url);
    await system.kustomization('app', { path: './app', targetNamespace: system.namespace, timeout: '30s' });
    await system.until(system.ref('Kustomization', 'app'), 'ready', isReady);
  });
  afterAll(() => system.stop());

  /** The object has failed for this reason, in words that name what and where, and an event says the same. */
  async function failed(
    kind: 'Kustomization' | 'GitRepository',
    name: string,
    reason: string,
    words: RegExp,
    patience?: number,
  ): Promise<void> {
    const object = await system.until(
      system.ref(kind, name),
      `${reason}: ${words}`,
      o => readyOf(o)?.status === 'False' && words.test(readyOf(o)!.message),
      patience,
    );
    expect(readyOf(object)).toMatchObject({ status: 'False', reason });
    await expect
      .poll(() => eventsOf(name), { timeout: 5000 })
      .toContainEqual(expect.objectContaining({ reason, message: expect.stringMatching(words) }));
  }

  async function eventsOf(name: string): Promise<Event[]> {
    const { items } = await system.client.listAll<Event>('v1', 'Event', {
      namespace: system.namespace,
      as: 'own',
    });
    return items.filter(event => event.involvedObject?.name === name);
  }

  /** What was applied before is as it was. */
  async function untouched(): Promise<void> {
    expect((await system.get<ConfigMap>(system.ref('ConfigMap', 'good')))?.data).toEqual({ value: 'good' });
  }

  /** The next good commit is applied at once. */
  async function recovers(files: Record<string, string | undefined>): Promise<void> {
    const commit = await clone.push('Mend', files);
    await system.until<Kustomization>(
      system.ref('Kustomization', 'app'),
      'recovered',
      k => k?.status?.lastAppliedRevision === `main@sha1:${commit}` && isReady(k),
    );
  }

  test.each([
    [
      'malformed YAML',
      { 'app/bad.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad\ndata: x\n' },
      'BuildFailed',
      /app\/bad\.yaml:4:.* is missing here/,
    ],
    [
      'an unknown kind',
      { 'app/bad.yaml': 'apiVersion: example.com/v1\nkind: Nothing\nmetadata:\n  name: bad\n' },
      'ReconciliationFailed',
      /Nothing\/.*bad.*no matches for kind "Nothing" in version "example.com\/v1"/s,
    ],
    [
      'an invalid field',
      {
        'app/bad.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: bad\nspec:\n  replicas: many\n  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}\n',
      },
      'ReconciliationFailed',
      /Deployment\/.*bad dry-run failed.*replicas/s,
    ],
    [
      'an object without a name',
      {
        'other/kustomization.yaml': 'resources: [x.yaml]\n',
        'other/x.yaml': configMap('lost', 'a'),
        'app/kustomization.yaml': 'resources: [good.yaml, ../nowhere]\n',
        'nowhere/kustomization.yaml': 'resources: [x.yaml]\n',
        'nowhere/x.yaml':
          'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: ""\n',
      },
      'BuildFailed',
      /name/,
    ],
    [
      'a resource that is missing',
      { 'app/kustomization.yaml': 'resources: [good.yaml, missing.yaml]\n' },
      'BuildFailed',
      /missing\.yaml/,
    ],
  ])('%s', async (_, files, reason, words) => {
    await clone.push('Break', files);
    await failed('Kustomization', 'app', reason, words);
    await untouched();
    await recovers(Object.fromEntries(Object.keys(files).map(name => [name, undefined])));
  });

  test('nothing of a commit is applied when one of its objects is refused', async () => {
    await clone.push('Half good', {
      'app/good.yaml': configMap('good', 'better'),
      'app/bad.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: bad\nspec:\n  ports: [{port: 0}]\n',
    });
    await failed('Kustomization', 'app', 'ReconciliationFailed', /Service\/.*bad dry-run failed.*port/s);
    await untouched();
    await recovers({ ...good, 'app/bad.yaml': undefined });
  });

  test('an object for a namespace that does not exist', async () => {
    await clone.push('Lost', { 'lost/lost.yaml': configMap('lost', 'a', 'no-such-namespace') });
    await system.kustomization('lost', { path: './lost' });
    await failed(
      'Kustomization',
      'lost',
      'ReconciliationFailed',
      /ConfigMap\/no-such-namespace\/lost.*namespaces "no-such-namespace" not found/s,
    );
  });

  test('a custom resource committed together with its definition works', async () => {
    const group = `${system.namespace}.example.com`;
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gauges.${group}
spec:
  group: ${group}
  scope: Namespaced
  names: {kind: Gauge, plural: gauges, singular: gauge, listKind: GaugeList}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {level: {type: integer}}}}}}
`;
    const cr = `apiVersion: ${group}/v1\nkind: Gauge\nmetadata:\n  name: first\nspec:\n  level: 3\n`;
    await clone.push('Define and use', { 'custom/crd.yaml': crd, 'custom/gauge.yaml': cr });
    await system.kustomization('custom', { path: './custom', targetNamespace: system.namespace, wait: true });
    await system.until(system.ref('Kustomization', 'custom'), 'ready', isReady);
    await system.client.delete(system.ref('Kustomization', 'custom'), { as: 'own' });
    await system.until(
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `gauges.${group}` },
      'gone',
      o => o === undefined,
    );
  });

  test('an immutable field is refused, and replaced with force', async () => {
    const deployment = (label: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: fixed\nspec:\n  selector: {matchLabels: {app: ${label}}}\n  template: {metadata: {labels: {app: ${label}}}, spec: {containers: [{name: c, image: i}]}}\n`;
    await clone.push('Add fixed', { 'fixed/fixed.yaml': deployment('one') });
    await system.kustomization('fixed', { path: './fixed', targetNamespace: system.namespace });
    const before = await system.until(system.ref('Deployment', 'fixed'), 'there', o => o !== undefined);
    await clone.push('Change the selector', { 'fixed/fixed.yaml': deployment('two') });
    await failed(
      'Kustomization',
      'fixed',
      'ReconciliationFailed',
      /Deployment\/.*fixed dry-run failed \(Invalid\).*field is immutable/s,
    );
    await system.kustomization('fixed', { path: './fixed', targetNamespace: system.namespace, force: true });
    await system.until(system.ref('Kustomization', 'fixed'), 'ready', isReady);
    expect((await system.get(system.ref('Deployment', 'fixed')))?.metadata.uid).not.toBe(before.metadata.uid);
  });

  test('a missing path', async () => {
    await system.kustomization('astray', { path: './no/such/folder' });
    await failed(
      'Kustomization',
      'astray',
      'ArtifactFailed',
      /kustomization path not found.*no\/such\/folder/,
    );
  });

  test('a circle of dependencies is named', async () => {
    await system.kustomization('hen', {
      path: './app',
      targetNamespace: system.namespace,
      dependsOn: [{ name: 'egg' }],
    });
    await system.kustomization('egg', {
      path: './app',
      targetNamespace: system.namespace,
      dependsOn: [{ name: 'hen' }],
    });
    await failed(
      'Kustomization',
      'hen',
      'DependencyNotReady',
      /circular dependency: .*hen -> .*egg -> .*hen/,
    );
  });

  test.each([
    [
      'an unreachable repository',
      { url: 'http://127.0.0.1:1/fleet.git' },
      'GitOperationFailed',
      /127\.0\.0\.1:1\/fleet\.git/,
    ],
    [
      'a host that is not',
      { url: 'http://no-such-host.invalid/fleet.git' },
      'GitOperationFailed',
      /no-such-host\.invalid/,
    ],
    [
      'a secret that is missing',
      { secretRef: { name: 'no-such-secret' } },
      'AuthenticationFailed',
      /failed to get secret .*no-such-secret/,
    ],
    [
      'an unknown branch',
      { ref: { branch: 'no-such-branch' } },
      'GitOperationFailed',
      /refs\/heads\/no-such-branch/,
    ],
    ['an unknown tag', { ref: { tag: 'v9' } }, 'GitOperationFailed', /refs\/tags\/v9/],
    ['a range that no tag meets', { ref: { semver: '>=9' } }, 'GitOperationFailed', /semver: >=9/],
    ['a range that is none', { ref: { semver: 'newest' } }, 'GitOperationFailed', /newest/],
    [
      'a commit that is not there',
      { ref: { commit: '0123456789012345678901234567890123456789' } },
      'GitOperationFailed',
      /0123456789/,
    ],
  ])('%s', async (what, spec, reason, words) => {
    const name = what.replaceAll(/\W/g, '-');
    await system.source(name, url, { timeout: '5s', ...spec } as Partial<GitRepository['spec']>);
    await failed('GitRepository', name, reason, words);
  });

  test('credentials that are refused do not show', async () => {
    const { startGitServer } = await import('@millrace/cluster');
    const root = await mkdtemp(join(tmpdir(), 'millrace-e2e-private-'));
    const server = await startGitServer({
      root,
      authenticate: ({ credentials }) => credentials?.password === 'right',
    });
    const privateUrl = await server.createRepository('private', { defaultBranch: 'main' });
    const secret = (password: string) =>
      system.client.apply(
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'access', namespace: system.namespace },
          data: { username: btoa('me'), password: btoa(password) },
        } as KubeObject,
        { as: 'own', fieldManager: 'e2e', force: true },
      );
    await secret('hunter-2-wrong');
    await system.source('private', privateUrl, { secretRef: { name: 'access' } });
    await failed('GitRepository', 'private', 'GitOperationFailed', /private\.git/);
    const told = JSON.stringify([
      await eventsOf('private'),
      await system.get(system.ref('GitRepository', 'private')),
      system.controllers.output(),
    ]);
    expect(told).not.toContain('hunter-2-wrong');
    expect(told).not.toContain(btoa('me:hunter-2-wrong'));
    await server.stop();
    await rm(root, { recursive: true });
  });

  test('an artifact that was tampered with is made anew, and never used', async () => {
    // One that nobody has opened yet: what was verified once is read from memory.
    await clone.push('For an artifact of its own', { 'fresh/a.yaml': configMap('fresh', 'a') });
    await system.source('fresh', url, { ref: { branch: 'main' }, ignore: '/*\n!/fresh\n' });
    const fresh = system.ref('GitRepository', 'fresh');
    const source = await system.until<GitRepository>(fresh, 'ready', isReady);
    const { path, digest } = source.status!.artifact!;
    const file = join(system.folder, 'controllers', 'artifacts', path);
    await writeFile(file, gzipSync('not what it was'));
    const sourceRef = { kind: 'GitRepository' as const, name: 'fresh' };
    await system.kustomization('late', { path: './fresh', targetNamespace: system.namespace, sourceRef });
    await failed('Kustomization', 'late', 'ArtifactFailed', /failed to verify artifact .*does not match/);
    const patch = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } } };
    await system.client.patch(fresh, 'merge', patch, { as: 'own' });
    const mended = await system.until<GitRepository>(
      fresh,
      'made anew',
      o => o?.status?.lastHandledReconcileAt === 'now',
    );
    expect(mended.status!.artifact!.digest).toBe(digest);
    expect((await readdir(join(file, '..'))).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });
});
