import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clone, cloneOf, millrace, type Running } from '@millrace/e2e';
import {
  delay,
  type KubeClient,
  type KubeObject,
  kubeClient,
  loadConnection,
  type WatchCache,
  watchCache,
} from '@millrace/kube';
import { takeNotices } from './notices.ts';
import { freePort } from './scrape.ts';
import { milliseconds, percentile, printTable } from './table.ts';

const pushes = 30;
const drifts = 30;
const noOpSeconds = 20;

type Deployment = KubeObject & { spec: { replicas: number } };

/** How soon the cluster follows, on the sample fleet, measured from outside: real git, a real watch. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const metricsPort = await freePort();
  const started = performance.now();
  const up = millrace([
    'up',
    '--data-dir',
    join(folder, 'state'),
    '--metrics-addr',
    `127.0.0.1:${metricsPort}`,
    '--notifications',
    'send',
  ]);
  try {
    await up.saw(/sources and Kustomizations are ready/);
    const startTime = performance.now() - started;
    const kubeconfig = (await up.saw(/export KUBECONFIG=(\S+)/))[1]!;
    const url = (await up.saw(/the fleet: (\S+)/))[1]!;
    const client = kubeClient(loadConnection({ path: kubeconfig }));
    const deployments = watchCache<Deployment>(
      client,
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' },
      { project: object => object as Deployment },
    );
    await deployments.synced();
    await delay(3000);
    const idleMemory = residentBytes(up);
    const notices = await takeNotices(client);
    const pushed = await measurePushes(await cloneOf(url), deployments);
    const rows = [
      ['start of everything to all ready', '1', milliseconds(startTime), milliseconds(startTime)],
      latencyRow('git push begun to applied', pushed),
      latencyRow('end of a reconcile to the request at a Provider', await notices.stop()),
      latencyRow('change by hand to put back', await measureDrift(client, deployments)),
    ];
    printTable(['what', 'samples', 'median', '95th percentile'], rows);
    console.log();
    printTable(
      ['what', 'value'],
      [
        [
          `API requests of the controllers in ${noOpSeconds} s of nothing to do`,
          String(await requestsWhileIdle(metricsPort)),
        ],
        ['API requests of a no-op reconcile at its interval', await requestsOfNoOp(client, metricsPort)],
        ['resident memory, idle after the sample fleet', megabytes(idleMemory)],
        ['resident memory, after all of the above', megabytes(residentBytes(up))],
      ],
    );
    deployments.stop();
    await client.close();
  } finally {
    await up.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function latencyRow(what: string, samples: number[]): string[] {
  return [
    what,
    String(samples.length),
    milliseconds(percentile(samples, 0.5)),
    milliseconds(percentile(samples, 0.95)),
  ];
}

/** The API's Deployment is the third of its chain of dependencies: what it depends on is reconciled first. */
async function measurePushes(clone: Clone, deployments: WatchCache<Deployment>): Promise<number[]> {
  const samples: number[] = [];
  const file = 'apps/local/backend/kustomization.yaml';
  const content = await readFile(join(clone.path, file), 'utf8');
  for (let i = 0; i < pushes; i++) {
    const replicas = 3 + ((i + 1) % 4);
    const arrived = until(deployments, 'shop/api', object => object?.spec.replicas === replicas);
    const start = performance.now();
    await clone.push(`Scale to ${replicas}`, { [file]: content.replace('count: 3', `count: ${replicas}`) });
    samples.push((await arrived) - start);
    await delay(300);
  }
  await rm(clone.path, { recursive: true, force: true });
  return samples;
}

/** By turns on two objects: corrections that follow each other too closely are taken for a fight, and put off. */
async function measureDrift(client: KubeClient, deployments: WatchCache<Deployment>): Promise<number[]> {
  const samples: number[] = [];
  const isChanged = (object: Deployment | undefined) => JSON.stringify(object?.spec).includes('by-hand');
  for (let i = 0; i < drifts; i++) {
    const name = i % 2 === 0 ? 'storefront' : 'api';
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name };
    const changed = until(deployments, `shop/${name}`, isChanged);
    const patch = [
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: `example.com/by-hand:${i}` },
    ];
    const start = performance.now();
    await client.patch(ref, 'json', patch, { as: 'own', fieldManager: 'somebody' });
    await changed;
    samples.push((await until(deployments, `shop/${name}`, object => !isChanged(object))) - start);
    await delay(1100);
  }
  return samples;
}

/** The moment at which the watch shows the object as wanted. */
function until(
  cache: WatchCache<Deployment>,
  key: string,
  test: (object: Deployment | undefined) => boolean,
): Promise<number> {
  return new Promise(resolve => {
    if (test(cache.get(key))) return resolve(performance.now());
    const stop = cache.subscribe(() => {
      if (!test(cache.get(key))) return;
      stop();
      resolve(performance.now());
    });
  });
}

async function requestsWhileIdle(port: number): Promise<number> {
  await delay(2000);
  const before = await requests(port);
  await delay(noOpSeconds * 1000);
  return (await requests(port)) - before;
}

/** Shorten the interval of a Kustomization for a while, and count what its visits ask of the API. */
async function requestsOfNoOp(client: KubeClient, port: number): Promise<string> {
  const ref = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'bench-noop',
  };
  const spec = {
    interval: '1s',
    path: './infrastructure/monitoring',
    prune: true,
    targetNamespace: 'default',
    sourceRef: { kind: 'GitRepository', name: 'flux-system' },
  };
  await client.apply(
    {
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      metadata: { name: ref.name, namespace: ref.namespace },
      spec,
    } as KubeObject,
    { as: 'own', fieldManager: 'bench' },
  );
  await delay(5000);
  const [requestsBefore, visitsBefore] = [await requests(port), await visits(port, ref.name)];
  await delay(10_000);
  const [asked, visited] = [
    (await requests(port)) - requestsBefore,
    (await visits(port, ref.name)) - visitsBefore,
  ];
  return `${(asked / visited).toFixed(2)} (${asked} in ${visited} reconciles)`;
}

async function metric(port: number, pattern: RegExp): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return text
    .split('\n')
    .filter(line => pattern.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const requests = (port: number) => metric(port, /^rest_client_requests_total\{/);
const visits = (port: number, name: string) =>
  metric(port, new RegExp(`^gotk_reconcile_duration_seconds_count\\{.*name="${name}"`));

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;

function residentBytes(running: Running): number {
  const status = readFileSync(`/proc/${running.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
