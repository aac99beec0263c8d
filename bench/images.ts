import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImagePolicy, ImageRepository } from '@millrace/api';
import { layerOf, millrace, startRegistry } from '@millrace/e2e';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { freePort, sampleOf } from './scrape.ts';
import { printTable } from './table.ts';
import { untilAll } from './until-all.ts';

/** MILLRACE_BENCH_IMAGES: another number of images. */
const size = Number(process.env.MILLRACE_BENCH_IMAGES ?? '1000');
const namespace = 'default';
const apiVersion = 'image.toolkit.fluxcd.io/v1';

/** What many images of one registry cost: until all are scanned and chosen from, and when all are asked for again. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-images-'));
  const cluster = millrace(['cluster', 'start', '--in-memory', '--data-dir', join(folder, 'cluster')]);
  const kubeconfig = (await cluster.saw(/export KUBECONFIG=(\S+)/))[1]!;
  const registry = await startRegistry();
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const port = await freePort();
  const place = ['--kubeconfig', kubeconfig, '--data-dir', join(folder, 'data')];
  const flags = ['--metrics-addr', `127.0.0.1:${port}`, '--controllers', 'image-reflector', '--install'];
  const running = millrace(['controllers', 'run', ...place, ...flags]);
  const rows: string[][] = [];
  try {
    const pushed = layerOf({ 'a.yaml': 'a: 1' });
    for (let i = 0; i < size; i++)
      for (const tag of ['1.0.0', '1.1.0']) await registry.push(`org/app-${i}`, tag, [pushed]);
    await running.saw(/Starting manager/);
    const process = { port, pid: running.process.pid! };
    const step = async (what: string, done: () => Promise<void>) => {
      const [before, asked, begin] = [await sampleOf([process]), registry.asked.length, performance.now()];
      await done();
      const seconds = (performance.now() - begin) / 1000;
      const { cpu, peak } = await sampleOf([process]);
      rows.push([
        what,
        `${seconds.toFixed(1)} s`,
        `${(cpu - before.cpu).toFixed(1)} s`,
        `${(peak / 2 ** 20).toFixed(0)} MB`,
        String(registry.asked.length - asked),
      ]);
    };
    await step('all scanned, and a tag of each chosen', () => create(client, registry.host));
    await step('all scanned again, as asked', () => askAgain(client));
    console.log(`${size} images of one registry\n`);
    printTable(['what', 'time', 'processor time', 'memory at most', 'requests to the registry'], rows);
  } finally {
    await running.stop();
    await client.close();
    await cluster.stop();
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function create(client: KubeClient, host: string): Promise<void> {
  const chosen = all<ImagePolicy>(client, 'ImagePolicy', ({ status }) => status?.latestRef?.tag === '1.1.0');
  await inParallel(async i => {
    const metadata = { name: `app-${i}`, namespace };
    const image = `${host}/org/app-${i}`;
    const policy = { imageRepositoryRef: { name: `app-${i}` }, policy: { semver: { range: '1.x' } } };
    const make = (kind: string, spec: object) =>
      client.create({ apiVersion, kind, metadata, spec } as never, { as: 'own' });
    await make('ImagePolicy', policy);
    await make('ImageRepository', { image, interval: '1h' });
  });
  await chosen;
}

async function askAgain(client: KubeClient): Promise<void> {
  const isAnswered = ({ status }: ImageRepository) => status?.lastHandledReconcileAt === 'again';
  const answered = all<ImageRepository>(client, 'ImageRepository', isAnswered);
  const patch = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'again' } } };
  await inParallel(i =>
    client.patch({ apiVersion, kind: 'ImageRepository', namespace, name: `app-${i}` }, 'merge', patch, {
      as: 'own',
    }),
  );
  await answered;
}

async function inParallel(work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < size) await work(next++);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

function all<T extends KubeObject>(
  client: KubeClient,
  kind: string,
  test: (object: T) => boolean,
): Promise<void> {
  return untilAll<T>(client, { apiVersion, kind, namespace }, size, test);
}
