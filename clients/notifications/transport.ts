import { type ConnectionOptions, connection, whyUnreachable } from '@millrace/http';
import type { Dispatcher } from 'undici';
import { DeliveryError } from './errors.ts';
import type { HubMessage } from './event-hubs/message.ts';
import type { Publication } from './nats/message.ts';

/** How a server is reached. */
export type Reach = Pick<ConnectionOptions, 'tls' | 'proxy'>;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Of http or https, without credentials in it. */
  url: URL;
  /** Names in lower case. */
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** Whether the body of the answer is read whole; else only what a refusal says. */
  answered: boolean;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Empty where nobody reads it. */
  body: Buffer;
}

/**
 * What everything that leaves goes by. In its place may stand one that keeps what would be sent (see rehearsal.ts).
 * Throws DeliveryError where the other side cannot be reached.
 */
export interface Transport {
  /** One exchange: redirects are answers. */
  send(request: HttpRequest, reach: Reach, signal: AbortSignal): Promise<HttpAnswer>;
  publish(message: Publication, signal: AbortSignal): Promise<void>;
  /** One event, to a hub of Azure. */
  transfer(message: HubMessage, signal: AbortSignal): Promise<void>;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** In bytes: hundreds of comments of a Git host, or a line that says what is wrong. What comes after it is left. */
const readable = { answer: 8 * 2 ** 20, refusal: 4096 };

/** Ways that are kept open, for Providers that share neither certificates nor proxies: the others are opened anew. */
const waysKept = 64;

/** The network. One for the process: it keeps connections. */
export function network(): Transport {
  const ways = new Map<string, Dispatcher>();
  const wayOf = (reach: Reach): Dispatcher => {
    const key = JSON.stringify([reach.tls, reach.proxy]);
    const way = ways.get(key) ?? connection({ ...reach, answerTimeout: 0 });
    ways.delete(key);
    ways.set(key, way); // used last
    if (ways.size > waysKept) {
      const [oldest, unused] = ways.entries().next().value!;
      ways.delete(oldest);
      void unused.close();
    }
    return way;
  };
  return {
    send: (request, reach, signal) => exchange(wayOf(reach), request, signal),
    async publish(message, signal) {
      const { publish } = await import('./nats/connection.ts');
      await publish(message, signal);
    },
    async transfer(message, signal) {
      const { sendToHub } = await import('./event-hubs/connection.ts');
      await sendToHub(message, signal);
    },
    wait,
  };
}

async function exchange(way: Dispatcher, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { method, url, headers, body } = request;
  try {
    const answer = await way.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { 'user-agent': 'millrace', ...headers },
      body: body ?? null,
      signal,
    });
    return {
      status: answer.statusCode,
      headers: flat(answer.headers),
      body: await bodyOf(answer, request, signal),
    };
  } catch (cause) {
    signal.throwIfAborted();
    throw new DeliveryError(`${url.host} cannot be reached: ${reasonOf(cause)}`, { cause });
  }
}

/** A server that has taken the event need not end its answer for that. */
async function bodyOf(
  { statusCode, body }: Dispatcher.ResponseData,
  { answered }: HttpRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  if (answered) return read(body, readable.answer);
  if (statusCode >= 300) return read(body, readable.refusal);
  body.dump({ limit: readable.refusal, signal }).catch(() => {});
  return Buffer.alloc(0);
}

async function read(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let room = limit;
  for await (const part of body) {
    parts.push(part.subarray(0, room));
    room -= part.length;
    if (room <= 0) break;
  }
  return Buffer.concat(parts);
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]);
  return Object.fromEntries(pairs);
}

/** Never what undici says of a header, which it quotes. */
function reasonOf(cause: unknown): string {
  const isOfUs = cause instanceof Error && cause.name === 'InvalidArgumentError';
  return isOfUs ? 'the request cannot be written' : whyUnreachable(cause);
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason);
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  });
}
