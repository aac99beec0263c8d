import { type Cluster, startCluster } from '@millrace/cluster';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogLines, LogSource } from '../model/log.ts';
import { startWeb, type Web } from './web.ts';

let cluster: Cluster;
let client: KubeClient;
let web: Web;
let cookie: string;

const own = { as: 'own', fieldManager: 'test' } as const;

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, own);
  web = await startWeb({ client });
  cookie = (await fetch(web.url, { redirect: 'manual' })).headers.get('set-cookie')!.split(';')[0]!;
});

afterAll(async () => {
  await web?.stop();
  await client?.close();
  await cluster?.stop();
});

function deployment(name: string, replicas: number, annotations: Record<string, string> = {}): KubeObject {
  const containers = [
    { name: 'main', image: 'api:1' },
    { name: 'side', image: 'proxy:1' },
  ];
  const template = { metadata: { labels: { app: name }, annotations }, spec: { containers } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { replicas, selector: { matchLabels: { app: name } }, template },
  };
}

/** What is told of a log, until the test is over. */
async function following(query: Record<string, string>) {
  const leaving = new AbortController();
  const path = `/api/logs?${new URLSearchParams({ namespace: 'shop', ...query })}`;
  const { body } = await fetch(`http://127.0.0.1:${web.port}${path}`, {
    headers: { cookie },
    signal: leaving.signal,
  });
  const lines: string[] = [];
  const sources = new Map<string, LogSource>();
  const seen: string[] = [];
  const take = (event: string, data: unknown) => {
    seen.push(event);
    if (event === 'lines')
      for (const one of data as LogLines[])
        for (const [, text] of one.lines) lines.push(`${one.source} ${text}`);
    if (event === 'source') sources.set((data as LogSource).key, data as LogSource);
    if (event === 'refused') lines.push((data as { why: string }).why);
  };
  const read = async () => {
    let rest = '';
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop()!;
      for (const part of parts) {
        const [event = '', data = 'null'] = part.split('\n').map(line => line.slice(line.indexOf(' ') + 1));
        take(event, JSON.parse(data));
      }
    }
  };
  read().catch(() => {});
  return { lines, sources: () => [...sources.values()], seen, leave: () => leaving.abort() };
}

test('all Pods of a workload are read together, and those that come later too', async () => {
  await client.apply(deployment('api', 2), own);
  const log = await following({ kind: 'Deployment.apps', name: 'api', container: 'main' });
  await expect.poll(() => log.lines.length).toBe(2);
  expect(log.lines[0]).toMatch(/^api-\S+\/main api:1 started/);
  await client.apply(deployment('api', 3), { ...own, force: true });
  await expect.poll(() => log.lines.length).toBe(3);
  expect(new Set(log.lines.map(line => line.split('/')[0])).size).toBe(3);
  const pod = log.lines[0]!.split('/')[0]!;
  await client.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: pod }, { as: 'own' });
  await expect.poll(() => log.sources().filter(({ state }) => state === 'ended')).toHaveLength(1);
  await expect.poll(() => log.lines.length).toBe(4);
  log.leave();
});

test('without a choice every container is read; what crashed shows what it said', async () => {
  await client.apply(deployment('broken', 1, { 'simulate.millrace.dev/failure': 'crash-loop' }), own);
  const log = await following({ kind: 'Deployment.apps', name: 'broken' });
  await expect
    .poll(() => log.lines.filter(line => /exited with status 1/.test(line)).length)
    .toBeGreaterThan(1);
  await expect
    .poll(() => log.sources().map(({ state, message }) => `${state} ${message}`))
    .toEqual([
      expect.stringMatching(/^ended CrashLoopBackOff: back-off/),
      expect.stringMatching(/^ended CrashLoopBackOff: back-off/),
    ]);
  log.leave();
  const before = await following({
    kind: 'Deployment.apps',
    name: 'broken',
    previous: '1',
    container: 'main',
  });
  await expect.poll(() => before.lines.at(-1)).toMatch(/main exited with status 1/);
  before.leave();
});

test('a container that has not started says why', async () => {
  await client.apply(deployment('absent', 1, { 'simulate.millrace.dev/failure': 'image-pull' }), own);
  const log = await following({ kind: 'Deployment.apps', name: 'absent', container: 'main' });
  await expect
    .poll(() => log.sources())
    .toMatchObject([{ state: 'waiting', message: expect.stringMatching(/has not started: (Err)?Image/) }]);
  log.leave();
});

test.each([
  [{ kind: 'Deployment.apps', name: 'nobody' }, /deployments.apps "nobody" not found/],
  [{ kind: 'Namespace.', name: 'shop', namespace: '_' }, /a Namespace runs no containers/],
  [{ kind: 'Nothing.example.com', name: 'x' }, /no kind Nothing/],
])('%j is refused in words', async (query, why) => {
  const log = await following(query);
  await expect.poll(() => log.lines).toEqual([expect.stringMatching(why)]);
  expect(log.seen).toContain('refused');
});

test('nobody follows more than their share', async () => {
  const query = { kind: 'Deployment.apps', name: 'api' };
  const all = await Promise.all(Array.from({ length: 25 }, () => following(query)));
  await expect.poll(() => all.filter(({ seen }) => seen.includes('still')).length).toBe(1);
  for (const one of all) one.leave();
  const next = await following(query);
  await expect.poll(() => next.seen).toContain('begun');
  next.leave();
});
