import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { millrace, type Running } from '@millrace/e2e';
import { delay, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { freePort } from './scrape.ts';
import { milliseconds, percentile, printTable } from './table.ts';

const providers = 10;
const events = 10_000;
/** In milliseconds. */
const minute = 60_000;

/** What came to a provider, with how long it was under way. */
interface Arrivals {
  count: number;
  delays: number[];
}

/** 10,000 events in a minute to ten providers, one of which never answers: what arrives, when, and what it costs. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const cluster = millrace(['cluster', 'start', '--in-memory', '--data-dir', join(folder, 'cluster')]);
  const arrived: Arrivals[] = Array.from({ length: providers }, () => ({ count: 0, delays: [] }));
  const server = await listen(arrived);
  let controllers: Running | undefined;
  try {
    const kubeconfig = (await cluster.saw(/export KUBECONFIG=(\S+)/))[1]!;
    const port = await freePort();
    const at = ['--kubeconfig', kubeconfig, '--data-dir', join(folder, 'controllers')];
    const flags = ['--controllers', 'notification', '--install', '--events-addr', `127.0.0.1:${port}`];
    controllers = millrace(['controllers', 'run', ...at, ...flags]);
    await controllers.saw(/Starting manager/);
    const client = kubeClient(loadConnection({ path: kubeconfig }));
    await configure(client, (server.address() as AddressInfo).port);
    const before = await residentBytes(controllers);
    const sent = await send(port);
    const after = await residentBytes(controllers);
    // What was taken last is still under way, and nothing tells that no more will come.
    await delay(3000);
    const quick = arrived.slice(1);
    const delays = quick.flatMap(one => one.delays);
    printTable(
      ['what', 'value'],
      [
        ['events sent, and taken', `${sent.all}, ${sent.taken}`],
        [
          'notifications to nine that answer',
          `${quick.reduce((sum, one) => sum + one.count, 0)} of ${sent.taken * (providers - 1)}`,
        ],
        ['notifications begun to one that never answers', String(arrived[0]!.count)],
        [
          'from the event sent to the request there: median, 95th percentile',
          `${milliseconds(percentile(delays, 0.5))}, ${milliseconds(percentile(delays, 0.95))}`,
        ],
        ['resident memory before, after', `${megabytes(before)}, ${megabytes(after)}`],
      ],
    );
    await client.close();
  } finally {
    await controllers?.stop();
    await cluster.stop();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first provider is at a path that is never answered. */
async function listen(arrived: Arrivals[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    const one = arrived[Number(request.url?.slice(1))]!;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { message } = JSON.parse(Buffer.concat(parts).toString()) as { message: string };
    one.count++;
    one.delays.push(Date.now() - Number(message.split(' ')[1]));
    if (one !== arrived[0]) response.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function configure(client: KubeClient, port: number): Promise<void> {
  const apply = (kind: string, name: string, spec: object) =>
    client.apply(
      {
        apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
        kind,
        metadata: { name, namespace: 'default' },
        spec,
      } as never,
      { as: 'own', fieldManager: 'bench', force: true },
    );
  for (let i = 0; i < providers; i++) {
    await apply('Provider', `p${i}`, { type: 'generic', address: `http://127.0.0.1:${port}/${i}` });
    const eventSources = [{ kind: 'Kustomization', name: '*' }];
    await apply('Alert', `a${i}`, { providerRef: { name: `p${i}` }, eventSources });
  }
  // Alerts say nothing of having been seen by the watch.
  await delay(500);
}

async function send(port: number): Promise<{ all: number; taken: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const began = Date.now();
  let taken = 0;
  const answers: Promise<void>[] = [];
  for (let i = 0; i < events; i++) {
    const due = began + (i * minute) / events - Date.now();
    // The load is so many events a minute: this is its pace.
    if (due > 0) await delay(due);
    answers.push(post(agent, port, i).then(status => void (taken += status === 202 ? 1 : 0)));
  }
  await Promise.all(answers);
  agent.destroy();
  return { all: events, taken };
}

function post(agent: Agent, port: number, i: number): Promise<number> {
  const body = JSON.stringify({
    involvedObject: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: 'default',
      name: `ks-${i % 500}`,
    },
    severity: 'info',
    timestamp: new Date().toISOString(),
    message: `at ${Date.now()} number ${i}`,
    reason: 'Progressing',
    reportingController: 'bench',
  });
  return new Promise((resolve, reject) => {
    const asked = request({ agent, port, host: '127.0.0.1', method: 'POST' }, answer => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject).end(body);
  });
}

async function residentBytes({ process: { pid } }: Running): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
