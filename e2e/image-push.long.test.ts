import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { ImageUpdateAutomation } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handOn } from './hand-on.ts';
import { deployment, imagesIn } from './images.ts';
import { type System, startSystem } from './system.ts';

const tls = {
  key: readFileSync(new URL('./tls/key.pem', import.meta.url), 'utf8'),
  cert: readFileSync(new URL('./tls/cert.pem', import.meta.url), 'utf8'),
};
const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;

/** Whoever may not come in by the way that is described cannot even read: a push shows that both ways are gone. */
describe('image automation pushes', () => {
  let system: System;
  let images: ReturnType<typeof imagesIn>;
  const servers: (Server | TlsServer)[] = [];

  beforeAll(async () => {
    system = await startSystem(['--controllers', 'image-automation']);
    images = imagesIn(system);
    await images.policy('app', 'v2');
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await system.stop();
  });

  const listen = async (server: Server | TlsServer) => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const secret = (name: string, stringData: Record<string, string>) => {
    const metadata = { name, namespace: system.namespace };
    const object = { apiVersion: 'v1', kind: 'Secret', metadata, stringData };
    return system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };
  /** A repository with a file that is marked, behind a door. @returns its URL, and what it is without the door */
  const behind = async (
    name: string,
    door: (to: (mayPass: (request: IncomingMessage) => number) => RequestListener) => Promise<string>,
  ) => {
    const { url, clone } = await system.repository(name);
    const file = deployment('registry.example/shop:v1').replace('NAMESPACE', system.namespace);
    await clone.push('Start', { 'shop.yaml': file });
    const { origin, username, password } = new URL(url);
    const login = basic(`${username}:${password}`);
    return { path: clone.path, at: `${await door(mayPass => handOn(origin, mayPass, login))}/${name}.git` };
  };
  const lets = (listener: RequestListener) => listen(createServer(listener));
  const expectPushed = async (name: string, path: string) => {
    const { status } = await images.pushed(name);
    const { stdout } = await promisify(execFile)('git', [
      '-C',
      path,
      'ls-remote',
      'origin',
      'refs/heads/main',
    ]);
    expect(stdout.split('\t')[0]).toBe(status!.lastPushCommit);
  };
  const refused = async (name: string, why: RegExp) => {
    const found = await system.until<ImageUpdateAutomation>(
      images.ref('ImageUpdateAutomation', name),
      'refused',
      object =>
        object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'False') ===
        true,
    );
    expect(found.status?.conditions?.find(({ type }) => type === 'Ready')?.message).toMatch(why);
    expect(found.status?.lastPushCommit).toBeUndefined();
  };

  test('by mutual TLS, to a server of an authority of its own', async () => {
    const { path, at } = await behind('mutual', async to => {
      const options = { ...tls, requestCert: true, rejectUnauthorized: true, ca: tls.cert };
      const server = createTlsServer(
        options,
        to(() => 200),
      );
      return `https://${await listen(server)}`;
    });
    await secret('pair', { 'ca.crt': tls.cert, 'tls.crt': tls.cert, 'tls.key': tls.key });
    await system.source('mutual', at, { secretRef: { name: 'pair' } });
    await images.automation('mutual', 'mutual');
    await expectPushed('mutual', path);
    await secret('authority', { 'ca.crt': tls.cert });
    await system.source('unshown', at, { secretRef: { name: 'authority' } });
    await images.automation('unshown', 'unshown');
    await refused('unshown', /^failed to checkout source: unable to /);
  });

  test('through a proxy that wants a password', async () => {
    const asked = new Set<string>();
    const { path, at } = await behind('proxied', async to => {
      const mayPass = ({ headers, url = '', method }: IncomingMessage) => {
        asked.add(`${method} ${new URL(url).pathname.split('/').at(-1)}`);
        return headers['proxy-authorization'] === basic('me:p@ss') ? 200 : 407;
      };
      const proxy = await lets(to(mayPass));
      await secret('proxy', { address: `http://${proxy}`, username: 'me', password: 'p@ss' });
      await secret('closed-proxy', { address: `http://${proxy}`, username: 'me', password: 'no' });
      return 'http://fleet.example';
    });
    await system.source('proxied', at, { proxySecretRef: { name: 'proxy' } });
    await images.automation('proxied', 'proxied');
    await expectPushed('proxied', path);
    expect([...asked]).toContain('POST git-receive-pack');
    await system.source('shut', at, { proxySecretRef: { name: 'closed-proxy' } });
    await images.automation('shut', 'shut');
    await refused('shut', /407/);
  });

  test('as a GitHub App', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const api = await lets((request, response) => {
      const isToken = request.url === '/api/v3/app/installations/7/access_tokens';
      const answer = { token: 'ghs_secret', expires_at: new Date(Date.now() + 3_600_000).toISOString() };
      response.writeHead(isToken ? 201 : 404).end(JSON.stringify(isToken ? answer : {}));
    });
    const mayPass = ({ headers }: IncomingMessage) =>
      headers.authorization === basic('x-access-token:ghs_secret') ? 200 : 401;
    const { path, at } = await behind('app', async to => `http://${await lets(to(mayPass))}`);
    const app = {
      githubAppID: '1',
      githubAppPrivateKey: privateKey,
      githubAppBaseURL: `http://${api}/api/v3`,
    };
    await secret('app', { ...app, githubAppInstallationID: '7' });
    await system.source('app', at, { provider: 'github', secretRef: { name: 'app' } });
    await images.automation('app', 'app');
    await expectPushed('app', path);
    await secret('other-app', { ...app, githubAppInstallationID: '8' });
    await system.source('other-app', at, { provider: 'github', secretRef: { name: 'other-app' } });
    await images.automation('other-app', 'other-app');
    await refused('other-app', /installations\/8|404|installation/);
  });
});
