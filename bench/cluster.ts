import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startCluster } from '@millrace/cluster';
import { connectTo, delay, loadConnection, type Transport } from '@millrace/kube';
import { milliseconds, percentile, printTable } from './table.ts';

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const server = fileURLToPath(new URL('./cluster-server.ts', import.meta.url));

/** What the embedded API does in a second, and what it needs for it: the server is a process of its own. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const rows: string[][] = [];
  const aim = (what: string, value: string, wanted: string) => rows.push([what, value, wanted]);
  try {
    aim('start in memory, in a warm process', milliseconds(await warmStart()), 'under 100 ms');
    let serving = await Server.start(folder);
    aim('start of a process with an empty durable store', milliseconds(serving.startTime), 'under 1 s');
    const creates = await rate(5000, i => serving.api.send(create(i)));
    aim('the first 5,000 creates of a Deployment', perSecond(creates), '3,000 a second');
    const lists = await samples(5, () => serving.api.send({ method: 'GET', path: deployments }));
    aim('a list of 5,000 Deployments', milliseconds(percentile(lists, 0.5)), 'under 250 ms');
    const applies = await rate(4000, i => serving.api.send(apply(i, 'new')));
    aim('server-side applies that create one', perSecond(applies), '2,000 a second');
    const changes = await rate(4000, i => serving.api.send(apply(i, 'other')));
    aim('server-side applies that change one', perSecond(changes), '');
    const same = await rate(4000, i => serving.api.send(apply(i, 'other')));
    aim('server-side applies that change nothing', perSecond(same), '');
    const delivery = await measureWatchers(serving, 200, 200);
    aim(
      'an event to 200 watchers under 200 writes a second, 95th percentile',
      milliseconds(delivery),
      'under 20 ms',
    );
    const warm = await rate(11_000, i => serving.api.send(create(10_000 + i)));
    aim('creates of a Deployment, once the process is warm', perSecond(warm), '3,000 a second');
    aim('resident with 20,000 objects', megabytes(serving.residentBytes()), 'under 350 MB');
    await rate(80_000, i => serving.api.send(configMap(i)));
    await serving.stop();
    serving = await Server.start(folder);
    aim('start with 100,000 objects', milliseconds(serving.startTime), 'under 5 s');
    const afterwards = await rate(3000, i => serving.api.send(create(50_000 + i)));
    aim('creates among 100,000 objects', perSecond(afterwards), 'as among few');
    await serving.stop();
    printTable(['what', 'measured', 'aim'], rows);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function warmStart(): Promise<number> {
  const times = await samples(5, async () => (await startCluster({ inMemory: true })).stop());
  return percentile(times.slice(1), 0.5);
}

/** An embedded cluster in a process of its own, its workloads not simulated: they would write too. */
class Server {
  readonly api: Transport;
  readonly startTime: number;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, kubeconfig: string, startTime: number) {
    this.#process = process;
    this.startTime = startTime;
    this.api = connectTo(loadConnection({ path: kubeconfig }), { concurrency: 16 });
  }

  static async start(folder: string): Promise<Server> {
    const begun = performance.now();
    const child = spawn(process.execPath, ['--max-semi-space-size=16', server, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout! }))
      return new Server(child, line, performance.now() - begun);
    throw new Error('the server ended before it served');
  }

  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  async stop(): Promise<void> {
    await this.api.close();
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }
}

/** How many requests a second, 32 of them under way at once. */
async function rate(count: number, send: (i: number) => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) await send(next++);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return (count / (performance.now() - begun)) * 1000;
}

async function samples(count: number, act: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    await act();
    times.push(performance.now() - begun);
  }
  return times;
}

/** From the start of a write to the arrival of its event, over all watchers. */
async function measureWatchers({ api }: Server, watchers: number, writesASecond: number): Promise<number> {
  const path = '/api/v1/namespaces/default/configmaps';
  const begun = new Map<string, number>();
  const delays: number[] = [];
  const streams = await Promise.all(
    Array.from({ length: watchers }, () => api.stream({ method: 'GET', path: `${path}?watch=1` })),
  );
  const readers = streams.map(async ({ chunks }) => {
    let rest = '';
    try {
      for await (const chunk of chunks) {
        const lines = (rest + Buffer.from(chunk).toString()).split('\n');
        rest = lines.pop()!;
        for (const line of lines) {
          const name = /"name":"(watched-\d+)"/.exec(line)?.[1];
          const start = name === undefined ? undefined : begun.get(name);
          if (start !== undefined) delays.push(performance.now() - start);
        }
      }
    } catch {
      // Closed below.
    }
  });
  for (let i = 0; i < writesASecond * 5; i++) {
    const name = `watched-${i}`;
    begun.set(name, performance.now());
    void api.send({ method: 'POST', path, body: JSON.stringify({ metadata: { name }, data: { a: 'b' } }) });
    // The pace of the writes is what is measured at.
    await delay(1000 / writesASecond);
  }
  // Until the last event has arrived at the last watcher.
  const all = writesASecond * 5 * watchers;
  for (let waited = 0; delays.length < all && waited < 10_000; waited += 10) await delay(10);
  for (const stream of streams) stream.close();
  await Promise.all(readers);
  return percentile(delays, 0.95);
}

const perSecond = (value: number) => `${Math.round(value).toLocaleString('en')} a second`;
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

function create(i: number): { method: 'POST'; path: string; body: string } {
  return { method: 'POST', path: deployments, body: JSON.stringify(deployment(`web-${i}`, 'first')) };
}

function apply(i: number, image: string) {
  return {
    method: 'PATCH' as const,
    path: `${deployments}/applied-${i}?fieldManager=bench&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(deployment(`applied-${i}`, image)),
  };
}

function configMap(i: number) {
  const body = JSON.stringify({ metadata: { name: `settings-${i}` }, data: { key: `value ${i}` } });
  return { method: 'POST' as const, path: '/api/v1/namespaces/default/configmaps', body };
}

function deployment(name: string, tag: string): object {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'bench' };
  const container = (of: string) => ({
    name: of,
    image: `registry.example.com/team/${of}:${tag}`,
    ports: [{ name: 'http', containerPort: 8080 }],
    env: [
      { name: 'LEVEL', value: 'info' },
      { name: 'HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
    ],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
    volumeMounts: [{ name: 'config', mountPath: '/etc/config' }],
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: { 'app.kubernetes.io/name': name } },
      template: {
        metadata: { labels },
        spec: {
          containers: [container('web'), container('proxy')],
          volumes: [{ name: 'config', configMap: { name: 'c' } }],
        },
      },
    },
  };
}
