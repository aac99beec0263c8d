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

const artifactPath = /^(\/[A-Za-z0-9][A-Za-z0-9._-]*)+\.tar\.gz$/;

/** Serve the artifacts below a folder over HTTP, read-only; on any port where the one asked for is taken. */
export async function serveArtifacts(
  root: string,
  options: { host?: string; port?: number } = {},
): Promise<ArtifactServer> {
  const { host = '127.0.0.1', port = 0 } = options;
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const refuse = (code: number) => response.writeHead(code).end();
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    if (!artifactPath.test(path)) return refuse(404);
    const file = await open(join(root, path)).catch(() => undefined);
    if (!file) return refuse(404);
    const { size } = await file.stat();
    response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': size });
    if (request.method === 'HEAD') {
      await file.close();
      return response.end();
    }
    return pipeline(createReadStream('', { fd: file }), response).catch(() => response.destroy());
  });
  await listen(server, host, port).catch(error => {
    if (port === 0 || error.code !== 'EADDRINUSE') throw error;
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

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
