import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openService } from '@millrace/registry';
import { freePorts } from '../free-port.ts';

/** One registry, by the host and port of each of its doors. */
export interface Doors {
  /** Anybody may push and pull. */
  open: string;
  /** For who has the login only. */
  closed: string;
  /** TLS, for who shows the certificate of `e2e/tls` only, which is that of the server too. */
  secure: string;
  stop(): Promise<void>;
}

export const login = { username: 'me', password: 'top-secret' };
/** What `htpasswd -nbB me top-secret` writes. */
const htpasswd = 'me:$2b$04$NqyZ3i3IKPfeejMpDIIuTuwQTYJU1kjzZTi/yNeEuoJBCtKfD0AgK\n';

const file = (name: string) => new URL(`../tls/${name}`, import.meta.url);
export const certificate = readFileSync(file('cert.pem'), 'utf8');
export const key = readFileSync(file('key.pem'), 'utf8');

const places = (process.env.PATH ?? '').split(':').map(folder => join(folder, 'docker-registry'));
/** Debian's; .ci/run brings it, and says so where that is not possible. */
export const dockerRegistry = [...places, '/usr/bin/docker-registry'].find(existsSync);
if (process.env.CI_REQUIRE_DOCKER_REGISTRY && !dockerRegistry)
  throw new Error('CI_REQUIRE_DOCKER_REGISTRY is set, but there is no docker-registry');

/** Three processes of docker-registry over one folder: a process has one door. */
export async function startDebians(): Promise<Doors> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-docker-registry-'));
  await mkdir(join(folder, 'store'));
  await writeFile(join(folder, 'htpasswd'), htpasswd);
  const ports = await freePorts(3);
  const pem = (name: string) => JSON.stringify(file(name).pathname);
  const more = [
    '',
    `auth: {htpasswd: {realm: here, path: ${join(folder, 'htpasswd')}}}\n`,
    `  tls: {certificate: ${pem('cert.pem')}, key: ${pem('key.pem')}, clientcas: [${pem('cert.pem')}]}\n`,
  ];
  const running: ChildProcess[] = [];
  for (const [i, port] of ports.entries()) {
    const config = join(folder, `${i}.yml`);
    const store = `storage: {filesystem: {rootdirectory: ${join(folder, 'store')}}}\n`;
    await writeFile(config, `version: 0.1\n${store}http:\n  addr: 127.0.0.1:${port}\n${more[i]}`);
    running.push(
      await listening(spawn(dockerRegistry!, ['serve', config], { stdio: ['ignore', 'pipe', 'pipe'] })),
    );
  }
  const [open, closed, secure] = ports.map(port => `127.0.0.1:${port}`);
  return {
    ...{ open: open!, closed: closed!, secure: secure! },
    async stop() {
      for (const one of running) one.kill();
      await Promise.all(running.map(one => one.exitCode ?? new Promise(resolve => one.on('close', resolve))));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listening(child: ChildProcess): Promise<ChildProcess> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
  let said = '';
  const hear = (text: string) => {
    said += text;
    if (said.includes('listening on')) resolve(child);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', hear);
  child.on('close', code => reject(new Error(`docker-registry ended with ${code}: ${said}`)));
  return promise;
}

/** The embedded registry, behind doors of the same kinds. */
export async function startEmbedded(): Promise<Doors> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-registry-'));
  const service = await openService({ root, authenticate: () => true });
  const { answer } = service;
  const wanted = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const closed: RequestListener = (request, response) => {
    const isKnown = request.headers.authorization === wanted;
    delete request.headers.authorization;
    if (isKnown) return answer(request, response);
    return response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
  };
  const tls = { cert: certificate, key, ca: certificate, requestCert: true, rejectUnauthorized: true };
  const servers = [createServer(answer), createServer(closed), createSecureServer(tls, answer)];
  const hosts = await Promise.all(servers.map(listen));
  const [open, shut, secure] = hosts;
  return {
    ...{ open: open!, closed: shut!, secure: secure! },
    async stop() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await service.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server | SecureServer): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
