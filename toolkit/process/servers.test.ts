import { createMetrics } from '@millrace/controller';
import { describe, expect, test } from 'vitest';
import { addressOf, FlagError, serveHealth, serveMetrics } from './index.ts';

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
