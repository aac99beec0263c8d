import { setTimeout as wait } from 'node:timers/promises';
import type { ConnectionOptions } from '@millrace/http';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { StoreError, storeError } from './errors.ts';
import type { ObjectEntry, ObjectStore } from './object-store.ts';
import type { GooglePlace } from './place.ts';
import { type Answer, transport, whole } from './transport.ts';

const google = 'https://storage.googleapis.com';

/** Milliseconds before a server that is busy is asked once more. */
const pause = 500;

/** The JSON API: https://cloud.google.com/storage/docs/json_api/v1/objects */
export function googleStore(place: GooglePlace, options: ConnectionOptions): ObjectStore {
  const { bucket, token, origin = google } = place;
  const line = transport(options);
  const secrets = token ? [token] : [];
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const objects = `/storage/v1/b/${segment(bucket)}/o`;

  const ask = async (path: string, signal: AbortSignal): Promise<Answer> => {
    for (let tries = 1; ; tries++) {
      const answer = await line.send({ method: 'GET', origin, path, headers, signal });
      if (answer.status === 200 || answer.status === 404) return answer;
      const said = await readError(answer, signal);
      if (tries > 1 || (answer.status < 500 && answer.status !== 429)) throw storeError(said, secrets);
      await wait(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  };
  const attributes = async (key: string, signal: AbortSignal): Promise<JsonObject | undefined> => {
    const answer = await ask(`${objects}/${segment(key)}?fields=name,etag,generation,size`, signal);
    if (answer.status === 404) return gone(answer);
    return readObject(answer, signal);
  };

  const mediaOf = (key: string, version = '') => `${objects}/${segment(key)}?alt=media&generation=${version}`;

  return {
    async *list(prefix, signal) {
      let next = '';
      do {
        const query = new URLSearchParams({
          fields: 'items(name,etag,generation,size),nextPageToken',
          ...(prefix ? { prefix } : {}),
          ...(next ? { pageToken: next } : {}),
        });
        const answer = await ask(`${objects}?${query}`, signal);
        if (answer.status === 404) {
          gone(answer);
          throw new StoreError('no bucket', 'there is no such bucket');
        }
        const page = await readObject(answer, signal);
        yield (Array.isArray(page.items) ? page.items : []).map(entryOf);
        const { nextPageToken = '' } = page;
        if (nextPageToken !== '' && nextPageToken === next)
          throw new StoreError('invalid', 'the list does not go on: the server names the same page again');
        next = String(nextPageToken);
      } while (next !== '');
    },
    async open(object, signal) {
      const { key } = object;
      if ('etag' in object) {
        const media = await ask(mediaOf(key, object.version), signal);
        if (media.status === 200) return { etag: object.etag, body: media.body };
        // It is another by now, or none.
        gone(media);
      }
      const found = await attributes(key, signal);
      if (!found) return undefined;
      const now = entryOf(found);
      const media = await ask(mediaOf(key, now.version), signal);
      return media.status === 200 ? { etag: now.etag, body: media.body } : gone(media);
    },
    close: () => line.close(),
  };
}

const segment = (name: string) => encodeURIComponent(name);

/** What is said of what is not there is of no use. */
function gone({ body }: Answer): undefined {
  body.destroy();
  return undefined;
}

function entryOf(item: Json): ObjectEntry {
  const { name, etag, generation, size } = isObject(item) ? item : {};
  if (typeof name !== 'string' || typeof etag !== 'string' || !/^[0-9]{1,20}$/.test(String(generation)))
    throw new StoreError('invalid', 'the answer tells of an object without a name, an etag or a generation');
  return { key: name, etag, size: Number(size ?? 0), version: String(generation) };
}

async function readObject(answer: Answer, signal: AbortSignal): Promise<JsonObject> {
  try {
    const value: Json = JSON.parse((await whole(answer.body)).toString('utf8'));
    if (isObject(value)) return value;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StoreError) throw error;
  }
  throw new StoreError('invalid', 'the answer is no JSON of an object');
}

async function readError({ status, headers, body }: Answer, signal: AbortSignal) {
  const retryAfter = headers['retry-after'];
  const text = (await whole(body).catch(() => signal.throwIfAborted()))?.toString('utf8') ?? '';
  try {
    const value: Json = JSON.parse(text);
    const error = isObject(value) ? value.error : undefined;
    if (isObject(error) && typeof error.message === 'string')
      return { status, message: error.message, retryAfter };
  } catch {
    // Some say it in words, or as a page.
  }
  return { status, message: `status ${status}`, retryAfter };
}
