import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pageOfSources } from '../page-of-sources.ts';
import { takesGzip } from './takes-gzip.ts';

/** A file of the page. */
export interface Asset {
  type: string;
  body: Buffer;
  /** The same, for those who take it. */
  gzipped: Buffer;
  /** Another one for other content (RFC 9110, 8.8.3). */
  tag: string;
}

const files = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/assets/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/assets/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/assets/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const;

/** Where `npm run build` puts the page, beside the program. */
const built = join(import.meta.dirname, 'web');

/** The page, by the paths at which it is asked for: as it was built, or of the sources where the program runs from them. */
export async function pageAssets(): Promise<Map<string, Asset>> {
  const isBuilt = existsSync(join(built, 'index.html'));
  const page = isBuilt ? undefined : await pageOfSources();
  const assets = new Map<string, Asset>();
  for (const [path, file, type] of files) {
    const body = page ? page.get(file) : await readFile(join(built, file));
    if (body !== undefined) assets.set(path, await assetOf(type, Buffer.from(body)));
  }
  return assets;
}

async function assetOf(type: string, body: Buffer): Promise<Asset> {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { type, body, gzipped: await promisify(gzip)(body), tag: `"${digest}"` };
}

/** Asked about each time: it is sent again only when it is another. */
export function sendAsset(request: IncomingMessage, response: ServerResponse, asset: Asset): void {
  const { type, body, gzipped, tag } = asset;
  response.setHeader('cache-control', 'no-cache').setHeader('etag', tag).setHeader('vary', 'accept-encoding');
  const known = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map(one => one.trim().replace(/^W\//, ''));
  if (known.includes(tag)) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('content-type', type);
  if (!takesGzip(request)) response.writeHead(200).end(body);
  else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipped);
}
