import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Kustomization } from '@millrace/api';
import {
  delay,
  isNotFound,
  type KubeClient,
  type KubeObject,
  kubeClient,
  loadConnection,
} from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { millrace, type Running } from './process.ts';
import { configMap, readyOf, type System, startSystem } from './system.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };

/** spec.kubeConfig of a Kustomization: what is said of it in kustomize-controller, docs/spec/v1. */
describe('a remote cluster', () => {
  let system: System;
  let remote: Running;
  let there: KubeClient;
  let kubeconfig = '';
  const away = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'app' };

  const startRemote = async () => {
    const started = millrace(['cluster', 'start', '--data-dir', join(system.folder, 'remote')]);
    const path = (await started.saw(/export KUBECONFIG=(\S+)/))[1]!;
    return { started, path };
  };

  beforeAll(async () => {
    system = await startSystem(['--feature-gates=ObjectLevelWorkloadIdentity=true']);
    const { url, clone } = await system.repository('fleet');
    const priority = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'ours' },
    };
    await clone.push('Start', {
      'app/app.yaml': configMap('app', 'git'),
      'unlisted/priority.yaml': stringify({ ...priority, value: 7, description: 'git' }),
      'unlisted/app.yaml': configMap('unlisted', 'git'),
    });
    await system.source('fleet', url);
    const { started, path } = await startRemote();
    remote = started;
    kubeconfig = await readFile(path, 'utf8');
    there = kubeClient(loadConnection({ text: kubeconfig }));
  });
  afterAll(async () => {
    await system.stop();
    await there.close();
    await remote.stop();
  });

  const secret = (name: string, stringData: Record<string, string>) =>
    system.client.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: system.namespace },
        stringData,
      } as KubeObject,
      { as: 'own', fieldManager: 'e2e', force: true },
    );
  const start = (name: string, spec: Partial<Kustomization['spec']>) =>
    system.kustomization(name, { path: './app', targetNamespace: 'default', ...spec });
  const request = (name: string) => {
    const annotations = { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() };
    return system.client.patch(
      system.ref('Kustomization', name),
      'merge',
      { metadata: { annotations } },
      { as: 'own' },
    );
  };
  const said = async (name: string, status: 'True' | 'False', patience?: number) => {
    const settled = (ks: Kustomization | undefined) => readyOf(ks)?.status === status;
    const ref = system.ref('Kustomization', name);
    return readyOf(await system.until<Kustomization>(ref, `Ready is ${status}`, settled, patience))?.message;
  };
  const untilThere = async (what: string, test: (object: ConfigMap | undefined) => boolean) => {
    const end = Date.now() + 15_000;
    for (;;) {
      const found = await there.get<ConfigMap>(away, { as: 'own' }).catch(error => {
        if (!isNotFound(error)) throw error;
        return undefined;
      });
      if (test(found)) return;
      if (Date.now() > end) throw new Error(`not as expected: ${what}; ${JSON.stringify(found)}`);
      await delay(50); // between two looks
    }
  };

  test('gets the objects, keeps them so at once, and loses them with the Kustomization', async () => {
    await secret('there', { value: kubeconfig });
    await start('app', { kubeConfig: { secretRef: { name: 'there' } }, wait: true });
    expect(await said('app', 'True')).toContain('Applied revision');
    await untilThere('applied', object => object?.data?.value === 'git');
    expect(await system.get({ ...away })).toBeUndefined();
    const byHand = { data: { value: 'by hand' } };
    await there.patch(away, 'merge', byHand, { as: 'own', fieldManager: 'a-person' });
    await untilThere('put back', object => object?.data?.value === 'git');
    await system.client.delete(system.ref('Kustomization', 'app'), { as: 'own' });
    await untilThere('pruned', object => object === undefined);
  });

  test('may let the user of the kubeconfig into one namespace only', async () => {
    const apply = (object: Record<string, unknown>) =>
      there.apply(object as unknown as KubeObject, { as: 'own', fieldManager: 'e2e' });
    const namespace = 'default';
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }];
    await apply({ ...rbac, kind: 'Role', metadata: { name: 'one', namespace }, rules });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' };
    const subjects = [{ kind: 'ServiceAccount', name: 'one', namespace }];
    await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one', namespace } });
    await apply({ ...rbac, kind: 'RoleBinding', metadata: { name: 'one', namespace }, roleRef, subjects });
    const [, server = ''] = /server: (\S+)/.exec(kubeconfig) ?? [];
    const [, ca = ''] = /certificate-authority-data: (\S+)/.exec(kubeconfig) ?? [];
    await secret('one', { value: kubeconfigOf({ token: await tokenOf(there, 'one') }, server, ca) });
    await start('one', { kubeConfig: { secretRef: { name: 'one' } }, wait: true });
    expect(await said('one', 'True')).toContain('Applied revision');
    const byHand = { data: { value: 'by hand' } };
    await there.patch(away, 'merge', byHand, { as: 'own', fieldManager: 'a-person' });
    await untilThere('put back', object => object?.data?.value === 'git');
    await system.client.delete(system.ref('Kustomization', 'one'), { as: 'own' });
    await untilThere('pruned', object => object === undefined);
  });

  test('may let the user of the kubeconfig read objects by name, and list none', async () => {
    const apply = (object: Record<string, unknown>) =>
      there.apply(object as unknown as KubeObject, { as: 'own', fieldManager: 'e2e' });
    const namespace = 'default';
    const verbs = ['get', 'create', 'patch', 'delete'];
    const rules = [
      { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs },
      { apiGroups: [''], resources: ['configmaps'], verbs },
    ];
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'by-name' };
    const subjects = [{ kind: 'ServiceAccount', name: 'by-name', namespace }];
    await apply({ ...rbac, kind: 'ClusterRole', metadata: { name: 'by-name' }, rules });
    await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'by-name', namespace } });
    await apply({ ...rbac, kind: 'ClusterRoleBinding', metadata: { name: 'by-name' }, roleRef, subjects });
    const [, server = ''] = /server: (\S+)/.exec(kubeconfig) ?? [];
    const [, ca = ''] = /certificate-authority-data: (\S+)/.exec(kubeconfig) ?? [];
    await secret('by-name', { value: kubeconfigOf({ token: await tokenOf(there, 'by-name') }, server, ca) });
    await start('by-name', {
      kubeConfig: { secretRef: { name: 'by-name' } },
      path: './unlisted',
      wait: true,
      prune: true,
    });
    expect(await said('by-name', 'True')).toContain('Applied revision');
    const ours = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', name: 'ours' };
    const described = () =>
      there.get<KubeObject & { description?: string }>(ours, { as: 'own' }).then(
        ({ description }) => description,
        error => (isNotFound(error) ? 'gone' : Promise.reject(error)),
      );
    const byHand = { description: 'by hand' };
    await there.patch(ours, 'merge', byHand, { as: 'own', fieldManager: 'a-person' });
    await expect.poll(described, { timeout: 30_000 }).toBe('git');
    await there.delete(ours, { as: 'own' });
    await expect.poll(described, { timeout: 30_000 }).toBe('gone');
    await expect.poll(described, { timeout: 30_000 }).toBe('git');
    await system.client.delete(system.ref('Kustomization', 'by-name'), { as: 'own' });
    await expect.poll(described, { timeout: 30_000 }).toBe('gone');
  });

  test('is the one that the Secret names now: what is written there acts at once', async () => {
    const [, server = ''] = /server: (\S+)/.exec(kubeconfig) ?? [];
    const [, ca = ''] = /certificate-authority-data: (\S+)/.exec(kubeconfig) ?? [];
    const withToken = (token: string) => kubeconfigOf({ token }, server, ca);
    await secret('turning', { 'value.yaml': withToken('wrong') });
    await start('turning', { kubeConfig: { secretRef: { name: 'turning', key: 'value.yaml' } } });
    expect(await said('turning', 'False')).toMatch(/Unauthorized/);
    await secret('turning', { 'value.yaml': withToken(await adminToken(there)) });
    expect(await said('turning', 'True')).toContain('Applied revision');
    await untilThere('applied', object => object?.data?.value === 'git');
    await system.client.delete(system.ref('Kustomization', 'turning'), { as: 'own' });
    await untilThere('pruned', object => object === undefined);
  });

  test('sees the service account of the Kustomization, not the user of the kubeconfig', async () => {
    await secret('there', { value: kubeconfig });
    await start('somebody', { kubeConfig: { secretRef: { name: 'there' } }, serviceAccountName: 'deployer' });
    expect(await said('somebody', 'False')).toContain(`system:serviceaccount:${system.namespace}:deployer`);
  });

  const bad: [name: string, data: Record<string, string>, key: string | undefined, message: RegExp][] = [
    ['nothing', {}, undefined, /does not contain a 'value' key with a kubeconfig/],
    ['other-key', { value: 'a' }, 'other', /does not contain a 'other' key with a kubeconfig/],
    ['no-yaml', { value: 'hunter2: [' }, undefined, /it is not a kubeconfig/],
    ['no-context', { value: 'kind: Config' }, undefined, /no current-context/],
    [
      'program',
      { value: kubeconfigOf({ exec: { command: 'touch', args: ['/tmp/x'] } }) },
      undefined,
      /--insecure-kubeconfig-exec/,
    ],
    [
      'token-file',
      { value: kubeconfigOf({ tokenFile: '/etc/passwd' }) },
      undefined,
      /tokenFile: files are not read/,
    ],
  ];
  test.each(bad)('is not there where the Secret is of no use: %s', async (name, data, key, message) => {
    await secret(name, data);
    await start(name, { kubeConfig: { secretRef: { name, ...(key ? { key } : {}) } } });
    const told = await said(name, 'False');
    expect(told).toMatch(message);
    expect(told).not.toContain('hunter2');
  });

  test('is entered by a token of a service account, where the ConfigMap says so', async () => {
    // The one cluster at hand that takes tokens of this one is this one.
    const { server, ca = '' } = loadConnection({ path: system.kubeconfig });
    const audiences = ['.cluster.local', ''].map(end => `https://kubernetes.default.svc${end}`).join('\n');
    const data = {
      provider: 'generic',
      address: server,
      'ca.crt': ca,
      audiences,
      serviceAccountName: 'entering',
    };
    const { namespace } = system;
    const apply = (object: Record<string, unknown>) =>
      system.client.apply(object as unknown as KubeObject, { as: 'own', fieldManager: 'e2e' });
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'generic', namespace }, data });
    await start('generic', { kubeConfig: { configMapRef: { name: 'generic' } }, targetNamespace: namespace });
    expect(await said('generic', 'False')).toMatch(/entering/);
    await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'entering', namespace } });
    const subjects = [{ kind: 'ServiceAccount', name: 'entering', namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    await apply({ apiVersion, kind: 'ClusterRoleBinding', metadata: { name: namespace }, subjects, roleRef });
    await request('generic');
    expect(await said('generic', 'True')).toContain('Applied revision');
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'app' };
    expect(await system.get<ConfigMap>(applied)).toMatchObject({ data: { value: 'git' } });
  });

  test('is told to be none where the ConfigMap names no provider that there is', async () => {
    const metadata = { name: 'odd', namespace: system.namespace };
    const odd = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { provider: 'other' } };
    await system.client.apply(odd as KubeObject, { as: 'own', fieldManager: 'e2e' });
    await start('odd', { kubeConfig: { configMapRef: { name: 'odd' } } });
    expect(await said('odd', 'False')).toMatch(
      /provider 'other' not implemented: it must be one of aws, azure, gcp, generic/,
    );
  });

  test('names the Secret that is missing, and starts when it comes', async () => {
    await start('late', { kubeConfig: { secretRef: { name: 'late' } } });
    expect(await said('late', 'False')).toContain(
      `unable to read KubeConfig secret '${system.namespace}/late'`,
    );
    await secret('late', { value: kubeconfig });
    expect(await said('late', 'True')).toContain('Applied revision');
  });

  test('that never answers holds up nobody else, and may be given up', async () => {
    const held = new Set<Socket>();
    const silent: Server = createServer(socket => held.add(socket));
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    await secret('silent', { value: kubeconfigOf({ token: 'a' }, `http://127.0.0.1:${port}`) });
    const names = Array.from({ length: 40 }, (_, i) => `silent-${i}`);
    for (const name of names) await start(name, { kubeConfig: { secretRef: { name: 'silent' } } });
    await system.kustomization('here', { path: './app', targetNamespace: system.namespace });
    expect(await said('here', 'True', 5000)).toContain('Applied revision');
    await secret('silent', { value: kubeconfig });
    await said(names[0]!, 'True', 20_000);
    await said(names.at(-1)!, 'True', 20_000);
    for (const socket of held) socket.destroy();
    silent.close();
  });

  test('that was away is taken up again with the next try', async () => {
    await secret('there', { value: kubeconfig });
    await start('app', { kubeConfig: { secretRef: { name: 'there' } }, retryInterval: '1s', interval: '2s' });
    await said('app', 'True');
    await remote.kill();
    await request('app');
    expect(await said('app', 'False', 20_000)).toMatch(/ECONNREFUSED|cannot be reached/);
    remote = (await startRemote()).started;
    expect(await said('app', 'True', 20_000)).toContain('Applied revision');
  });
});

/** Of a service account that may do everything. */
async function adminToken(client: KubeClient): Promise<string> {
  const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  const metadata = { name: 'default-rules' };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const binding = { apiVersion, kind: 'ClusterRoleBinding', metadata, subjects, roleRef };
  await client.create(binding as KubeObject, { as: 'own' });
  return tokenOf(client, 'default');
}

async function tokenOf(client: KubeClient, account: string): Promise<string> {
  const path = `/api/v1/namespaces/default/serviceaccounts/${account}/token`;
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
  const { text } = await client.transport.send({ method: 'POST', path, body });
  return (JSON.parse(text) as { status: { token: string } }).status.token;
}

function kubeconfigOf(user: Record<string, unknown>, server = 'https://127.0.0.1:1', ca = ''): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'it',
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [{ name: 'it', cluster: { server, ...(ca ? { 'certificate-authority-data': ca } : {}) } }],
    users: [{ name: 'it', user: user as never }],
  });
}
