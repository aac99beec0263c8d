import type { Readable } from 'node:stream';
import { type ConnectionOptions, connection, whyUnreachable } from '@millrace/http';
import type { Dispatcher } from 'undici';
import { StoreError } from './errors.ts';

export interface Request {
  method: string;
  origin: string;
  /** As it goes over the line, for it may be signed: what looks like `..` in a key is no way up. */
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array | undefined;
  signal: AbortSignal | undefined;
}

export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Readable;
}

/** Requests of all SDKs go by way of ours: our proxies, certificates and patience; redirects are answers. */
export interface Transport {
  send(request: Request): Promise<Answer>;
  close(): Promise<void>;
}

export function transport(options: ConnectionOptions): Transport {
  const dispatcher = connection(options);
  return {
    async send({ method, origin, path, headers, body, signal }) {
      try {
        const answer = await dispatcher.request({
          method: method as Dispatcher.HttpMethod,
          origin,
          path,
          headers: { 'user-agent': 'millrace', ...headers },
          body: body ?? null,
          signal: signal ?? null,
        });
        // What nobody reads must not bring the process down when it breaks.
        answer.body.on('error', () => {});
        return { status: answer.statusCode, headers: flat(answer.headers), body: answer.body };
      } catch (cause) {
        signal?.throwIfAborted();
        throw new StoreError('unreachable', `${origin} cannot be reached: ${whyUnreachable(cause)}`);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** Lists, and what a server says of an error. A page is a thousand names of up to some kilobytes. */
const largest = 32 * 2 ** 20;

/** A body whole. Throws StoreError for one that is larger than any list can be. */
export async function whole(body: AsyncIterable<Uint8Array>, limit = largest): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > limit) throw new StoreError('invalid', `the answer is larger than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]);
  return Object.fromEntries(pairs);
}
