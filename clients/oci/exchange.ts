import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { whyUnreachable } from '@millrace/http';
import type { Dispatcher } from 'undici';
import { RegistryError } from './errors.ts';

export interface Request {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  url: URL;
  headers?: Record<string, string>;
  /** What is sent; a stream is made anew for every try. */
  body?: string | Uint8Array | (() => Readable);
}

export interface Answer {
  /** Who has answered, after all redirects. */
  origin: string;
  status: number;
  header(name: string): string | undefined;
  body: Dispatcher.ResponseData['body'];
}

/** Redirects that are followed: registries keep blobs at other hosts. */
const mostRedirects = 5;

/** Tries at a server that is busy or broken, and the longest that one is waited for, in milliseconds. */
const mostTries = 3;
const longestWait = 10_000;

/** Nobody is left alone for longer, whatever they ask for; in milliseconds. */
const longestRest = 3600_000;

const busy = [408, 429, 500, 502, 503, 504];

/**
 * One exchange: redirects are followed, without the authorization to another host, and never from https to http; a
 * server that is busy is asked again when it says so. Throws RegistryError, or the signal's reason.
 */
export async function exchange(
  dispatcher: Dispatcher,
  request: Request,
  signal: AbortSignal,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await follow(dispatcher, request, signal);
    if (!busy.includes(answer.status)) return answer;
    await answer.body.dump();
    const asked = retryAfter(answer.header('retry-after'));
    const pause = asked ?? 250 * 4 ** (tries - 1);
    if (tries === mostTries || pause > longestWait)
      throw new RegistryError('busy', `${request.url.host} answers with status ${answer.status}`, {
        retryAfter: asked,
      });
    await wait(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function follow(dispatcher: Dispatcher, request: Request, signal: AbortSignal): Promise<Answer> {
  let { url, headers = {} } = request;
  for (let redirects = 0; ; redirects++) {
    const answer = await send(dispatcher, { ...request, url, headers }, signal);
    const location = answer.header('location');
    if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer;
    await answer.body.dump();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (!next || redirects === mostRedirects || !isRead(request) || !mayFollow(url, next))
      throw new RegistryError('invalid', `${url.host} redirects to where it cannot be followed`);
    if (next.origin !== url.origin) {
      const { authorization: _, ...others } = headers;
      headers = others;
    }
    url = next;
  }
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Nothing that was said under encryption goes on without it. */
export function mayFollow(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
}

async function send(dispatcher: Dispatcher, request: Request, signal: AbortSignal): Promise<Answer> {
  const { method, url, headers, body } = request;
  try {
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { 'user-agent': 'millrace', ...headers },
      body: (typeof body === 'function' ? body() : body) ?? null,
      // undici ends a connection after each HEAD otherwise.
      reset: false,
      signal,
    });
    // What nobody reads must not bring the process down when it breaks.
    answer.body.on('error', () => {});
    return {
      origin: url.origin,
      status: answer.statusCode,
      body: answer.body,
      header: name => [answer.headers[name] ?? []].flat().join(', ') || undefined,
    };
  } catch (cause) {
    signal.throwIfAborted();
    throw new RegistryError('unreachable', `${url.host} cannot be reached: ${whyUnreachable(cause)}`, {
      cause,
    });
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3); in milliseconds. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wanted = /^[0-9]+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wanted) ? undefined : Math.min(Math.max(0, wanted), longestRest);
}

/** A body whole. Throws RegistryError for one of more bytes than the limit. */
export async function readBody(answer: Answer, limit: number, what: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of answer.body as AsyncIterable<Uint8Array>) {
      size += part.byteLength;
      if (size > limit) throw new RegistryError('invalid', `${what} is larger than ${limit} bytes`);
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof RegistryError) throw cause;
    throw new RegistryError('unreachable', `${what} ends early: ${whyUnreachable(cause)}`, { cause });
  }
  return Buffer.concat(parts);
}
