import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
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
  /** Loopback where it is left out; every address of the machine where it is empty. */
  host?: string;
  port?: number;
  /**
   * The only names (without a port) by which it answers. On loopback these are those of this machine, unless told
   * otherwise: a page in a browser cannot reach it under a name of its own (DNS rebinding). On any other address
   * whatever name the network has for it.
   */
  names?: string[];
  /** A name by which it is told of, beside those of this machine. */
  advertised?: string | undefined;
}

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** Clients that neither read nor write for so long are gone. */
const patience = 60_000;

/**
 * Serve the artifacts below a folder over HTTP, read-only; on loopback on any port, where the one asked for is taken,
 * unless others have been told which it is.
 */
export async function serveArtifacts(
  root: string,
  options: ArtifactServerOptions = {},
): Promise<ArtifactServer> {
  const { host = '127.0.0.1', port = 0 } = options;
  const isLoopback = loopback.includes(host) || host === '::1';
  const own = options.advertised ? [...loopback, nameOf(options.advertised)] : loopback;
  const names = options.names ?? (isLoopback ? own : undefined);
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const refuse = (code: number) => response.writeHead(code).end();
    if (names && !names.includes(nameOf(request.headers.host))) return refuse(421);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    // The probe of source-controller's Pods asks for the folder itself.
    if (path === '/health' || path === '/') return refuse(200);
    const [, type] = types.find(([end]) => path.endsWith(end)) ?? [];
    if (!type || !artifactPath.test(path)) return refuse(404);
    const file = await open(join(root, path)).catch(() => undefined);
    if (!file) return refuse(404);
    return answerWith(file, type, request, response).catch(() => response.destroy());
  });
  server.setTimeout(patience, socket => socket.destroy());
  await listen(server, host, port).catch(error => {
    if (port === 0 || !isLoopback || options.advertised) throw error; // taken, or not ours to take
    return listen(server, host, 0);
  });
  return {
    url: `http://${host || hostname()}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A file, or the part of it that is asked for, unless it is there already; as Go's http.FileServer does it. */
async function answerWith(
  file: FileHandle,
  type: string,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): Promise<unknown> {
  const found = await file.stat();
  const end = async (code: number, more: OutgoingHttpHeaders = {}) => {
    await file.close();
    return response.writeHead(code, more).end();
  };
  if (!found.isFile()) return end(404);
  const { size, mtime } = found;
  const modified = new Date(Math.floor(mtime.getTime() / 1000) * 1000);
  const about = { 'last-modified': modified.toUTCString(), 'accept-ranges': 'bytes' };
  const since = Date.parse(headers['if-modified-since'] ?? '');
  if (since >= modified.getTime()) return end(304, about);
  // What a client has begun to read may be another file by now.
  const isSame = Date.parse(String(headers['if-range'] ?? about['last-modified'])) === modified.getTime();
  const range = isSame ? rangeOf(headers.range, size) : 'whole';
  if (range === 'none') return end(416, { ...about, 'content-range': `bytes */${size}` });
  const [start, last] = range === 'whole' ? [0, size - 1] : range;
  response.writeHead(range === 'whole' ? 200 : 206, {
    ...about,
    'content-type': type,
    'content-length': last - start + 1,
    ...(range === 'whole' ? {} : { 'content-range': `bytes ${start}-${last}/${size}` }),
  });
  if (method === 'HEAD' || last < start) {
    await file.close();
    return response.end();
  }
  return pipeline(createReadStream('', { fd: file, start, end: last }), response);
}

/** One range (RFC 9110, 14.1.2), first and last byte; several, or what is none, are answered with the whole. */
function rangeOf(header: string | undefined, size: number): [start: number, last: number] | 'whole' | 'none' {
  const found = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(header ?? '');
  if (!found || (found[1] === '' && found[2] === '')) return 'whole';
  const [, from = '', to = ''] = found;
  if (from === '')
    return Number(to) === 0 || size === 0 ? 'none' : [Math.max(0, size - Number(to)), size - 1];
  const [start, last] = [Number(from), to === '' ? size - 1 : Math.min(Number(to), size - 1)];
  if (to !== '' && Number(to) < start) return 'whole';
  return start < size ? [start, last] : 'none';
}

/** A Host header without its port. */
function nameOf(host = ''): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host || undefined, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
