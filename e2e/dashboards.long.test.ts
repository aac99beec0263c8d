import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { configMap, isReady, readyOf, type System, startSystem } from './system.ts';

const queue = ['controller', 'name'];
const reconciler = ['controller', 'result'];
const duration = ['kind', 'name', 'namespace'];

/**
 * What the queries of the dashboards in github.com/fluxcd/flux2-monitoring-example ask controllers for: names, and labels that
 * they select or sum by. `namespace` and `pod` of the process are given by who scrapes; gotk_resource_info is made by
 * kube-state-metrics of statuses, and container_memory_working_set_bytes by the kubelet.
 */
const asked: [name: string, labels: string[]][] = [
  ['gotk_reconcile_duration_seconds_sum', duration],
  ['gotk_reconcile_duration_seconds_count', duration],
  ['go_info', ['version']],
  ['go_memstats_alloc_bytes', []],
  ['process_cpu_seconds_total', []],
  ['rest_client_requests_total', ['code', 'host', 'method']],
  ['workqueue_longest_running_processor_seconds', queue],
  ['workqueue_work_duration_seconds_count', queue],
  ['controller_runtime_reconcile_total', reconciler],
  ['controller_runtime_reconcile_time_seconds_bucket', ['controller', 'le']],
];

/** By what they tell the panels apart. */
const controllers = [
  ...['kustomization', 'gitrepository', 'ocirepository', 'helmrepository'],
  ...['bucket', 'helmrelease', 'helmchart'],
];

type Sample = { name: string; labels: Map<string, string> };

describe('the dashboards of Flux', () => {
  let system: System;
  let samples: Sample[];
  beforeAll(async () => {
    const port = await freePort();
    system = await startSystem(['--metrics-addr', `127.0.0.1:${port}`]);
    const { url, clone } = await system.repository('fleet');
    await clone.push('Start', { 'app/config.yaml': configMap('app', 'one', system.namespace) });
    await system.source('fleet', url);
    await system.kustomization('app', { path: './app' });
    await system.kustomization('bad', { path: './nowhere' });
    await system.until(system.ref('Kustomization', 'app'), 'ready', isReady);
    const failed = (object: KubeObject | undefined) => readyOf(object)?.status === 'False';
    await system.until(system.ref('Kustomization', 'bad'), 'failed', failed);
    samples = samplesIn(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  });
  afterAll(() => system?.stop());

  test.each(asked)('find %s, by %j', (name, labels) => {
    const found = samples.filter(sample => sample.name === name);
    expect(found.length).toBeGreaterThan(0);
    for (const sample of found)
      for (const label of labels) expect(sample.labels.has(label), label).toBe(true);
  });

  test.each(controllers)('find reconciles of %s by their result, from the start on', controller => {
    const own = samples.filter(
      ({ name, labels }) =>
        name === 'controller_runtime_reconcile_total' && labels.get('controller') === controller,
    );
    const results = own.map(({ labels }) => labels.get('result')).sort();
    expect(results).toEqual(['error', 'requeue', 'requeue_after', 'success']);
  });

  test('find how long each object took, by its own name', () => {
    const timed = samples.filter(({ name }) => name === 'gotk_reconcile_duration_seconds_count');
    const objects = timed.map(({ labels }) => `${labels.get('kind')}/${labels.get('name')}`);
    expect(objects).toEqual(
      expect.arrayContaining(['GitRepository/fleet', 'Kustomization/app', 'Kustomization/bad']),
    );
  });
});

/** The text format of Prometheus, without values. */
function samplesIn(text: string): Sample[] {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return lines.map(line => {
    const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)];
    return { name, labels: new Map(pairs.map(([, key = '', value = '']) => [key, value])) };
  });
}
