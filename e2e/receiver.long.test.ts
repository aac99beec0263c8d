import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitRepository, Receiver } from '@millrace/api';
import { type GitServer, startGitServer } from '@millrace/cluster';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneOf } from './fleet.ts';
import { freePort } from './free-port.ts';
import { send } from './receivers/send.ts';
import { isReady, type System, startSystem } from './system.ts';

let system: System;
let git: GitServer;
let folder: string;
let port: number;
beforeAll(async () => {
  port = await freePort();
  folder = await mkdtemp(join(tmpdir(), 'millrace-receiver-'));
  [system, git] = await Promise.all([
    startSystem(['--controllers', 'notification,source', '--receiverAddr', `127.0.0.1:${port}`]),
    startGitServer({ root: folder }),
  ]);
});
afterAll(async () => {
  await system?.stop();
  await git?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a webhook of GitHub brings the new revision at once, and nothing else does', async () => {
  const { client, namespace } = system;
  const url = await git.createRepository('app', { defaultBranch: 'main' });
  const clone = await cloneOf(url);
  const first = await clone.push('one', { 'a.txt': 'one' });
  await system.source('app', git.readUrl('app'));
  const source = system.ref('GitRepository', 'app');
  const revision = (object?: GitRepository) => object?.status?.artifact?.revision ?? '';
  await system.until<GitRepository>(source, first, object => revision(object).endsWith(first));

  const token = 'correct-horse';
  const apply = (object: Parameters<typeof client.apply>[0]) =>
    client.apply(object, { as: 'own', fieldManager: 'e2e' });
  const metadata = { name: 'hook', namespace };
  await apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token } } as never);
  const resources = [{ kind: 'GitRepository', name: 'app' }];
  const spec = { type: 'github', events: ['push'], secretRef: { name: 'hook' }, resources };
  await apply({ apiVersion: 'notification.toolkit.fluxcd.io/v1', kind: 'Receiver', metadata, spec });
  const receiver = { apiVersion: 'notification.toolkit.fluxcd.io/v1', kind: 'Receiver', ...metadata };
  const { status } = await system.until<Receiver>(receiver, 'ready', isReady);

  const second = await clone.push('two', { 'a.txt': 'two' });
  const body = JSON.stringify({ ref: 'refs/heads/main', after: second });
  const headers = {
    'Content-Type': 'application/json',
    'X-GitHub-Event': 'push',
    'X-Hub-Signature-256': `sha256=${createHmac('sha256', token).update(body).digest('hex')}`,
  };
  const hook = status?.webhookPath ?? '';
  expect(await send(port, hook, { headers, body: `${body} ` })).toEqual({ status: 400, body: '' });
  expect(revision(await system.get<GitRepository>(source))).toContain(first);
  expect(await send(port, hook, { headers, body })).toEqual({ status: 200, body: '' });
  const woken = await system.until<GitRepository>(source, second, object =>
    revision(object).endsWith(second),
  );
  expect(woken.status?.lastHandledReconcileAt).toMatch(/ \+0000 UTC m=\+/);
});
