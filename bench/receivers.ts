import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitRepository, Receiver } from '@millrace/api';
import { type GitServer, startGitServer } from '@millrace/cluster';
import { cloneOf, millrace, type Running } from '@millrace/e2e';
import { delay, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { freePort } from './scrape.ts';
import { milliseconds, percentile, printTable } from './table.ts';

const sources = 20;
const webhooks = 100;
const forged = 2000;
const token = 'correct-horse';
const body = JSON.stringify({ ref: 'refs/heads/main', commits: [] });
const signature = `sha256=${createHmac('sha256', token).update(body).digest('hex')}`;

/** From the webhook sent to the fetch begun, as a Git server sees it; and what forged webhooks cost. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const fetches = new Map<string, (at: number) => void>();
  const git = await startGitServer({
    root: join(folder, 'git'),
    authenticate({ repository, service }) {
      if (service === 'upload-pack') fetches.get(repository.replace(/\.git$/, ''))?.(performance.now());
      return true;
    },
  });
  const cluster = millrace(['cluster', 'start', '--in-memory', '--data-dir', join(folder, 'cluster')]);
  let controllers: Running | undefined;
  try {
    const kubeconfig = (await cluster.saw(/export KUBECONFIG=(\S+)/))[1]!;
    const port = await freePort();
    const at = ['--kubeconfig', kubeconfig, '--data-dir', join(folder, 'controllers')];
    const flags = [
      '--controllers',
      'notification,source',
      '--install',
      '--receiverAddr',
      `127.0.0.1:${port}`,
    ];
    controllers = millrace(['controllers', 'run', ...at, ...flags]);
    await controllers.saw(/Starting manager/);
    const client = kubeClient(loadConnection({ path: kubeconfig }));
    const hooks = await configure(client, git);
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    /** Until the fetch of the source has begun. */
    const begun = (name: string) => new Promise<number>(resolve => fetches.set(name, resolve));
    const single: number[] = [];
    for (let i = 0; i < webhooks; i++) {
      const name = `s${i % sources}`;
      const fetched = begun(name);
      const sent = performance.now();
      await post(agent, port, hooks.get(name)!, signature);
      single.push((await fetched) - sent);
      fetches.delete(name);
      await delay(20);
    }
    await delay(1000);
    const all = Promise.all(Array.from({ length: sources }, (_, i) => begun(`s${i}`)));
    const sent = performance.now();
    await post(agent, port, hooks.get('all')!, signature);
    const many = (await all).map(fetched => fetched - sent);
    const started = performance.now();
    const tries = Array.from({ length: forged }, () => post(agent, port, hooks.get('s0')!, 'sha256=00'));
    const refused = (await Promise.all(tries)).filter(status => status === 400).length;
    const perSecond = forged / ((performance.now() - started) / 1000);
    const row = (what: string, samples: number[]) => [
      what,
      String(samples.length),
      milliseconds(percentile(samples, 0.5)),
      milliseconds(percentile(samples, 0.95)),
    ];
    printTable(
      ['what', 'samples', 'median', '95th percentile'],
      [row('webhook sent to fetch begun', single), row(`one webhook sent to ${sources} fetches begun`, many)],
    );
    console.log(`\n${refused} of ${forged} forged webhooks refused, ${perSecond.toFixed(0)} a second`);
    agent.destroy();
    await client.close();
  } finally {
    await controllers?.stop();
    await Promise.all([cluster.stop(), git.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

const group = 'toolkit.fluxcd.io/v1';
const namespace = 'default';

/** Sources, each with a Receiver, and one Receiver for all of them. Returns the paths. */
async function configure(client: KubeClient, git: GitServer): Promise<Map<string, string>> {
  const apply = (apiVersion: string, kind: string, name: string, more: object) =>
    client.apply(
      { apiVersion, kind, metadata: { name, namespace, labels: { app: 'bench' } }, ...more },
      { as: 'own', fieldManager: 'bench' },
    );
  await apply('v1', 'Secret', 'token', { stringData: { token } });
  for (let i = 0; i < sources; i++) {
    const name = `s${i}`;
    await (await cloneOf(await git.createRepository(name))).push('first', { 'a.txt': name });
    const spec = { url: git.readUrl(name), interval: '1h', ref: { branch: 'main' } };
    await apply(`source.${group}`, 'GitRepository', name, { spec });
    await listen(name, [{ kind: 'GitRepository', name }]);
  }
  await listen('all', [{ kind: 'GitRepository', name: '*', matchLabels: { app: 'bench' } }]);
  const hooks = new Map<string, string>();
  while (hooks.size <= sources) {
    const list = { namespace, as: 'own' } as const;
    const found = await client.listAll<Receiver>(`notification.${group}`, 'Receiver', list);
    const ready = await client.listAll<GitRepository>(`source.${group}`, 'GitRepository', list);
    if (ready.items.every(({ status }) => status?.artifact))
      for (const { metadata, status } of found.items)
        if (status?.webhookPath) hooks.set(metadata.name, status.webhookPath);
    await delay(100);
  }
  return hooks;

  function listen(name: string, resources: object[]) {
    const spec = { type: 'github', secretRef: { name: 'token' }, resources };
    return apply(`notification.${group}`, 'Receiver', name, { spec });
  }
}

function post(agent: Agent, port: number, path: string, signed: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signed };
  return new Promise((resolve, reject) => {
    const asked = request({ agent, port, path, host: '127.0.0.1', method: 'POST', headers }, answer => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject).end(body);
  });
}
