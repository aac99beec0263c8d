import { customResourceDefinition, kustomization } from '@millrace/api';
import { type Cluster, startCluster } from '@millrace/cluster';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWeb, type Web } from './web.ts';

let cluster: Cluster;
let client: KubeClient;
let web: Web;
let base: string;
let cookie: string;

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  const own = { as: 'own', fieldManager: 'test' } as const;
  await client.apply(customResourceDefinition(kustomization), own);
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, own);
  await client.apply(
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'api', namespace: 'shop' },
      ...{ spec: { interval: '1h', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' } } },
    },
    own,
  );
  web = await startWeb({ client });
  base = `http://127.0.0.1:${web.port}`;
  const entered = await fetch(web.url, { redirect: 'manual' });
  cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
});

afterAll(async () => {
  await web?.stop();
  await client?.close();
  await cluster?.stop();
});

const api = { kind: 'Kustomization', namespace: 'shop', name: 'api' };
const ask = (path: string, init: RequestInit = {}) =>
  fetch(base + path, { redirect: 'manual', ...init, headers: { cookie, ...init.headers } });
const act = (body: unknown, headers: Record<string, string> = { 'x-millrace': '1' }) =>
  ask('/api/action', { method: 'POST', headers, body: JSON.stringify(body) });

describe('the door', () => {
  test('takes the token of the URL for a cookie, and out of the address', async () => {
    const { status, headers } = await fetch(`${base}/object/a/b/c?q=x&token=${web.url.split('=')[1]}`, {
      redirect: 'manual',
    });
    expect(status).toBe(303);
    expect(headers.get('location')).toBe('/object/a/b/c?q=x');
    expect(headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
  });

  test.each(['/', '/api/stream', '/api/object', '/assets/page.js'])(
    '%s is for nobody without it',
    async path => {
      expect((await fetch(base + path)).status).toBe(401);
      expect((await fetch(`${base}${path}?token=wrong`, { redirect: 'manual' })).status).toBe(401);
    },
  );

  test.each([
    ['Origin', 'https://evil.example.com'],
    ['Sec-Fetch-Site', 'cross-site'],
  ])('a request of another page is refused, by its %s', async (name, value) => {
    expect((await ask('/', { headers: { [name]: value } })).status).toBe(403);
  });

  test('a form of another page changes nothing', async () => {
    expect((await act({ verb: 'suspend', ...api }, {})).status).toBe(403);
  });

  test('the page may load only what comes from here', async () => {
    const policy = (await ask('/')).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'");
  });
});

describe('a file of the page', () => {
  test('is sent compressed to those who take it', async () => {
    const compressed = await ask('/assets/page.js', { headers: { 'accept-encoding': 'br, gzip;q=0.5' } });
    const plain = await ask('/assets/page.js', { headers: { 'accept-encoding': 'gzip;q=0' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await compressed.text()).toBe(await plain.text());
  });

  test('is not sent again to those who have it', async () => {
    const tag = (await ask('/assets/page.css')).headers.get('etag')!;
    expect((await ask('/assets/page.css', { headers: { 'if-none-match': `"x", W/${tag}` } })).status).toBe(
      304,
    );
    expect((await ask('/assets/page.css', { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    expect((await ask('/', { headers: { 'if-none-match': tag } })).status).toBe(200);
  });
});

test('the page says who looks, as the cluster knows them', async () => {
  const me = await (await ask('/api/me')).json();
  expect(me).toMatchObject({ user: 'kubernetes-admin', readOnly: false, canSignOut: false });
});

test.each(['PUT', 'DELETE', 'PATCH'])('%s is no way to ask', async method => {
  const answer = await ask('/api/object', { method, headers: { 'x-millrace': '1' } });
  expect(answer.status).toBe(405);
});

test('a page that is for looking only changes nothing', async () => {
  const quiet = await startWeb({ client, readOnly: true });
  const entered = await fetch(quiet.url, { redirect: 'manual' });
  const own = { cookie: entered.headers.get('set-cookie')!.split(';')[0]!, 'x-millrace': '1' };
  const address = `http://127.0.0.1:${quiet.port}/api`;
  const body = JSON.stringify({ verb: 'suspend', ...api });
  expect((await fetch(`${address}/action`, { method: 'POST', headers: own, body })).status).toBe(403);
  expect((await fetch(`${address}/action`, { headers: own })).status).toBe(404);
  expect(await (await fetch(`${address}/me`, { headers: own })).json()).toMatchObject({ readOnly: true });
  await quiet.stop();
});

describe('actions', () => {
  test('suspend as the command line does', async () => {
    expect((await act({ verb: 'suspend', ...api })).status).toBe(200);
    const ref = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', ...api };
    expect(await client.get(ref, { as: 'own' })).toMatchObject({ spec: { suspend: true } });
  });

  test.each([
    [{ verb: 'suspend', ...api, name: 'nobody' }, 404],
    [{ verb: 'suspend', ...api, kind: 'Secret' }, 400],
    [{ verb: 'delete', ...api }, 400],
    [null, 400],
    [{ verb: 'suspend', ...api, name: 7 }, 400],
  ])('%j is answered with %i', async (body, status) => {
    const answer = await act(body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/./) });
  });

  test('a request that is too long is refused', async () => {
    expect((await act({ verb: 'x'.repeat(100_000) })).status).toBe(400);
  });
});

test('an object tells what it is made from', async () => {
  const look = (await (await ask('/api/object?kind=Kustomization&namespace=shop&name=api')).json()) as never;
  expect(look).toMatchObject({ row: { key: 'Kustomization/shop/api', source: 'GitRepository/shop/fleet' } });
});

test('what changes is told as it changes', async () => {
  const leaving = new AbortController();
  const { body } = await ask('/api/stream', { signal: leaving.signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let seen = '';
  const until = async (words: string) => {
    while (!seen.includes(words)) seen += (await reader.read()).value ?? '';
  };
  await until('event: fleet');
  await act({ verb: 'resume', ...api });
  await until('event: changes');
  await until('"suspended":false');
  leaving.abort();
});
