import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { storage_v1 } from '@googleapis/storage';
import type { ConnectionOptions } from '@millrace/http';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { GaxiosError } from 'gaxios';
import { StoreError, storeError } from './errors.ts';
import type { ObjectEntry, ObjectStore } from './object-store.ts';
import type { GooglePlace } from './place.ts';
import { type Transport, transport, whole } from './transport.ts';

/** Milliseconds before a server that is busy is asked once more. */
const pause = 500;

const attributes = 'name,etag,generation,size';

/** The JSON API: https://cloud.google.com/storage/docs/json_api/v1/objects */
export function googleStore(place: GooglePlace, options: ConnectionOptions): ObjectStore {
  const { bucket, token, origin } = place;
  requireName(bucket);
  const line = transport(options);
  // The library is to load no agent for a proxy: the line has its own.
  const { objects } = new storage_v1.Storage({
    fetchImplementation: fetchBy(line),
    noProxy: [/^/],
    ...(origin ? { rootUrl: origin } : {}),
    ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
  });
  const requestBy = (signal: AbortSignal) => ({
    signal,
    validateStatus: (status: number) => status === 200,
    retryConfig: { retry: 1, noResponseRetries: 0, retryBackoff: () => wait(pause, undefined, { signal }) },
  });
  /** Undefined where there is no such thing. */
  const found = async <Data>(answer: Promise<{ data: Data }>, signal: AbortSignal) => {
    try {
      return (await answer).data;
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof GaxiosError && cause.status === 404) return undefined;
      throw told(cause, token ? [token] : []);
    }
  };
  const media = (key: string, generation: string | undefined, signal: AbortSignal) => {
    const asked = { bucket, object: key, alt: 'media', ...(generation ? { generation } : {}) };
    return found(objects.get(asked, { ...requestBy(signal), responseType: 'stream' }), signal);
  };

  return {
    async *list(prefix, signal) {
      const asked = {
        bucket,
        fields: `items(${attributes}),nextPageToken`,
        ...(prefix ? { prefix } : {}),
      };
      let pageToken = '';
      do {
        const query = { ...asked, ...(pageToken ? { pageToken } : {}) };
        const data = await found(objects.list(query, { ...requestBy(signal), responseType: 'json' }), signal);
        if (data === undefined) throw new StoreError('no bucket', 'there is no such bucket');
        const { items, nextPageToken = '' } = objectIn(data);
        yield (Array.isArray(items) ? items : []).map(entryOf);
        if (nextPageToken !== '' && nextPageToken === pageToken)
          throw new StoreError('invalid', 'the list does not go on: the server names the same page again');
        pageToken = String(nextPageToken);
      } while (pageToken !== '');
    },
    async open(object, signal) {
      const { key } = object;
      requireName(key);
      if ('etag' in object) {
        const body = await media(key, object.version, signal);
        // Otherwise it is another by now, or none.
        if (body) return { etag: object.etag, body };
      }
      const asked = { bucket, object: key, fields: attributes };
      const data = await found(objects.get(asked, { ...requestBy(signal), responseType: 'json' }), signal);
      if (data === undefined) return undefined;
      const { etag, version } = entryOf(objectIn(data));
      const body = await media(key, version, signal);
      return body && { etag, body };
    },
    close: () => line.close(),
  };
}

/** In a URL they lead up, and Google lets no object and no bucket have them. */
function requireName(name: string): void {
  if (name === '.' || name === '..')
    throw new StoreError('invalid', `its name is '${name}', which Google cannot be asked for`);
}

/** What the library takes for fetch. An object is passed on as it comes; all else is held to a size. */
function fetchBy(line: Transport): typeof fetch {
  return async (input, init) => {
    const { origin, pathname, search, searchParams } = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    // What is stored compressed is to come as what it is.
    headers.delete('accept-encoding');
    const answer = await line.send({
      method: 'GET',
      origin,
      path: pathname + search,
      headers: Object.fromEntries(headers),
      signal: init?.signal ?? undefined,
    });
    const { status, body } = answer;
    const retryAfter = answer.headers['retry-after'];
    const rest = { status, headers: retryAfter ? { 'retry-after': retryAfter } : {} };
    if (status === 200 && searchParams.get('alt') === 'media')
      return new Response(Readable.toWeb(body), rest);
    const content = await whole(body);
    return new Response(content.length > 0 ? content : null, rest);
  };
}

function objectIn(data: unknown): JsonObject {
  if (isObject(data)) return data;
  throw new StoreError('invalid', 'the answer is no JSON of an object');
}

function entryOf(item: Json): ObjectEntry {
  const { name, etag, generation, size } = isObject(item) ? item : {};
  if (typeof name !== 'string' || typeof etag !== 'string' || !/^[0-9]{1,20}$/.test(String(generation)))
    throw new StoreError('invalid', 'the answer tells of an object without a name, an etag or a generation');
  return { key: name, etag, size: Number(size ?? 0), version: String(generation) };
}

function told(cause: unknown, secrets: string[]): StoreError {
  if (!(cause instanceof GaxiosError)) return storeError({ status: 400, message: String(cause) }, secrets);
  const { status, response } = cause;
  if (cause.cause instanceof StoreError) return cause.cause;
  if (!response) return new StoreError('invalid', 'the answer breaks off, or is none of HTTP');
  const retryAfter = new Headers(response.headers).get('retry-after') ?? undefined;
  return storeError({ status, message: saidIn(response.data) ?? `status ${status}`, retryAfter }, secrets);
}

/** The data of an answer: JSON, or what it was read from. Some say it in words, or as a page. */
function saidIn(data: unknown): string | undefined {
  try {
    const value: unknown = typeof data === 'string' ? JSON.parse(data) : data;
    const error = isObject(value) ? value.error : undefined;
    return isObject(error) && typeof error.message === 'string' ? error.message : undefined;
  } catch {
    return undefined;
  }
}
