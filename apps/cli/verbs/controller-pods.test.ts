import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { controllerPods, linesOfPod } from './controller-pods.ts';
import type { Session } from './session.ts';

const resource = (name: string, kind: string) => ({
  resource: name,
  responseKind: { kind },
  scope: 'Namespaced',
  verbs: ['list'],
});
const groups = (name: string, resources: unknown[]) => ({
  kind: 'APIGroupDiscoveryList',
  items: [{ metadata: { name }, versions: [{ version: 'v1', resources }] }],
});
const pod = (name: string, phase: string, ready: boolean, containers = ['manager']) => ({
  metadata: { name, namespace: 'flux-system' },
  spec: { containers: containers.map(container => ({ name: container })) },
  status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

/** What a cluster with two controllers answers, by path. The embedded cluster has no logs: its Pods run nothing. */
const answers: Record<string, unknown> = {
  '/api': groups('', [resource('pods', 'Pod')]),
  '/apis': groups('apps', [resource('deployments', 'Deployment')]),
  '/apis/apps/v1/namespaces/flux-system/deployments': {
    items: ['source-controller', 'kustomize-controller'].map(name => ({
      metadata: { name },
      spec: { template: { metadata: { labels: { app: name } } } },
    })),
  },
  '/api/v1/namespaces/flux-system/pods?app=source-controller': {
    items: [pod('old', 'Running', false), pod('new', 'Running', true, ['manager', 'proxy'])],
  },
  '/api/v1/namespaces/flux-system/pods?app=kustomize-controller': { items: [pod('only', 'Pending', false)] },
};

let server: Server;
let client: KubeClient;
let asked: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://cluster');
    asked.push(request.url!);
    if (pathname.endsWith('/log')) return response.end('{"msg":"one"}\n{"msg":"two"}');
    const selector = pathname.endsWith('/pods') ? `?${searchParams.get('labelSelector')}` : '';
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify(answers[pathname + selector] ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const text = `{current-context: c, contexts: [{name: c, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}"}}]}`;
  asked = [];
  client = kubeClient(loadConnection({ text }));
});

afterAll(async () => {
  await client.close();
  server.close();
});

const session = () => ({ client, signal: new AbortController().signal }) as Session;

test('each controller has one Pod: the ready one, where there are several', async () => {
  const pods = await controllerPods(session(), 'flux-system');
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['new', 'only']);
});

test('its lines are those of the controller, as many as are asked for', async () => {
  const [first] = await controllerPods(session(), 'flux-system');
  asked = [];
  const options = { follow: true, tail: 5, since: Date.parse('2026-01-01T00:00:00.5Z') };
  expect(await Array.fromAsync(linesOfPod(session(), first!, options))).toEqual([
    '{"msg":"one"}',
    '{"msg":"two"}',
  ]);
  expect(asked).toEqual([
    '/api/v1/namespaces/flux-system/pods/new/log?follow=true&tailLines=5&sinceTime=2026-01-01T00%3A00%3A00Z&container=manager',
  ]);
});
