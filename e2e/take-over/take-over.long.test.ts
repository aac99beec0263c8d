import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customResourceDefinition, kinds } from '@millrace/api';
import { type Cluster, startClusterThread } from '@millrace/cluster';
import type { JsonObject } from '@millrace/json';
import {
  asJson,
  asKubeObject,
  at,
  conditionOf,
  isNotFound,
  type KubeClient,
  type KubeObject,
  kubeClient,
  loadConnection,
  NoMatchError,
  type ObjectRef,
} from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { millrace, type Running } from '../process.ts';
import { pretendToRun } from './kubelet.ts';
import { deployed, manifests, reconciled } from './objects.ts';
import { namespace, type Outside, startOutside } from './outside.ts';
import { restore } from './restore.ts';

const manifestsOfFlux = new URL('../../toolkit/installation/golden/flux-2.9.4.yaml', import.meta.url);
const left = new URL('./golden/flux-2.9.json', import.meta.url);
const as = { as: 'own' } as const;

/**
 * A cluster as Flux's own controllers have left it is installed over, and our controllers go on. MILLRACE_E2E_KUBECONFIG
 * names a fresh kube-apiserver to be used instead of the embedded cluster.
 */
describe('a cluster that runs Flux', () => {
  let cluster: Cluster | undefined;
  let kubelet: { stop(): Promise<void> } | undefined;
  let client: KubeClient;
  let folder: string;
  let kubeconfig: string;
  let outside: Outside;
  let controllers: Running;
  const before = new Map<string, string>();

  const get = (ref: ObjectRef): Promise<KubeObject | undefined> =>
    client.get<KubeObject>(ref, as).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  const seen = async (ref: ObjectRef): Promise<JsonObject> => asJson((await get(ref)) ?? absent);
  const uids = async () =>
    new Map(
      await Promise.all(
        [...Object.values(reconciled), ...Object.values(deployed), deploymentOf('source-controller')].map(
          async ref => [`${ref.kind} ${ref.name}`, (await get(ref))?.metadata.uid ?? ''] as const,
        ),
      ),
    );
  const reasons = async () => {
    const { items } = await client.listAll<KubeObject>('v1', 'Event', { namespace, ...as });
    return items.map(event => String(asJson(event).reason));
  };
  const run = (...args: string[]) => millrace([...args, '--kubeconfig', kubeconfig]);

  beforeAll(async () => {
    outside = await startOutside();
    folder = await mkdtemp(join(tmpdir(), 'millrace-take-over-'));
    kubeconfig = process.env.MILLRACE_E2E_KUBECONFIG ?? join(folder, 'kubeconfig');
    if (!process.env.MILLRACE_E2E_KUBECONFIG) {
      cluster = await startClusterThread({ inMemory: true });
      await writeFile(kubeconfig, cluster.kubeconfig);
    }
    client = kubeClient(loadConnection({ path: kubeconfig }));
    if (!cluster) kubelet = pretendToRun(client, 'flux-system');
    const flux = { fieldManager: 'flux', ...as };
    for (const kind of kinds) await client.apply(customResourceDefinition(kind), flux);
    for (const object of parseAll(readFileSync(manifestsOfFlux, 'utf8')).map(asKubeObject))
      if (object.kind !== 'CustomResourceDefinition') await client.apply(object, flux);
    const [shop] = manifests(outside);
    await client.create(shop!, as);
    const text = readFileSync(left, 'utf8')
      .replaceAll('http://outside/fleet.git', outside.repository)
      .replaceAll('http://outside/charts', outside.charts);
    for (const object of (JSON.parse(text) as KubeObject[]).map(one => asKubeObject(asJson(one))))
      await restore(client, object);
    for (const [name, uid] of await uids()) before.set(name, uid);
  });
  afterAll(async () => {
    await controllers?.stop();
    await kubelet?.stop();
    await outside.stop();
    await client.close();
    await cluster?.stop();
    await rm(folder, { recursive: true });
  });

  test('is installed over in place', async () => {
    const install = run('install', '--timeout=1m');
    expect(await install.ended, install.output()).toBe(0);
    expect(install.output()).toContain('Deployment/flux-system/source-controller configured');
    expect(await get(deploymentOf('image-reflector-controller'))).toBeDefined();
  });

  test('keeps every object that it has', async () => {
    const place = ['--namespace', 'flux-system', '--data-dir', join(folder, 'controllers')];
    controllers = run('controllers', 'run', '--enable-leader-election', ...place);
    await controllers.saw(/Starting manager/);
    // Less than the half minute after which a chart would look for its source by itself.
    const patience = { timeout: 20_000 };
    for (const ref of Object.values(reconciled)) {
      await expect
        .poll(async () => {
          const object = await seen(ref);
          // The address of artifacts tells whose they are: those of Flux were served at another.
          const url = String(at(object, 'status', 'artifact', 'url') ?? '');
          return [ref.kind, conditionOf(object, 'Ready')?.status, url.includes(':17090/')];
        }, patience)
        .toEqual([ref.kind, 'True', false]);
    }
    expect(await uids()).toEqual(before);
    expect(await reasons()).not.toContain('UpgradeSucceeded');
    expect(at(await seen(reconciled.release), 'status', 'history')).toHaveLength(1);
  });

  test('is kept by the inventory that Flux wrote', async () => {
    await outside.commit({ 'apps/extra.yaml': null });
    const reconcile = run('reconcile', 'source', 'git', 'fleet', '--namespace', namespace);
    expect(await reconcile.ended, reconcile.output()).toBe(0);
    await expect.poll(() => get(deployed.extra)).toBeUndefined();
    await expect
      .poll(async () => at(await seen(reconciled.kustomization), 'status', 'inventory', 'entries'))
      .toHaveLength(5);
  });

  test('upgrades the release that Flux installed', async () => {
    await client.patch(reconciled.release, 'merge', { spec: { values: { replicas: 5 } } }, as);
    await expect.poll(async () => at(await seen(deployed.app), 'data', 'replicas')).toBe('5');
    await expect
      .poll(async () => at(await seen(reconciled.release), 'status', 'history'))
      .toMatchObject([
        { version: 2, status: 'deployed' },
        { version: 1, status: 'superseded' },
      ]);
    const after = await uids();
    before.set('ConfigMap extra', '');
    expect(after).toEqual(before);
  });

  test('keeps what was deployed when it is uninstalled, though controllers run outside of it', async () => {
    const uninstall = run('uninstall', '--silent');
    expect(await uninstall.ended, uninstall.output()).toBe(0);
    for (const ref of Object.values(reconciled))
      await expect.poll(() => get(ref).catch(gone)).toBeUndefined();
    await controllers.stop();
    const left = await Promise.all(Object.values(deployed).map(async ref => (await get(ref))?.metadata.uid));
    expect(left).toEqual(
      Object.values(deployed).map(ref => before.get(`${ref.kind} ${ref.name}`) || undefined),
    );
  });
});

/** The kind itself may be gone. */
function gone(error: unknown): undefined {
  if (!(error instanceof NoMatchError)) throw error;
}

const absent: KubeObject = { apiVersion: 'v1', kind: 'Nothing', metadata: { name: 'nothing' } };

function deploymentOf(name: string): ObjectRef {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'flux-system', name };
}
