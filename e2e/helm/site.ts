import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Registry, startRegistry } from '../registry.ts';

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

/** A registry that has one chart in several versions. */
export async function startRegistryOf(repository: string, charts: Record<string, Buffer>): Promise<Registry> {
  const registry = await startRegistry();
  const mediaType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
  for (const [tag, bytes] of Object.entries(charts))
    await registry.push(repository, tag, [{ mediaType, bytes }]);
  return registry;
}
