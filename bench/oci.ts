import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OCIRepository } from '@millrace/api';
import { layerOf, millrace, type Registry, startRegistry } from '@millrace/e2e';
import { delay, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { costBetween, kindsOf } from './cost.ts';
import { freePort, sampleOf } from './scrape.ts';
import { printTable } from './table.ts';
import { untilAll } from './until-all.ts';

/** MILLRACE_BENCH_OCI: another number of OCIRepositories. */
const size = Number(process.env.MILLRACE_BENCH_OCI ?? '1000');
const namespace = 'bench-oci';
const apiVersion = 'source.toolkit.fluxcd.io/v1';

interface Process {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

interface Contender {
  name: string;
  start(kubeconfig: string, folder: string): Promise<Process>;
}

/**
 * What many OCIRepositories of one registry cost: until all are ready, and when all are asked for again without news.
 * Against the embedded API, or the cluster of MILLRACE_BENCH_KUBECONFIG, where Flux's own controller runs too if it is
 * on the PATH.
 */
export async function run(): Promise<void> {
  const given = process.env.MILLRACE_BENCH_KUBECONFIG;
  const hasFlux = given && spawnSync('which', ['source-controller']).status === 0;
  const rows: string[][] = [];
  for (const contender of [own, ...(hasFlux ? [flux] : [])]) rows.push(...(await measure(contender, given)));
  console.log(`${size} OCIRepositories of one registry\n`);
  const costs = [
    'time',
    'processor time',
    'memory at most',
    'requests to the registry',
    'to the API for each',
  ];
  printTable(['who', 'what', ...costs], rows);
}

async function measure(contender: Contender, given: string | undefined): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-oci-'));
  const cluster = given
    ? undefined
    : millrace(['cluster', 'start', '--in-memory', '--data-dir', join(folder, 'cluster')]);
  const kubeconfig = given ?? (await cluster!.saw(/export KUBECONFIG=(\S+)/))[1]!;
  const registry = await startRegistry();
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const rows: string[][] = [];
  let running: Process | undefined;
  try {
    for (let i = 0; i < size; i++)
      await registry.push(`org/app-${i}`, 'v1', [layerOf({ 'app.yaml': `kind: ConfigMap # ${i}` })]);
    running = await contender.start(kubeconfig, folder);
    const process = running;
    const step = async (what: string, done: () => Promise<void>) => {
      const [before, asked, begin] = [await sampleOf([process]), registry.asked.length, performance.now()];
      await done();
      const seconds = (performance.now() - begin) / 1000;
      const { cpu, peak, requests } = costBetween(before, await sampleOf([process]));
      rows.push([
        contender.name,
        what,
        `${seconds.toFixed(1)} s`,
        `${cpu.toFixed(1)} s`,
        `${(peak / 2 ** 20).toFixed(0)} MB`,
        String(registry.asked.length - asked),
        kindsOf({ requests }, size),
      ]);
    };
    await step('all ready', () => create(client, registry));
    await step('all asked for again', () => askAgain(client));
    return rows;
  } finally {
    await remove(client);
    await running?.stop();
    await client.close();
    await cluster?.stop();
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function create(client: KubeClient, registry: Registry): Promise<void> {
  await client.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { as: 'own', fieldManager: 'bench' },
  );
  const ready = all(client, ({ status }) =>
    (status?.conditions ?? []).some(one => one.type === 'Ready' && one.status === 'True'),
  );
  await inParallel(i =>
    client.create(
      {
        apiVersion,
        kind: 'OCIRepository',
        metadata: { name: `app-${i}`, namespace },
        spec: { interval: '1h', url: `oci://${registry.host}/org/app-${i}`, ref: { tag: 'v1' } },
      },
      { as: 'own' },
    ),
  );
  await ready;
}

async function askAgain(client: KubeClient): Promise<void> {
  const answered = all(client, ({ status }) => status?.lastHandledReconcileAt === 'again');
  const patch = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'again' } } };
  await inParallel(i => client.patch(refOf(i), 'merge', patch, { as: 'own' }));
  await answered;
}

async function remove(client: KubeClient): Promise<void> {
  await inParallel(i => client.delete(refOf(i), { as: 'own' }).catch(() => {}));
  for (;;) {
    const left = await client.listAll(apiVersion, 'OCIRepository', { namespace, as: 'own' });
    if (left.items.length === 0) return;
    await delay(200);
  }
}

const refOf = (i: number) => ({ apiVersion, kind: 'OCIRepository', namespace, name: `app-${i}` });

async function inParallel(work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < size) await work(next++);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

function all(client: KubeClient, test: (repo: OCIRepository) => boolean): Promise<void> {
  return untilAll<OCIRepository>(client, { apiVersion, kind: 'OCIRepository', namespace }, size, test);
}

const own: Contender = {
  name: 'millrace',
  async start(kubeconfig, folder) {
    const port = await freePort();
    const where = ['--kubeconfig', kubeconfig, '--data-dir', folder, '--metrics-addr', `127.0.0.1:${port}`];
    const only = [
      '--controllers',
      'source-controller',
      '--watch-all-namespaces=false',
      '--namespace',
      namespace,
    ];
    const running = millrace(['controllers', 'run', '--install', ...where, ...only]);
    await running.saw(/Starting manager/);
    return { port, pid: running.process.pid!, stop: () => running.stop() };
  },
};

const flux: Contender = {
  name: 'source-controller',
  async start(kubeconfig, folder) {
    const [port, health, storage] = [await freePort(), await freePort(), `127.0.0.1:${await freePort()}`];
    const servers = [
      `--metrics-addr=127.0.0.1:${port}`,
      `--health-addr=127.0.0.1:${health}`,
      '--events-addr=',
    ];
    const where = [`--storage-path=${folder}`, `--storage-addr=${storage}`, `--storage-adv-addr=${storage}`];
    const env = { ...process.env, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: namespace };
    const child = spawn('source-controller', [...servers, ...where, '--watch-all-namespaces=false'], {
      env,
      stdio: 'ignore',
    });
    await delay(2000);
    const stop = () =>
      new Promise<void>(resolve => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      });
    return { port, pid: child.pid!, stop };
  },
};
