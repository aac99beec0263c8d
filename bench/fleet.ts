import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kustomization } from '@millrace/api';
import { millrace } from '@millrace/e2e';
import { delay, kubeClient, loadConnection, type WatchCache, watchCache } from '@millrace/kube';
import { makeFleet } from './fleet-repository.ts';
import { freePort, metricsAt, type Sample } from './scrape.ts';
import { printTable } from './table.ts';

/** MILLRACE_BENCH_FLEET=100,300: other sizes than these. */
const sizes = (process.env.MILLRACE_BENCH_FLEET ?? '100,300,1000,5000').split(',').map(Number);

/** Kustomizations of the fleet have an interval of a minute: in so long each comes due once. */
const interval = 63_000;

interface Row {
  what: string;
  seconds: number;
  cpu: number;
  peak: number;
  requests: Map<string, number>;
}

/** What a fleet costs: its installation, an upgrade of all, an interval without news, and a push of one. */
export async function run(): Promise<void> {
  for (const size of sizes) {
    const rows = await measure(size);
    console.log(`\n${size} Kustomizations with four objects each, \`millrace up\` with the embedded API\n`);
    printTable(['what', 'time', 'processor time', 'memory at most', 'API requests'], rows.map(shown));
    const [install] = rows;
    console.log(`\nRequests of the installation for each Kustomization: ${kinds(install!, size)}`);
  }
}

const shown = ({ what, seconds, cpu, peak, requests }: Row): string[] => [
  what,
  `${seconds.toFixed(1)} s`,
  `${cpu.toFixed(1)} s`,
  `${(peak / 2 ** 20).toFixed(0)} MB`,
  String([...requests.values()].reduce((sum, count) => sum + count, 0)),
];

function kinds({ requests }: Row, size: number): string {
  return [...requests]
    .sort((a, b) => b[1] - a[1])
    .filter(([, count]) => count >= size / 20)
    .map(([kind, count]) => `${(count / size).toFixed(2)} ${kind}`)
    .join(', ');
}

async function measure(size: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const fleet = await makeFleet(join(folder, 'fleet'), size);
  const port = await freePort();
  const state = ['--data-dir', join(folder, 'state'), '--metrics-addr', `127.0.0.1:${port}`];
  const started = performance.now();
  const up = millrace(['up', fleet.path, '--path', 'clusters/bench', '--in-memory', ...state]);
  try {
    await up.saw(/are ready/);
    const nothing: Sample = { cpu: 0, peak: 0, requests: new Map() };
    const sample = () => metricsAt(port, up.process.pid!);
    const rows = [rowOf('install', started, nothing, await sample())];
    const kubeconfig = (await up.saw(/export KUBECONFIG=(\S+)/))[1]!;
    const client = kubeClient(loadConnection({ path: kubeconfig }));
    const follow = followed(client);
    await follow.synced();
    const upgrade = async (what: string, value: number, folders: number) => {
      const before = await sample();
      const commit = await fleet.change(value, folders);
      const begun = performance.now();
      await applied(follow, size, commit);
      rows.push(rowOf(what, begun, before, await sample()));
    };
    await upgrade('upgrade of all', 1, size);
    await upgrade('push of one', 2, 1);
    const before = await sample();
    const begun = performance.now();
    await delay(interval);
    rows.push(rowOf('an interval of all without news', begun, before, await sample()));
    follow.stop();
    await client.close();
    return rows;
  } finally {
    await up.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function followed(client: ReturnType<typeof kubeClient>): WatchCache<string> {
  return watchCache<string>(
    client,
    { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
    { project: object => (object as Kustomization).status?.lastAppliedRevision ?? '' },
  );
}

/** Resolves when all Kustomizations, and the one that makes them, have applied the commit. */
function applied(cache: WatchCache<string>, size: number, commit: string): Promise<void> {
  return new Promise(resolve => {
    const done = new Set<string>();
    const look = (key: string, revision: string | undefined) => {
      if (!revision?.endsWith(commit)) return;
      done.add(key);
      if (done.size !== size + 1) return;
      stop();
      resolve();
    };
    const stop = cache.subscribe(({ key, after }) => look(key, after));
    for (const [key, revision] of cache.entries()) look(key, revision);
  });
}

function rowOf(what: string, begun: number, before: Sample, after: Sample): Row {
  const requests = new Map<string, number>();
  for (const [kind, count] of after.requests) {
    const more = count - (before.requests.get(kind) ?? 0);
    if (more > 0) requests.set(kind, more);
  }
  const seconds = (performance.now() - begun) / 1000;
  return { what, seconds, cpu: after.cpu - before.cpu, peak: after.peak, requests };
}
