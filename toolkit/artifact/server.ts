import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface ArtifactServer {
  /** Without a trailing slash. */
  url: string;
  stop(): Promise<void>;
}

const artifactPath = /^(?:\/[A-Za-z0-9][A-Za-z0-9._:+-]*)+$/;

/** Of what is served, by how it is named: archives, charts and indexes of Helm. */
const types: [string, string][] = [
  ['.tar.gz', 'application/gzip'],
  ['.tgz', 'application/gzip'],
  ['.yaml', 'application/yaml'],
];

export interface ArtifactServerOptions {
  host?: string;
  port?: number;
  /**
   * The only names (without a port) by which it answers. On loopback these are those of this machine, unless told
   * otherwise: a page in a browser cannot reach it under a name of its own (DNS rebinding). On any other address
   * whatever name the network has for it.
   */
  names?: string[];
}

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** Clients that neither read nor write for so long are gone. */
const patience = 60_000;

/** Serve the artifacts below a folder over HTTP, read-only; on any port where the one asked for is taken. */
export async function serveArtifacts(
  root: string,
  options: ArtifactServerOptions = {},
): Promise<ArtifactServer> {
  const { host = '127.0.0.1', port = 0 } = options;
  const isLoopback = loopback.includes(host) || host === '::1';
  const names = options.names ?? (isLoopback ? loopback : undefined);
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const refuse = (code: number) => response.writeHead(code).end();
    if (names && !names.includes(nameOf(request.headers.host))) return refuse(421);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    const [, type] = types.find(([end]) => path.endsWith(end)) ?? [];
    if (!type || !artifactPath.test(path)) return refuse(404);
    const file = await open(join(root, path)).catch(() => undefined);
    if (!file) return refuse(404);
    const found = await file.stat();
    if (!found.isFile()) return file.close().then(() => refuse(404));
    const { size } = found;
    response.writeHead(200, { 'content-type': type, 'content-length': size });
    if (request.method === 'HEAD') {
      await file.close();
      return response.end();
    }
    return pipeline(createReadStream('', { fd: file }), response).catch(() => response.destroy());
  });
  server.setTimeout(patience, socket => socket.destroy());
  await listen(server, host, port).catch(error => {
    if (port === 0) throw error; // taken, or not ours to take
    return listen(server, host, 0);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A Host header without its port. */
function nameOf(host = ''): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
