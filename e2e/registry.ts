import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type NewEntry, writeTar } from '@millrace/tar';

export interface Layer {
  mediaType: string;
  bytes: Uint8Array;
  /** What the manifest says of it where that is not so. */
  size?: number;
  digest?: string;
}

/** What a test does with a request before the registry does; true: it has been answered. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry in memory (distribution-spec v1.1, pull only), which remembers what it was asked. */
export interface Registry {
  host: string;
  asked: { method: string; path: string; authorization: string | undefined }[];
  /** Who comes in; everybody where there is none. */
  login?: { username: string; password: string };
  intercept?: Interception;
  /** Put an artifact under a tag. Returns the digest of its manifest. */
  push(repository: string, tag: string, layers: Layer[], annotations?: Record<string, string>): string;
  /** Put bytes under their digest, and tags. */
  put(repository: string, bytes: string | Uint8Array, ...tags: string[]): string;
  stop(): Promise<void>;
}

export const fluxLayer = 'application/vnd.cncf.flux.content.v1.tar+gzip';

export function layerOf(files: Record<string, string>): Layer {
  const entries: NewEntry[] = Object.entries(files).map(([name, text]) => ({
    name,
    content: Buffer.from(text),
  }));
  return { mediaType: fluxLayer, bytes: gzipSync(writeTar(entries)) };
}

const digestOf = (bytes: string | Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** @param tls without it the registry speaks plain HTTP */
export async function startRegistry(tls?: ServerOptions): Promise<Registry> {
  /** By repository: contents by digest, and digests by tag. */
  const contents = new Map<string, Uint8Array>();
  const tags = new Map<string, string>();
  const put: Registry['put'] = (repository, bytes, ...names) => {
    const digest = digestOf(bytes);
    contents.set(`${repository}@${digest}`, Buffer.from(bytes));
    for (const name of names) tags.set(`${repository}:${name}`, digest);
    return digest;
  };
  const answer = (path: string, response: ServerResponse) => {
    const [, repository = '', kind, reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/([^/]+)$/.exec(path) ?? [];
    if (path === '/v2/') return response.end('{}');
    if (kind === 'tags') {
      const prefix = `${repository}:`;
      const found = [...tags.keys()]
        .filter(key => key.startsWith(prefix))
        .map(key => key.slice(prefix.length));
      return response.end(JSON.stringify({ name: repository, tags: found }));
    }
    const digest = reference.startsWith('sha256:') ? reference : tags.get(`${repository}:${reference}`);
    const bytes = kind === 'referrers' ? undefined : contents.get(`${repository}@${digest}`);
    if (!bytes || !digest)
      return response
        .writeHead(404)
        .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    const isIndex = kind === 'manifests' && Buffer.from(bytes).includes('"manifests"');
    return response
      .writeHead(200, {
        'content-type': kind === 'blobs' ? 'application/octet-stream' : isIndex ? indexType : manifestType,
        'content-length': bytes.byteLength,
        'docker-content-digest': digest,
      })
      .end(bytes);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const path = decodeURIComponent(url.split('?')[0]!);
    registry.asked.push({ method, path, authorization: headers.authorization });
    if (registry.intercept?.(request, response)) return;
    const { login } = registry;
    const wanted = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    if (wanted && headers.authorization !== wanted)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="here"' }).end();
    else answer(path, response);
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const registry: Registry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    put,
    push(repository, tag, layers, annotations = {}) {
      const told = layers.map(({ mediaType, bytes, size, digest }) => {
        const real = put(repository, bytes);
        return { mediaType, digest: digest ?? real, size: size ?? bytes.byteLength };
      });
      const config = {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: put(repository, '{}'),
        size: 2,
      };
      const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: told, annotations };
      return put(repository, JSON.stringify(manifest), tag);
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return registry;
}
