import { type RequestPolicy, toHttpHeadersLike } from '@azure/core-http-compat';
import { createHttpHeaders, RestError } from '@azure/core-rest-pipeline';
import { AnonymousCredential, ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import type { ConnectionOptions } from '@millrace/http';
import { isObject } from '@millrace/json';
import { StoreError, storeError } from './errors.ts';
import type { ObjectEntry, ObjectStore } from './object-store.ts';
import type { AzureCredential, AzurePlace } from './place.ts';
import { type Transport, transport, whole } from './transport.ts';

/** Milliseconds that the SDK leaves between its two tries. */
const pause = 500;

export function azureStore(place: AzurePlace, options: ConnectionOptions): ObjectStore {
  const { credential } = place;
  const line = transport(options);
  const secrets = secretsOf(credential);
  const client = new ContainerClient(urlOf(place), identityOf(credential), {
    httpClient: policyOf(line),
    retryOptions: { maxTries: 2, retryDelayInMs: pause },
  });
  const failed = (cause: unknown, signal: AbortSignal): StoreError => {
    signal.throwIfAborted();
    return told(cause, secrets);
  };
  return {
    async *list(prefix, abortSignal) {
      let token: string | undefined;
      const pages = client
        .listBlobsFlat({ abortSignal, ...(prefix ? { prefix } : {}) })
        .byPage()
        [Symbol.asyncIterator]();
      for (;;) {
        const { done, value: page } = await pages.next().catch(cause => {
          throw failed(cause, abortSignal);
        });
        if (done) return;
        yield page.segment.blobItems.map(entryOf);
        if (page.continuationToken && page.continuationToken === token)
          throw new StoreError('invalid', 'the list does not go on: the server names the same page again');
        token = page.continuationToken;
      }
    },
    async open({ key }, abortSignal) {
      requireName(key);
      try {
        const answer = await client.getBlobClient(key).download(0, undefined, { abortSignal });
        const body = answer.readableStreamBody;
        if (!body) throw new StoreError('invalid', 'the answer has no body');
        return { etag: quoted(answer.etag ?? ''), body: body as AsyncIterable<Buffer> };
      } catch (cause) {
        if (cause instanceof RestError && cause.statusCode === 404) return undefined;
        throw failed(cause, abortSignal);
      }
    },
    close: () => line.close(),
  };
}

/** In a URL such a part leads up, and into another container: that is not for who names blobs to say. */
function requireName(key: string): void {
  if (key.split('/').some(part => part === '.' || part === '..'))
    throw new StoreError('invalid', `a part of its name is '.' or '..', which Azure cannot be asked for`);
}

/** The types of the SDK promise what its parser does not look for. */
function entryOf(item: unknown): ObjectEntry {
  const { name, properties } = isObject(item) ? item : {};
  const { etag, contentLength } = isObject(properties) ? properties : {};
  if (typeof name !== 'string' || typeof etag !== 'string')
    throw new StoreError('invalid', 'the answer tells of a blob without a name or an etag');
  return { key: name, etag: quoted(etag), size: Number(contentLength ?? 0) };
}

/** As the header of an answer has it; Flux's index keeps those, and a list leaves the quotes out. */
const quoted = (etag: string) => (etag.startsWith('"') ? etag : `"${etag}"`);

function urlOf({ endpoint, container, credential }: AzurePlace): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new StoreError('invalid', 'spec.endpoint is no URL, as https://<account>.blob.core.windows.net is');
  if (!/^\$?[a-z0-9](?:[a-z0-9-]{0,62})$/.test(container))
    throw new StoreError(
      'invalid',
      `spec.bucketName is ${JSON.stringify(container.slice(0, 200))}, which no container can have`,
    );
  if (credential?.kind === 'token' && url.protocol !== 'https:')
    throw new StoreError('invalid', `spec.endpoint has to begin with https: a token may go to no other`);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${container}`;
  if (credential?.kind === 'signature')
    for (const [name, value] of new URLSearchParams(credential.query)) url.searchParams.set(name, value);
  return url.href;
}

function identityOf(credential: AzureCredential | undefined) {
  if (credential?.kind === 'key') return new StorageSharedKeyCredential(credential.account, credential.key);
  if (credential?.kind !== 'token') return new AnonymousCredential();
  const { token } = credential;
  const soon = 3600_000;
  return { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + soon }) };
}

/** The account's key as it travels, and of a signature what signs. */
function secretsOf(credential: AzureCredential | undefined): string[] {
  if (credential?.kind === 'key') return [credential.key];
  if (credential?.kind === 'token') return [credential.token];
  if (credential === undefined) return [];
  return [credential.query, new URLSearchParams(credential.query).get('sig') ?? ''];
}

function policyOf(line: Transport): RequestPolicy {
  return {
    async sendRequest(request) {
      const url = new URL(request.url);
      const { status, headers, body } = await line.send({
        method: request.method,
        origin: url.origin,
        path: url.pathname + url.search,
        headers: request.headers.toJson(),
        signal: request.abortSignal instanceof AbortSignal ? request.abortSignal : undefined,
      });
      // The SDK would follow it, with all that it knows.
      if (status >= 300 && status < 400) {
        body.destroy();
        throw new StoreError('invalid', `${url.origin} redirects elsewhere, which is not followed`);
      }
      const isStream = request.streamResponseStatusCodes?.has(status);
      return {
        request,
        status,
        headers: toHttpHeadersLike(createHttpHeaders(headers)),
        ...(isStream ? { readableStreamBody: body } : { bodyAsText: (await whole(body)).toString('utf8') }),
      };
    },
  };
}

function told(cause: unknown, secrets: string[]): StoreError {
  if (cause instanceof StoreError) return cause;
  // The SDK takes an answer for whole: what it misses is told by nothing but the language.
  if (cause instanceof TypeError)
    return new StoreError('invalid', 'the answer is no list of blobs, and no blob');
  if (!(cause instanceof RestError)) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return storeError({ status: 400, message }, secrets);
  }
  const { code, statusCode: status, message, response } = cause;
  if (code === 'ContainerNotFound') return new StoreError('no bucket', 'there is no such container');
  return storeError({ status, code, message, retryAfter: response?.headers.get('retry-after') }, secrets);
}
