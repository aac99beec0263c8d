import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { names } from '@millrace/api';
import { git } from '@millrace/git';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../free-port.ts';
import { millrace } from '../process.ts';
import { send } from '../receivers/send.ts';
import { configMap, isReady, readyOf } from '../system.ts';
import { startTenants, type Tenants } from './tenants.ts';

describe('a tenant', () => {
  let tenants: Tenants;
  let sink: Server;
  let port: number;
  const messages: string[] = [];
  beforeAll(async () => {
    port = await freePort();
    sink = createServer(async (request, response) => {
      messages.push((await request.toArray()).join(''));
      response.end();
    });
    await new Promise<void>(resolve => sink.listen(0, '127.0.0.1', resolve));
    tenants = await startTenants(['--receiverAddr', `127.0.0.1:${port}`]);
  }, 60_000);
  afterAll(async () => {
    sink?.close();
    await tenants?.system.stop();
  });
  const notification = 'notification.toolkit.fluxcd.io';
  const own = (kind: string, apiVersion: string, name: string, more: Record<string, unknown>) =>
    tenants.apply({ apiVersion, kind, metadata: { name, namespace: tenants.tenant }, ...more } as KubeObject);
  const fleetOf = (namespace: string) => ({
    ...{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace, name: 'fleet' },
  });

  test('hears of its own events and of no others', async () => {
    const { tenant, victim, system } = tenants;
    const { port: at } = sink.address() as AddressInfo;
    await own('Provider', `${notification}/v1beta3`, 'sink', {
      spec: { type: 'generic', address: `http://127.0.0.1:${at}/` },
    });
    const eventSources = [tenant, victim].map(namespace => ({ kind: 'GitRepository', name: '*', namespace }));
    await own('Alert', `${notification}/v1beta3`, 'all', {
      spec: { providerRef: { name: 'sink' }, eventSources },
    });
    for (const namespace of [victim, tenant]) {
      // A source that fails has something to tell.
      const spec = { interval: '1h', url: 'http://127.0.0.1:1/none.git' };
      const metadata = { name: 'failing', namespace };
      const { apiVersion, kind } = fleetOf(namespace);
      await tenants.apply({ apiVersion, kind, metadata, spec } as KubeObject);
      await system.until(
        { ...fleetOf(namespace), name: 'failing' },
        'not ready',
        object => readyOf(object)?.status === 'False',
      );
    }
    await vi.waitFor(() => expect(messages.join()).toContain(`"namespace":"${tenant}"`), 20_000);
    expect(messages.join()).not.toContain(victim);
  });

  test('asks for no reconcile of what is another’s', async () => {
    const { tenant, victim, system } = tenants;
    await own('Secret', 'v1', 'hook', { stringData: { token: 'x' } });
    await own('Receiver', `${notification}/v1`, 'hook', {
      spec: {
        ...{ type: 'generic', secretRef: { name: 'hook' } },
        resources: [{ kind: 'GitRepository', name: 'fleet', namespace: victim }],
      },
    });
    const ref = { apiVersion: `${notification}/v1`, kind: 'Receiver', namespace: tenant, name: 'hook' };
    const receiver = await system.until(ref, 'ready', isReady);
    const { webhookPath } = receiver.status as { webhookPath: string };
    expect((await send(port, webhookPath, { headers: {}, body: '{}' })).status).not.toBe(200);
    const fleet = await system.get(fleetOf(victim));
    expect(fleet?.metadata.annotations?.[names.requestedAt]).toBeUndefined();
  });
});

/** The layout of github.com/fluxcd/flux2-multi-tenancy: clusters, tenants with overlays, and a repository for each. */
test('a fleet of tenants comes up under the flags that keep them apart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-tenants-'));
  const [platform, team] = [join(folder, 'platform'), join(folder, 'team')];
  await repositoryWith(platform, platformFiles);
  await repositoryWith(team, { 'staging/config.yaml': configMap('app', 'of the team', 'apps') });
  const flags = [
    '--no-cross-namespace-refs=true',
    '--no-remote-bases=true',
    '--default-service-account=default',
  ];
  const up = (...more: string[]) =>
    millrace([
      ...['up', platform, '--path', 'clusters/staging', '--data-dir', join(folder, 'state'), '--in-memory'],
      ...['--once', '--timeout', '60s', '--map', `https://git.example.com/team/apps=${team}`],
      ...more,
    ]);
  const apart = up(...flags);
  expect(await apart.ended, apart.output()).toBe(0);
  expect(apart.output()).toContain('ConfigMap/apps/app created');
  await repositoryWith(team, {
    'staging/config.yaml': configMap('app', 'of the team', 'kube-system'),
  });
  const outside = up(...flags);
  expect(await outside.ended).toBe(1);
  expect(outside.output()).toContain(
    'User "system:serviceaccount:apps:team" cannot patch resource "configmaps"',
  );
  await rm(folder, { recursive: true, force: true });
});

async function repositoryWith(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  const author: [string, string][] = [
    ['user.name', 'A user'],
    ['user.email', 'user@example.com'],
    ['commit.gpgSign', 'false'],
  ];
  for (const args of [
    ['init', '--quiet', '-b', 'main'],
    ['add', '--all'],
    ['commit', '--quiet', '-m', 'A state'],
  ])
    await git({
      args: ['-C', folder, ...args],
      what: args[0]!,
      settings: author,
      signal: AbortSignal.timeout(20_000),
    });
}

const object = (apiVersion: string, kind: string, name: string, namespace: string, spec: unknown) =>
  `---\n${JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec })}\n`;
const kustomize = 'kustomize.toolkit.fluxcd.io/v1';
const syncOf = (
  serviceAccountName: string | undefined,
  path: string,
  name: string,
  namespace: string,
  source: string,
) =>
  object(kustomize, 'Kustomization', name, namespace, {
    ...{ interval: '5m', path, prune: true, serviceAccountName },
    sourceRef: { kind: 'GitRepository', name: source },
  });

const platformFiles = {
  'clusters/staging/flux-system/gotk-sync.yaml': `${object('source.toolkit.fluxcd.io/v1', 'GitRepository', 'flux-system', 'flux-system', { interval: '1m', url: 'https://git.example.com/platform', ref: { branch: 'main' } })}${syncOf(undefined, './clusters/staging', 'flux-system', 'flux-system', 'flux-system')}`,
  // As Flux's guide for tenants has it: the fleet itself is reconciled by who may do everything.
  'clusters/staging/flux-system/kustomization.yaml': `resources: [gotk-sync.yaml]
patches:
  - patch: '[{"op": "add", "path": "/spec/serviceAccountName", "value": "kustomize-controller"}]'
    target: {kind: Kustomization, name: flux-system}
`,
  'clusters/staging/tenants.yaml': syncOf(
    'kustomize-controller',
    './tenants/staging',
    'tenants',
    'flux-system',
    'flux-system',
  ),
  'tenants/base/team/rbac.yaml': `apiVersion: v1
kind: Namespace
metadata: {name: apps}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: team, namespace: apps}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: gotk-reconciler, namespace: apps}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, name: "gotk:apps:reconciler", apiGroup: rbac.authorization.k8s.io}, {kind: ServiceAccount, name: team, namespace: apps}]
`,
  'tenants/base/team/sync.yaml': `${object('source.toolkit.fluxcd.io/v1', 'GitRepository', 'team', 'apps', { interval: '1m', url: 'https://git.example.com/team/apps', ref: { branch: 'main' } })}${syncOf('team', './', 'team', 'apps', 'team')}`,
  'tenants/base/team/kustomization.yaml': 'namespace: apps\nresources: [rbac.yaml, sync.yaml]\n',
  'tenants/staging/kustomization.yaml': `namespace: apps
resources: [../base/team]
patches:
  - patch: '[{"op": "replace", "path": "/spec/path", "value": "./staging"}]'
    target: {kind: Kustomization, name: team}
`,
};
