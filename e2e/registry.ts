import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isObject, type Json } from '@millrace/json';
import { type Access, openService } from '@millrace/registry';
import { type NewEntry, writeTar } from '@millrace/tar';
import { clientOf, digestOf, imageType, indexType } from '../apps/registry/testing/client.ts';

export interface Layer {
  mediaType: string;
  bytes: Uint8Array;
}

/** What a test does with a request before the registry does; true: it has been answered. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The embedded registry behind a door of the test's own, which remembers what it was asked. */
export interface Registry {
  host: string;
  asked: { method: string; path: string; authorization: string | undefined }[];
  /** Who comes in; everybody where there is none. */
  login?: { username: string; password: string };
  intercept?: Interception;
  /** Put an artifact under a tag. Returns the digest of its manifest. */
  push(
    repository: string,
    tag: string,
    layers: Layer[],
    annotations?: Record<string, string>,
  ): Promise<string>;
  /** Put a blob under its digest; or a manifest, also under tags. */
  put(repository: string, bytes: string | Uint8Array, ...tags: string[]): Promise<string>;
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

/** @param tls without it the registry speaks plain HTTP */
export async function startRegistry(tls?: ServerOptions): Promise<Registry> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-registry-'));
  const service = await openService({ root, authenticate: access => mayEnter(access) });
  const mayEnter = ({ action, credentials }: Access): boolean => {
    if (credentials?.password === service.token) return true;
    const { login } = registry;
    const isWho =
      login && credentials?.username === login.username && credentials.password === login.password;
    return action === 'pull' && (!login || isWho === true);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const path = decodeURIComponent(url.split('?')[0]!);
    registry.asked.push({ method, path, authorization: headers.authorization });
    if (!registry.intercept?.(request, response)) service.answer(request, response);
  };
  const front = await listen(tls ? createSecureServer(tls, listener) : createServer(listener));
  // What tests push comes by another door, past what they watch.
  const back = await listen(createServer(service.answer));
  const client = clientOf(`http://${back.host}`, service.token);

  const put: Registry['put'] = async (repository, bytes, ...tags) => {
    const mediaType = manifestTypeOf(bytes);
    if (mediaType === undefined) return client.blob(repository, bytes);
    const digest = digestOf(bytes);
    const headers = { 'content-type': mediaType };
    for (const reference of [digest, ...tags]) {
      const path = `/v2/${repository}/manifests/${reference}`;
      const answer = await client.send('PUT', path, { body: bytes, headers });
      if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    }
    return digest;
  };
  const registry: Registry = {
    host: front.host,
    asked: [],
    put,
    async push(repository, tag, layers, annotations = {}) {
      const told: object[] = [];
      for (const { mediaType, bytes } of layers)
        told.push({ mediaType, digest: await put(repository, bytes), size: bytes.byteLength });
      const digest = await put(repository, '{}');
      const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest, size: 2 };
      const manifest = { schemaVersion: 2, mediaType: imageType, config, layers: told, annotations };
      return put(repository, JSON.stringify(manifest), tag);
    },
    async stop() {
      await Promise.all([front.stop(), back.stop()]);
      await service.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
  return registry;
}

/** Undefined for what is no manifest. */
function manifestTypeOf(bytes: string | Uint8Array): string | undefined {
  let value: Json = null;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  } catch {
    // A blob.
  }
  if (!isObject(value) || value.schemaVersion !== 2) return undefined;
  if (typeof value.mediaType === 'string') return value.mediaType;
  return value.manifests === undefined ? imageType : indexType;
}

async function listen(server: Server): Promise<{ host: string; stop(): Promise<void> }> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
