import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGitServer } from '@millrace/cluster';
import { millrace } from '@millrace/e2e';
import { delay, type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import type { Run } from './fleet-run.ts';
import { freePort, sampleOf } from './scrape.ts';

export interface Contender {
  name: string;
  /** @param fleet the checkout that is to be kept */
  start(fleet: string): Promise<Run>;
}

/** @param kubeconfig of a cluster where the controllers can be run alone */
export function contenders(kubeconfig: string | undefined): Contender[] {
  const embedded = { name: '`millrace up`, with the embedded API in the same process', start: startUp };
  if (!kubeconfig) return [embedded];
  const alone: Contender[] = [
    { name: '`millrace controllers run`', start: fleet => startAlone(fleet, kubeconfig, ownControllers) },
  ];
  if (fluxPrograms.every(isThere))
    alone.push({
      name: 'Flux, its two controllers together',
      start: fleet => startAlone(fleet, kubeconfig, fluxControllers),
    });
  return [embedded, ...alone];
}

const fluxPrograms = ['source-controller', 'kustomize-controller'];
const isThere = (program: string) => spawnSync('which', [program]).status === 0;

/** `millrace up` of a checkout, with the embedded API. */
export async function startUp(fleet: string): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-state-'));
  const port = await freePort();
  const state = ['--data-dir', folder, '--metrics-addr', `127.0.0.1:${port}`];
  const up = millrace(['up', fleet, '--path', 'clusters/bench', '--in-memory', ...state]);
  const kubeconfig = join(folder, 'cluster', 'kubeconfig');
  await up.saw(/the page: /);
  const client = await firstClient(kubeconfig);
  return {
    client,
    sample: () => sampleOf([{ port, pid: up.process.pid! }]),
    publish: async () => {}, // a commit is seen by itself
    async stop() {
      await client.close();
      await up.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As soon as the kinds are known there. */
async function firstClient(kubeconfig: string): Promise<KubeClient> {
  for (;;) {
    const client = existsSync(kubeconfig) ? kubeClient(loadConnection({ path: kubeconfig })) : undefined;
    const known = await client?.discovery
      .mapping('kustomize.toolkit.fluxcd.io/v1', 'Kustomization')
      .catch(() => undefined);
    if (client && known) return client;
    await client?.close();
    await delay(100);
  }
}

interface Process {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

type Start = (folder: string, kubeconfig: string) => Promise<Process[]>;

const ownControllers: Start = async (folder, kubeconfig) => {
  const port = await freePort();
  const where = ['--kubeconfig', kubeconfig, '--data-dir', folder, '--metrics-addr', `127.0.0.1:${port}`];
  const running = millrace(['controllers', 'run', '--install', ...where]);
  await running.saw(/Starting manager/);
  return [{ port, pid: running.process.pid!, stop: () => running.stop() }];
};

/** Flux as its manifests start it, but for leader election. Its definitions have to be in the cluster. */
const fluxControllers: Start = async (folder, kubeconfig) => {
  const storage = `127.0.0.1:${await freePort()}`;
  const flags: Record<string, string[]> = {
    'source-controller': [
      `--storage-path=${folder}`,
      `--storage-addr=${storage}`,
      `--storage-adv-addr=${storage}`,
    ],
    'kustomize-controller': [],
  };
  return Promise.all(
    fluxPrograms.map(async program => {
      const [port, health] = [await freePort(), await freePort()];
      const servers = [`--metrics-addr=127.0.0.1:${port}`, `--health-addr=127.0.0.1:${health}`];
      const env = { ...process.env, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: 'flux-system' };
      const child = spawn(program, [...servers, ...flags[program]!], { env, stdio: 'ignore' });
      child.once('exit', code => {
        if (code) throw new Error(`${program} has ended with ${code}: are its definitions in the cluster?`);
      });
      return { port, pid: child.pid!, stop: () => ended(child) };
    }),
  );
};

function ended(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

const namespace = 'flux-system';

/** Controllers as processes of their own, against a cluster that goes on; what they made goes with the run. */
async function startAlone(fleet: string, kubeconfig: string, start: Start): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-state-'));
  const git = await startGitServer({ root: join(folder, 'git') });
  const url = git.mount('fleet', fleet);
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const storage = join(folder, 'storage');
  await mkdir(storage); // Flux's source-controller makes none
  const processes = await start(storage, kubeconfig);
  client.discovery.invalidate();
  const options = { fieldManager: 'bench', force: true, as: 'own' as const };
  for (const object of following(url)) await client.apply(object, options);
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    namespace,
    name: namespace,
  };
  return {
    client,
    sample: () => sampleOf(processes),
    async publish() {
      const annotations = { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() };
      await client.patch(source, 'merge', { metadata: { annotations } }, { as: 'own' });
    },
    async stop() {
      await clear(client);
      for (const { stop } of processes) await stop();
      await Promise.all([client.close(), git.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Delete what the controllers keep, and wait until they have let go of it. */
async function clear(client: KubeClient): Promise<void> {
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
  const kind = 'Kustomization';
  await client.delete({ apiVersion, kind, namespace, name: namespace }, { as: 'own' });
  while ((await client.list(apiVersion, kind, { limit: 1, as: 'own' })).items.length > 0) await delay(500);
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    namespace,
    name: namespace,
  };
  await client.delete(source, { as: 'own' });
}

function following(url: string): KubeObject[] {
  const metadata = { name: namespace, namespace };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata,
      spec: { interval: '1m', url, ref: { branch: 'main' } },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata,
      spec: {
        interval: '1m',
        path: './clusters/bench',
        prune: true,
        sourceRef: { kind: 'GitRepository', name: namespace },
      },
    },
  ];
}
