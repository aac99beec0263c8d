import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Receiver } from '@millrace/api';
import type { AuditEntry } from '@millrace/controller';
import type { KubeObject } from '@millrace/kube';
import { type Event, parseEvent } from '@millrace/notifications';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Folders, startFolders } from './folders.ts';
import { freePort } from './free-port.ts';
import type { System } from './system.ts';
import { configMap, readyOf } from './system.ts';

const apiVersion = 'notification.toolkit.fluxcd.io/v1beta3';
const receiverVersion = 'notification.toolkit.fluxcd.io/v1';
const patience = { timeout: 30_000 };

interface Caught {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  event: Event;
}

/** Events of the controllers and of others, told to real servers (notification-controller, docs/spec/v1beta3). */
describe('notifications', () => {
  let folders: Folders;
  let system: System;
  let server: Server;
  const caught: Caught[] = [];
  let eventsAt = '';
  let hooksAt = '';
  let auditLog = '';

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts).toString();
      const path = request.url ?? '';
      caught.push({ path, headers: request.headers, body, event: parseEvent(body) });
      if (path === '/stalls') return;
      response.writeHead(path === '/refuses' ? 403 : 200).end(`no, ${request.headers['x-key']}`);
    }).listen(0, '127.0.0.1');
    const port = await freePort();
    eventsAt = `http://127.0.0.1:${port}/`;
    auditLog = join(process.env.TMPDIR ?? '/tmp', `millrace-audit-${process.pid}.jsonl`);
    const hooks = await freePort();
    hooksAt = `http://127.0.0.1:${hooks}`;
    const flags = [
      '--events-addr',
      `127.0.0.1:${port}`,
      '--receiverAddr',
      `127.0.0.1:${hooks}`,
      '--rate-limit-interval',
      '1m',
      '--audit-log',
      auditLog,
    ];
    folders = await startFolders(flags);
    system = folders.system;
  });
  afterAll(async () => {
    await system.stop();
    server.close();
    server.closeAllConnections();
  });

  const apply = (kind: string, name: string, more: object, version = apiVersion) => {
    const metadata = { name, namespace: system.namespace };
    const object = { apiVersion: version, kind, metadata, ...more } as KubeObject;
    return system.client.apply(object, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const provider = (name: string, path: string, spec = {}) =>
    apply('Provider', name, {
      spec: {
        type: 'generic',
        address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
        ...spec,
      },
    });
  const alert = (name: string, spec: object) =>
    apply('Alert', name, { spec: { eventSources: [{ kind: 'Kustomization', name: '*' }], ...spec } });
  const at = (path: string, of: string) =>
    caught.filter(one => one.path === path && one.event.involvedObject.name === of);
  /** The notification of an event, once it has come. A first look may have been before the commit arrived. */
  const told = (path: string, of: string, reason: string) =>
    vi.waitFor(() => {
      const found = at(path, of).find(({ event }) => event.reason === reason);
      expect(found).toBeDefined();
      return found!;
    }, patience);
  const post = (body: string) => fetch(eventsAt, { method: 'POST', body });
  const foreign = (name: string, message: string, more: Partial<Event> = {}) =>
    JSON.stringify({
      involvedObject: {
        kind: 'Canary',
        apiVersion: 'flagger.app/v1beta1',
        namespace: system.namespace,
        name,
      },
      severity: 'info',
      timestamp: '2026-01-02T03:04:05Z',
      message,
      reason: 'Synced',
      reportingController: 'flagger',
      ...more,
    });

  test('tell of what a commit has changed, signed and with metadata', async () => {
    await apply('Secret', 'key', { stringData: { token: 'hush', headers: 'x-key: own' } }, 'v1');
    await provider('signed', '/signed', { type: 'generic-hmac', secretRef: { name: 'key' } });
    await alert('signed', { providerRef: { name: 'signed' }, eventMetadata: { cluster: 'test' } });
    await folders.start('told', { 'a.yaml': configMap('told', '1') });
    const changed = await told('/signed', 'told', 'Progressing');
    const finished = await told('/signed', 'told', 'ReconciliationSucceeded');
    expect(changed.event.message).toBe(`ConfigMap/${system.namespace}/told created`);
    expect(changed.event.metadata).toEqual({
      cluster: 'test',
      revision: expect.stringMatching(/^main@sha1:[0-9a-f]{40}$/),
    });
    expect(finished.event.severity).toBe('info');
    const mac = createHmac('sha256', 'hush').update(changed.body).digest('hex');
    expect(changed.headers).toMatchObject({
      'x-signature': `sha256=${mac}`,
      'x-key': 'own',
      'gotk-component': 'kustomize-controller',
    });
  });

  test('are taken from others, each once', async () => {
    await alert('canaries', {
      providerRef: { name: 'signed' },
      eventSources: [{ kind: 'Kustomization', name: 'canary' }],
    });
    const kustomization = {
      kind: 'Kustomization',
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      namespace: system.namespace,
      name: 'canary',
    };
    const sent = foreign('x', 'promoted', { involvedObject: kustomization });
    const first = await post(sent);
    expect([first.status, await first.text(), first.headers.get('x-ratelimit-limit')]).toEqual([
      202,
      '',
      '1',
    ]);
    const second = await post(sent);
    expect([second.status, await second.text()]).toEqual([429, 'Too Many Requests\n']);
    expect(Date.parse(second.headers.get('retry-after')!)).toBeGreaterThan(Date.now());
    // Two alerts: that of all Kustomizations too.
    await vi.waitFor(() => expect(at('/signed', 'canary')).toHaveLength(2), patience);
    expect((await post(foreign('nobody', 'asks'))).status).toBe(202);
  });

  test.each([
    ['no JSON', 'x', 400],
    ['no object', '[]', 400],
    ['a field of another type', '{"message": 1}', 400],
    ['more than 3 MiB', ' '.repeat(3 * 2 ** 20 + 1), 413],
  ])('of %s are refused', async (_, body, status) => {
    expect((await post(body)).status).toBe(status);
  });

  test('by labels, with exclusions, and not when suspended', async () => {
    await provider('picky', '/picky');
    const base = { providerRef: { name: 'picky' } };
    const labelled = { kind: 'Kustomization', name: '*', matchLabels: { team: 'a' } };
    await alert('labelled', {
      ...base,
      eventSources: [labelled],
      exclusionList: ['^Reconciliation finished'],
    });
    await alert('resting', { ...base, suspend: true });
    await folders.start('unlabelled', { 'a.yaml': configMap('unlabelled', '1') });
    await folders.settled('unlabelled');
    const ref = system.ref('Kustomization', 'unlabelled');
    await system.client.patch(ref, 'merge', { metadata: { labels: { team: 'a' } } }, { as: 'own' });
    await folders.put('unlabelled', { 'a.yaml': configMap('unlabelled', '2') });
    await vi.waitFor(() => expect(at('/picky', 'unlabelled')).toHaveLength(1), patience);
    expect(at('/picky', 'unlabelled')[0]!.event.message).toMatch(/configured$/);
  });

  test('of one provider that stalls hold up no other, and what is refused is told on the Alert', async () => {
    await apply('Secret', 'hidden', { stringData: { headers: 'x-key: hush-hush' } }, 'v1');
    await provider('stalls', '/stalls', { timeout: '60s' });
    await provider('refuses', '/refuses', { secretRef: { name: 'hidden' } });
    const eventSources = [{ kind: 'Kustomization', name: 'busy' }];
    await alert('stalls', { providerRef: { name: 'stalls' }, eventSources });
    await alert('refuses', { providerRef: { name: 'refuses' }, eventSources });
    await alert('absent', { providerRef: { name: 'absent' }, eventSources });
    await folders.start('busy', { 'a.yaml': configMap('busy', '1') });
    await vi.waitFor(() => expect(at('/stalls', 'busy')).not.toHaveLength(0), patience);
    await told('/signed', 'busy', 'ReconciliationSucceeded');
    const warnings = await events('refuses');
    expect(warnings[0]).toMatchObject({ type: 'Warning', reason: 'NotificationDispatchFailed' });
    expect(warnings[0]!.message).toMatch(/^failed to send notification for Kustomization\/.*: .*answers 403/);
    expect(JSON.stringify(warnings)).not.toContain('hush-hush');
    expect((await events('absent'))[0]!.message).toMatch(/failed to read provider: .*"absent" not found$/);
  });

  test('stand beside a log of every change, with the revision that it came of', async () => {
    const secret = (value: string) =>
      `apiVersion: v1\nkind: Secret\nmetadata:\n  name: logged\nstringData:\n  word: ${value}\n`;
    await folders.start('logged', { 'a.yaml': configMap('logged', '1'), 'b.yaml': secret('hush-one') });
    await folders.settled('logged');
    const commit = await folders.put('logged', {
      'a.yaml': configMap('logged', '2'),
      'b.yaml': secret('hush-two'),
    });
    await folders.settled('logged');
    const text = await readFile(auditLog, 'utf8');
    const of = (kind: string) =>
      entriesIn(text)
        .filter(({ object }) => object.kind === kind && object.name === 'logged')
        .map(({ time, ...rest }) => rest);
    const by = { kind: 'Kustomization', name: 'logged', namespace: system.namespace };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: system.namespace, name: 'logged' };
    expect(of('ConfigMap')).toEqual([
      { by: { ...by, revision: expect.any(String) }, action: 'created', object },
      {
        by: { ...by, revision: `main@sha1:${commit}` },
        action: 'changed',
        object,
        fields: [{ path: 'data.value', before: '1', after: '2' }],
      },
    ]);
    expect(of('Secret')[1]!.fields).toEqual([{ path: 'data.word', before: '***', after: '***' }]);
    expect(text).not.toContain('hush');
    expect(text).not.toContain(Buffer.from('hush-one').toString('base64'));
  });

  test('stand beside a log of what a webhook has woken, with the Receiver that it was for', async () => {
    await apply('Secret', 'hook', { stringData: { token: 'hush' } }, 'v1');
    const resources = [{ kind: 'GitRepository', name: 'fleet' }];
    const spec = { type: 'generic', secretRef: { name: 'hook' }, resources };
    await apply('Receiver', 'hook', { spec }, receiverVersion);
    const { status } = await system.until<Receiver>(
      { apiVersion: receiverVersion, kind: 'Receiver', namespace: system.namespace, name: 'hook' },
      'ready',
      receiver => receiver?.status?.webhookPath !== undefined && readyOf(receiver)?.status === 'True',
    );
    expect((await fetch(hooksAt + status!.webhookPath, { method: 'POST' })).status).toBe(200);
    const by = { kind: 'Receiver', name: 'hook', namespace: system.namespace };
    await vi.waitFor(async () => {
      const woken = entriesIn(await readFile(auditLog, 'utf8')).filter(
        entry => entry.by?.kind === 'Receiver',
      );
      const object = { kind: 'GitRepository', name: 'fleet' };
      expect(woken).toMatchObject([{ by, action: 'changed', object }]);
    }, patience);
  });

  const entriesIn = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as AuditEntry);

  /** What is told on an Alert, once there is something. */
  async function events(name: string) {
    const selection = {
      namespace: system.namespace,
      fieldSelector: `involvedObject.name=${name},involvedObject.kind=Alert`,
    };
    return vi.waitFor(async () => {
      const { items } = await system.client.listAll<
        KubeObject & { type: string; reason: string; message: string }
      >('v1', 'Event', { ...selection, as: 'own' });
      expect(items).not.toHaveLength(0);
      return items;
    }, patience);
  }
});
