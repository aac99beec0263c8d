import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export const golden = (name: string): Buffer => readFileSync(new URL(`./golden/${name}`, import.meta.url));

/** A repository of charts over HTTP, as static sites are. */
export interface Site {
  url: string;
  /** What it has beside the golden charts, or instead of them. */
  files: Map<string, string | Buffer>;
  /** What was asked for and answered: `/index.yaml 304`. */
  log: string[];
  stop(): void;
}

/** @param login what it wants for what is below /private/ */
export async function startSite(login: string): Promise<Site> {
  const files = new Map<string, string | Buffer>();
  const log: string[] = [];
  const wanted = `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/slow/')) await delay(500);
    const answer = (status: number, body?: string | Buffer) => {
      log.push(`${path} ${status}`);
      response.writeHead(status).end(body);
    };
    if (path.startsWith('/private/') && request.headers.authorization !== wanted) return answer(401);
    if (path.startsWith('/stalls/')) return response.write('apiVersion');
    const name = path.replace(/^\/private/, '').slice(1);
    const content = files.get(name) ?? chartNamed(name);
    if (content === undefined) return answer(404);
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
    response.setHeader('etag', etag);
    return request.headers['if-none-match'] === etag ? answer(304) : answer(200, content);
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    log,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function chartNamed(name: string): Buffer | undefined {
  return /^[a-z0-9.-]+\.(tgz|yaml)$/.test(name) ? goldenOrNone(name) : undefined;
}

function goldenOrNone(name: string): Buffer | undefined {
  try {
    return golden(name);
  } catch {
    return undefined;
  }
}

/** A registry that has one chart in several versions, for those who pull. */
export async function startRegistry(repository: string, charts: Record<string, Buffer>) {
  const digest = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const blobs = new Map<string, Buffer>();
  const tags = new Map<string, string>();
  const add = (bytes: Buffer) => {
    blobs.set(digest(bytes), bytes);
    return { digest: digest(bytes), size: bytes.length };
  };
  for (const [tag, chart] of Object.entries(charts)) {
    const manifest = {
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', ...add(Buffer.from('{}')) },
      layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', ...add(chart) }],
    };
    tags.set(tag, add(Buffer.from(JSON.stringify(manifest))).digest);
  }
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]!;
    if (path === '/v2/') return response.end('{}');
    if (path === `/v2/${repository}/tags/list`)
      return response.end(JSON.stringify({ name: repository, tags: [...tags.keys()] }));
    const [, named = ''] = /\/(?:manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const bytes = blobs.get(tags.get(named) ?? named);
    if (!path.startsWith(`/v2/${repository}/`) || !bytes) return response.writeHead(404).end();
    response.setHeader('docker-content-digest', digest(bytes));
    return response.end(request.method === 'HEAD' ? undefined : bytes);
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}
