import { createMetrics } from '@millrace/controller';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addressOf, FlagError, type Served, serveHealth, serveMetrics } from './index.ts';

describe('an address', () => {
  test.each([
    [':8080', { port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:9440', { host: '::1', port: 9440 }],
    ['0', undefined],
  ])('%s', (text, address) => expect(addressOf(text, 'metrics-addr')).toEqual(address));

  test.each(['', '8080', 'a:b', ':', ':99999', '1.2.3.4:-1'])('%j is none', text => {
    expect(() => addressOf(text, 'metrics-addr')).toThrow(FlagError);
  });
});

test('/readyz tells what is missing, /healthz that the process lives', async () => {
  let missing: string | undefined = 'the controllers are starting';
  const server = await serveHealth({ host: '127.0.0.1', port: 0 }, () => missing);
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  expect(await get('/readyz')).toBe('500 the controllers are starting');
  expect(await get('/healthz')).toBe('200 ok');
  missing = undefined;
  expect(await get('/readyz')).toBe('200 ok');
  expect(await get('/other')).toBe('404 ');
  await server.close();
});

describe('profiles', () => {
  let server: Served;
  beforeAll(async () => {
    server = await serveMetrics({ host: '127.0.0.1', port: 0 }, createMetrics());
  });
  afterAll(() => server.close());
  const get = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${server.port}${path}`, init);

  test('tell what the process computes, and what it allocates, by function', async () => {
    const cpu = (await (await get('/debug/profile?seconds=1')).json()) as { nodes: unknown[] };
    expect(cpu.nodes.length).toBeGreaterThan(0);
    const heap = (await (await get('/debug/profile/heap?seconds=1')).json()) as { head: unknown };
    expect(heap.head).toBeDefined();
  });

  test('are taken one at a time, and end when nobody wants them any more', async () => {
    const stop = new AbortController();
    const long = get('/debug/profile?seconds=100', { signal: stop.signal });
    await vi.waitFor(async () => expect((await get('/debug/profile?seconds=1')).status).toBe(503));
    stop.abort();
    await expect(long).rejects.toThrow();
    await vi.waitFor(async () => expect((await get('/debug/profile/heap?seconds=1')).status).toBe(200), 5000);
  });

  test.each(['0', '121', '-1', '1e2', '', 'all'])('for %j seconds are refused', async seconds => {
    expect((await get(`/debug/profile?seconds=${seconds}`)).status).toBe(400);
  });

  test.each(['/debug/pprof/', '/debug/profilex', '/debug/profile/snapshot'])('%s is none', async path => {
    expect((await get(path)).status).toBe(404);
  });
});

test('metrics of a controller show from its start on, with the names that dashboards ask for', async () => {
  const metrics = createMetrics();
  metrics.ofController('kustomization', 4).began(0.5)('success', false);
  const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, metrics);
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  await server.close();
  for (const line of [
    'controller_runtime_reconcile_total{controller="kustomization",result="success"} 1',
    'controller_runtime_reconcile_total{controller="kustomization",result="error"} 0',
    'controller_runtime_max_concurrent_reconciles{controller="kustomization"} 4',
    'workqueue_adds_total{controller="kustomization",name="kustomization"} 0',
    'workqueue_work_duration_seconds_count{controller="kustomization",name="kustomization"} 1',
  ])
    expect(text).toContain(line);
});
