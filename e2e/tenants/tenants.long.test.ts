import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { names } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../free-port.ts';
import { send } from '../receivers/send.ts';
import { isReady, readyOf } from '../system.ts';
import { startTenants, type Tenants } from './tenants.ts';

describe('a tenant', () => {
  let tenants: Tenants;
  let sink: Server;
  let port: number;
  const messages: string[] = [];
  beforeAll(async () => {
    port = await freePort();
    sink = createServer(async (request, response) => {
      messages.push((await request.toArray()).join(''));
      response.end();
    });
    await new Promise<void>(resolve => sink.listen(0, '127.0.0.1', resolve));
    tenants = await startTenants(['--receiverAddr', `127.0.0.1:${port}`]);
  }, 60_000);
  afterAll(async () => {
    sink?.close();
    await tenants?.system.stop();
  });
  const notification = 'notification.toolkit.fluxcd.io';
  const own = (kind: string, apiVersion: string, name: string, more: Record<string, unknown>) =>
    tenants.apply({ apiVersion, kind, metadata: { name, namespace: tenants.tenant }, ...more } as KubeObject);
  const fleetOf = (namespace: string) => ({
    ...{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', namespace, name: 'fleet' },
  });

  test('hears of its own events and of no others', async () => {
    const { tenant, victim, system } = tenants;
    const { port: at } = sink.address() as AddressInfo;
    await own('Provider', `${notification}/v1beta3`, 'sink', {
      spec: { type: 'generic', address: `http://127.0.0.1:${at}/` },
    });
    const eventSources = [tenant, victim].map(namespace => ({ kind: 'GitRepository', name: '*', namespace }));
    await own('Alert', `${notification}/v1beta3`, 'all', {
      spec: { providerRef: { name: 'sink' }, eventSources },
    });
    for (const namespace of [victim, tenant]) {
      // A source that fails has something to tell.
      const spec = { interval: '1h', url: 'http://127.0.0.1:1/none.git' };
      const metadata = { name: 'failing', namespace };
      const { apiVersion, kind } = fleetOf(namespace);
      await tenants.apply({ apiVersion, kind, metadata, spec } as KubeObject);
      await system.until(
        { ...fleetOf(namespace), name: 'failing' },
        'not ready',
        object => readyOf(object)?.status === 'False',
      );
    }
    await vi.waitFor(() => expect(messages.join()).toContain(`"namespace":"${tenant}"`), 20_000);
    expect(messages.join()).not.toContain(victim);
  });

  test('asks for no reconcile of what is another’s', async () => {
    const { tenant, victim, system } = tenants;
    await own('Secret', 'v1', 'hook', { stringData: { token: 'x' } });
    await own('Receiver', `${notification}/v1`, 'hook', {
      spec: {
        ...{ type: 'generic', secretRef: { name: 'hook' } },
        resources: [{ kind: 'GitRepository', name: 'fleet', namespace: victim }],
      },
    });
    const ref = { apiVersion: `${notification}/v1`, kind: 'Receiver', namespace: tenant, name: 'hook' };
    const receiver = await system.until(ref, 'ready', isReady);
    const { webhookPath } = receiver.status as { webhookPath: string };
    expect((await send(port, webhookPath, { headers: {}, body: '{}' })).status).not.toBe(200);
    const fleet = await system.get(fleetOf(victim));
    expect(fleet?.metadata.annotations?.[names.requestedAt]).toBeUndefined();
  });
});
