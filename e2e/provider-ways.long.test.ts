import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type SocksServer, startSocks } from '@millrace/http/testing';
import { delay, type KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { type System, startSystem } from './system.ts';

const tls = {
  key: readFileSync(new URL('./tls/key.pem', import.meta.url), 'utf8'),
  cert: readFileSync(new URL('./tls/cert.pem', import.meta.url), 'utf8'),
};
const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;

/** By which way a notification gets to its server. */
describe('a Provider', () => {
  let system: System;
  let eventsAt: string;
  /** Wants a certificate of its clients, which its own authority has signed. */
  let secure: string;
  let plain: string;
  /** Wants a password. */
  let proxy: string;
  let serial = 0;
  const servers: (Server | TlsServer)[] = [];
  let socks: SocksServer;
  /** What the proxy of SOCKS was asked for. */
  const asked: string[] = [];
  /** What has come: the path, and whether the client has shown who it is. */
  let heard: string[] = [];
  /** What the proxy was asked for; ways through it are kept open. */
  const passed: string[] = [];

  const listen = async (server: Server | TlsServer) => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  beforeAll(async () => {
    const hear: RequestListener = async (request, response) => {
      await request.toArray();
      const isKnown = request.socket instanceof TLSSocket && request.socket.authorized;
      heard.push(`${request.url}${isKnown ? ' known' : ''}`);
      response.writeHead(request.url?.includes('/statuses/') ? 201 : 200).end('{"version":"1.21.0"}');
    };
    const mutual = { ...tls, ca: tls.cert, requestCert: true, rejectUnauthorized: true };
    secure = await listen(createTlsServer(mutual, hear));
    plain = await listen(createServer(hear));
    proxy = await listen(
      createServer(async (request, response) => {
        const isKnown = request.headers['proxy-authorization'] === basic('me:p@ss');
        const { host, pathname } = new URL(request.url ?? '');
        passed.push(`${host}${isKnown ? '' : ' refused'}`);
        await request.toArray();
        if (isKnown) heard.push(pathname);
        response.writeHead(isKnown ? 200 : 407).end();
      }).on('connect', (request, client) => {
        const isKnown = request.headers['proxy-authorization'] === basic('me:p@ss');
        passed.push(`${request.url}${isKnown ? '' : ' refused'}`);
        if (!isKnown) return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        const [host = '', port] = (request.url ?? '').split(':');
        const through = connect(Number(port), host, () => {
          client.write('HTTP/1.1 200 OK\r\n\r\n');
          through.pipe(client).pipe(through);
        });
        for (const one of [client, through]) one.on('error', () => {});
        return undefined;
      }),
    );
    const port = await freePort();
    eventsAt = `http://127.0.0.1:${port}/`;
    system = await startSystem(['--controllers', 'notification', '--events-addr', `127.0.0.1:${port}`]);
    await secret('pair', { 'ca.crt': tls.cert, 'tls.crt': tls.cert, 'tls.key': tls.key });
    await secret('authority', { 'ca.crt': tls.cert });
    await secret('proxy', { address: `http://${proxy}`, username: 'me', password: 'p@ss' });
    await secret('closed-proxy', { address: `http://${proxy}`, username: 'me', password: 'no' });
    await secret('former-proxy', { proxy: `http://me:p%40ss@${proxy}` });
    await secret('token', { token: 'hush' });
    socks = await startSocks(asked, 'me p@ss');
    await secret('socks', { address: `socks5://127.0.0.1:${socks.port}`, username: 'me', password: 'p@ss' });
  }, 30_000);
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    socks.stop();
    await system.stop();
  });
  beforeEach(() => {
    heard = [];
  });

  const apply = (
    kind: string,
    name: string,
    more: object,
    version = 'notification.toolkit.fluxcd.io/v1beta3',
  ) => {
    const object = { apiVersion: version, kind, metadata: { name, namespace: system.namespace }, ...more };
    return system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const secret = (name: string, stringData: Record<string, string>) =>
    apply('Secret', name, { stringData }, 'v1');
  /** Sends one event by a Provider of its own. */
  const tell = async (spec: { type: string; [field: string]: unknown }) => {
    const name = `way-${serial++}`;
    await apply('Provider', name, { spec });
    await apply('Alert', name, {
      spec: { providerRef: { name }, eventSources: [{ kind: 'GitRepository', name }] },
    });
    const revision = `main@sha1:${'a'.repeat(40)}`;
    const event = {
      involvedObject: {
        kind: 'GitRepository',
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        namespace: system.namespace,
        name,
        uid: 'a',
      },
      severity: 'info',
      timestamp: '2026-01-02T03:04:05Z',
      message: `of ${name}`,
      reason: 'Succeeded',
      reportingController: 'source-controller',
      metadata: {
        'source.toolkit.fluxcd.io/revision': revision,
        // Told to those who set statuses of commits, and to nobody else.
        ...(spec.type === 'gitea' ? { 'source.toolkit.fluxcd.io/commit_status': 'update' } : {}),
      },
    };
    // The watch of Alerts may be a moment behind.
    await delay(300);
    await fetch(eventsAt, { method: 'POST', body: JSON.stringify(event) });
  };
  const at = (host: string, path = '/hook') => `${host === plain ? 'http' : 'https'}://${host}${path}`;

  const types: [string, string, object, string][] = [
    ['generic', '/hook', {}, '/hook'],
    ['rocket', '/hooks/a', { channel: 'general', username: 'me' }, '/hooks/a'],
    [
      'gitea',
      '/org/fleet',
      { secretRef: { name: 'token' } },
      `/api/v1/repos/org/fleet/statuses/${'a'.repeat(40)}`,
    ],
  ];

  test.each(types)(
    'of the type %s gets to a server of another authority that wants to know it',
    async (type, path, more, expected) => {
      await tell({ type, address: at(secure, path), certSecretRef: { name: 'pair' }, ...more });
      await expect.poll(() => heard, { timeout: 10_000 }).toContain(`${expected} known`);
    },
  );

  test.each(types)(
    'of the type %s gets to it through a proxy that wants a password',
    async (type, path, more, expected) => {
      const ways = { certSecretRef: { name: 'pair' }, proxySecretRef: { name: 'proxy' } };
      await tell({ type, address: at(secure, path), ...ways, ...more });
      await expect.poll(() => heard, { timeout: 10_000 }).toContain(`${expected} known`);
      expect(passed).toContain(secure);
    },
  );

  test('gets to it through a proxy of SOCKS 5', async () => {
    const ways = { certSecretRef: { name: 'pair' }, proxySecretRef: { name: 'socks' } };
    await tell({ type: 'generic', address: at(secure), ...ways });
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('/hook known');
    expect(asked).toEqual([`me p@ss ${secure}`]);
  });

  test('goes by the proxy of its Secret, as was said before spec.proxySecretRef, and by that of its spec', async () => {
    await tell({ type: 'generic', address: at(plain), secretRef: { name: 'former-proxy' } });
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('/hook');
    expect(passed.filter(host => host === plain)).toHaveLength(1);
    await tell({ type: 'generic', address: at(plain, '/spec'), proxy: `http://me:p%40ss@${proxy}` });
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('/spec');
    expect(passed.filter(host => host === plain)).toHaveLength(2);
  });

  test.each([
    ['that does not show who it is', { certSecretRef: { name: 'authority' } }],
    ['of an authority that it does not know', {}],
    ['whose Secret is not there', { certSecretRef: { name: 'nowhere' } }],
    [
      'whose Secret of the proxy is not there',
      { certSecretRef: { name: 'pair' }, proxySecretRef: { name: 'nowhere' } },
    ],
    [
      'whose password the proxy does not take',
      { certSecretRef: { name: 'pair' }, proxySecretRef: { name: 'closed-proxy' } },
    ],
  ])('%s tells nobody', async (_, ways) => {
    await tell({ type: 'generic', address: at(secure), ...ways });
    await expect.poll(() => system.controllers.output(), { timeout: 10_000 }).toContain(`way-${serial - 1}`);
    await delay(300);
    expect(heard).toEqual([]);
  });
});
