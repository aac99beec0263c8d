import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ImageUpdateAutomation } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gitHttpBackend } from './git-http-backend.ts';
import { deployment, imagesIn } from './images.ts';
import { readyOf, type System, startSystem } from './system.ts';

const codeCommit = 'git-codecommit.eu-west-1.amazonaws.com';
const hosts = ['login.microsoftonline.com', 'sts.eu-west-1.amazonaws.com', 'dev.azure.com', codeCommit];
const repositories: Record<string, string> = {
  'dev.azure.com': '/org/project/_git/fleet',
  [codeCommit]: '/v1/repos/fleet',
};

const entraToken = 'token of Entra';
/** Who may push to CodeCommit. */
const writer = { id: 'ASIAWRITER', secret: 'secret of the writer', session: 'session+of/the/writer=' };

/**
 * A server of this machine in the place of Microsoft's and Amazon's, by their names, behind a proxy; repositories are
 * served by git itself, to whom the documentation of the hosts says.
 */
describe('image automation pushes with the identity that it has at', () => {
  let system: System;
  let images: ReturnType<typeof imagesIn>;
  let folder: string;
  let ca: string;
  let proxy: string;
  const servers: (Server | TlsServer)[] = [];
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-clouds-'));
    const { cert, key } = certificatesIn(folder);
    ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
    const world = createTlsServer({ cert, key }, (request, response) => void answer(request, response));
    const there = await listen(world);
    const tunnel = createServer().on('connect', (_, client: Socket) => {
      const through = connect(there, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(client).pipe(through);
      });
      for (const socket of [client, through]) {
        sockets.add(socket);
        socket.on('error', () => {});
      }
    });
    proxy = `http://127.0.0.1:${await listen(tunnel)}`;
    system = await startSystem(
      ['--controllers', 'image-automation', '--feature-gates', 'ObjectLevelWorkloadIdentity=true'],
      {
        env: {
          HTTPS_PROXY: proxy,
          NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt'),
          AZURE_TENANT_ID: 'fleet',
          AZURE_CLIENT_ID: 'controller',
          AZURE_CLIENT_SECRET: 'secret of the controller',
        },
      },
    );
    images = imagesIn(system);
    await images.policy('app', 'v2');
    await apply({ kind: 'Secret', metadata: metadata('proxy'), stringData: { address: proxy } });
    await apply({ kind: 'Secret', metadata: metadata('authority'), stringData: { 'ca.crt': ca } });
  });
  afterAll(async () => {
    await system.stop();
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const listen = async (server: Server | TlsServer) => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };
  const metadata = (name: string) => ({ name, namespace: system.namespace });
  const apply = (object: object) =>
    system.client.apply({ apiVersion: 'v1', ...object } as KubeObject, {
      as: 'own',
      fieldManager: 'e2e',
      force: true,
    });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host ?? '';
    const at = repositories[host];
    if (at === undefined) {
      const token = tokenFor(host, new URLSearchParams(await text(request)));
      return void response.writeHead(token ? 200 : 404).end(token);
    }
    const [path = ''] = (request.url ?? '').split('?');
    const { authorization = '' } = request.headers;
    const mayEnter =
      host === codeCommit ? isSigned(authorization, at) : authorization === `Bearer ${entraToken}`;
    if (!mayEnter || !path.startsWith(`${at}/`)) return void response.writeHead(401).end();
    return gitHttpBackend(folder, request, response, `/${host}.git${path.slice(at.length)}`);
  }

  /** A repository as one of the hosts has it, with a file that is marked. */
  function repositoryOf(host: string): string {
    const bare = join(folder, `${host}.git`);
    const work = join(folder, `${host}-work`);
    const run = (cwd: string, ...args: string[]) =>
      execFileSync('git', ['-C', cwd, ...args], { encoding: 'utf8' }).trim();
    run(folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare);
    run(folder, 'clone', '--quiet', bare, work);
    writeFileSync(
      join(work, 'shop.yaml'),
      deployment('registry.example/shop:v1').replace('NAMESPACE', system.namespace),
    );
    run(work, 'add', '--all');
    run(work, '-c', 'user.name=A', '-c', 'user.email=a@b.c', 'commit', '--quiet', '--message', 'Start');
    run(work, 'push', '--quiet', 'origin', 'HEAD:main');
    return bare;
  }

  const source = (name: string, host: string, spec: object) =>
    system.source(name, `https://${host}${repositories[host]}`, {
      ...{ proxySecretRef: { name: 'proxy' }, secretRef: { name: 'authority' } },
      ...spec,
    });
  const refused = (name: string) =>
    system.until<ImageUpdateAutomation>(
      images.ref('ImageUpdateAutomation', name),
      'refused',
      object => readyOf(object)?.status === 'False',
    );
  const headOf = (bare: string) =>
    execFileSync('git', ['-C', bare, 'rev-parse', 'main'], { encoding: 'utf8' }).trim();

  test('Azure DevOps, by a token of Entra', async () => {
    const bare = repositoryOf('dev.azure.com');
    await source('azure', 'dev.azure.com', { provider: 'azure' });
    await images.automation('azure', 'azure');
    const { status } = await images.pushed('azure');
    expect(status?.lastPushCommit).toBe(headOf(bare));
    await source('nobody', 'dev.azure.com', {});
    await images.automation('nobody', 'nobody');
    expect(readyOf(await refused('nobody'))?.message).toMatch(/Authentication failed for/);
    expect(headOf(bare)).toBe(status?.lastPushCommit);
  });

  test('AWS CodeCommit, by a password that the keys of a role have signed', async () => {
    const bare = repositoryOf(codeCommit);
    for (const role of ['writer', 'stranger']) {
      const annotations = { 'eks.amazonaws.com/role-arn': `arn:aws:iam::123456789012:role/${role}` };
      await apply({ kind: 'ServiceAccount', metadata: { ...metadata(role), annotations } });
      await source(role, codeCommit, { provider: 'aws', serviceAccountName: role });
    }
    await images.automation('stranger', 'stranger');
    expect(readyOf(await refused('stranger'))?.message).toMatch(/Authentication failed for/);
    await images.automation('writer', 'writer');
    const { status } = await images.pushed('writer');
    expect(status?.lastPushCommit).toBe(headOf(bare));
  });
});

/** What Entra and STS answer to who asks for a token, as they document it; undefined for what is not asked well. */
function tokenFor(host: string, form: URLSearchParams): string | undefined {
  if (host === 'login.microsoftonline.com' && form.get('client_secret') === 'secret of the controller') {
    const isForDevOps = form.get('scope')?.startsWith('499b84ac-1321-427f-aa17-267ca6975798/.default');
    return JSON.stringify({
      token_type: 'Bearer',
      expires_in: 3600,
      access_token: isForDevOps ? entraToken : 'other',
    });
  }
  const role = form.get('RoleArn')?.split('/')[1];
  if (!role || !form.get('WebIdentityToken')) return undefined;
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const secret = role === 'writer' ? writer.secret : 'another';
  return `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>${writer.id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${writer.session}</SessionToken>
<Expiration>${expiration}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
}

/**
 * As CodeCommit checks it: Signature Version 4 of a request with the method GIT, whose time stands before it
 * (https://github.com/aws/git-remote-codecommit).
 */
function isSigned(authorization: string, path: string): boolean {
  const login = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
  const colon = login.lastIndexOf(':');
  const [user, password] = [login.slice(0, colon), login.slice(colon + 1)];
  const [time, signature] = [password.slice(0, 15), password.slice(16)];
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)$/.exec(time)?.slice(1).map(Number) ?? [];
  const [year = 0, month = 0, ...rest] = parts;
  const age = Date.now() - Date.UTC(year, month - 1, ...rest);
  const hmac = (key: string | Buffer, message: string) => createHmac('sha256', key).update(message).digest();
  const date = time.slice(0, 8);
  const canonical = `GIT\n${path}\n\nhost:${codeCommit}\n\nhost\n`;
  const digest = createHash('sha256').update(canonical).digest('hex');
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${date}/eu-west-1/codecommit/aws4_request\n${digest}`;
  const key = hmac(hmac(hmac(hmac(`AWS4${writer.secret}`, date), 'eu-west-1'), 'codecommit'), 'aws4_request');
  const isOwn = hmac(key, toSign).toString('hex') === signature && password[15] === 'Z';
  return isOwn && user === `${writer.id}%${writer.session}` && Math.abs(age) < 15 * 60_000;
}

/** An authority, and a certificate of it for all hosts. */
function certificatesIn(folder: string): Record<'cert' | 'key', string> {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=ca', '-days', '2');
  const names = hosts.map(host => `DNS:${host}`).join(',');
  openssl(
    ...['req', '-x509', ...ec, '-keyout', 'tls.key', '-out', 'tls.crt', '-subj', '/CN=hosts'],
    ...['-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', '2', '-addext', `subjectAltName=${names}`],
  );
  return {
    cert: readFileSync(join(folder, 'tls.crt'), 'utf8'),
    key: readFileSync(join(folder, 'tls.key'), 'utf8'),
  };
}
