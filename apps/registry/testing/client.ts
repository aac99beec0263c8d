import { createHash } from 'node:crypto';

/** A client of a registry, as a test needs one. */
export interface Client {
  /** Any request, with the token where there is one. */
  send(method: string, path: string, options?: Sent): Promise<Response>;
  /** Push a blob in one request. Returns its digest. */
  blob(repository: string, bytes: string | Uint8Array): Promise<string>;
  /** Push an artifact with one layer, under a tag or its digest. Returns the digest of its manifest. */
  artifact(repository: string, tag: string | undefined, content: string, more?: object): Promise<string>;
  /** Push a manifest as it is. */
  manifest(repository: string, reference: string, value: object | string): Promise<Response>;
}

export interface Sent {
  body?: string | Uint8Array;
  headers?: Record<string, string>;
}

export const imageType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';

export function digestOf(bytes: string | Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

export function clientOf(url: string, token?: string): Client {
  const login = token === undefined ? {} : { authorization: `Basic ${btoa(`anybody:${token}`)}` };
  const send: Client['send'] = (method, path, { body, headers = {} } = {}) =>
    fetch(new URL(path, url), {
      method,
      headers: { ...login, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) }),
    });
  const blob: Client['blob'] = async (repository, bytes) => {
    const digest = digestOf(bytes);
    const answer = await send('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: bytes });
    if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
    return digest;
  };
  const manifest: Client['manifest'] = (repository, reference, value) => {
    const body = typeof value === 'string' ? value : JSON.stringify(value);
    const { mediaType = imageType } = typeof value === 'string' ? {} : (value as { mediaType?: string });
    const path = `/v2/${repository}/manifests/${reference}`;
    return send('PUT', path, { body, headers: { 'content-type': mediaType } });
  };
  return {
    send,
    blob,
    manifest,
    async artifact(repository, tag, content, more = {}) {
      const value = {
        ...manifestOf(await blob(repository, '{}'), await blob(repository, content), content.length),
        ...more,
      };
      const digest = digestOf(JSON.stringify(value));
      const answer = await manifest(repository, tag ?? digest, value);
      if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
      return digest;
    },
  };
}

export function manifestOf(config: string, layer: string, size: number) {
  return {
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: config, size: 2 },
    layers: [{ mediaType: 'text/plain', digest: layer, size }],
  };
}
