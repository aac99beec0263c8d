import { Agent, type Dispatcher } from 'undici';
import type { Connection } from './connection.ts';
import { inTurn } from './direct.ts';
import { ApiError, ConnectionError, parseStatus } from './errors.ts';
import { identityHeaders } from './identity.ts';
import { askWhole, type WholeAnswer } from './whole-answer.ts';

export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path on the API server, query included. */
  path: string;
  body?: string;
  contentType?: string;
  accept?: string;
  headers?: Record<string, string | string[]>;
  signal?: AbortSignal | undefined;
  /** Of the API server, in what `onAnswer` is told. */
  host?: string;
}

export interface Response {
  code: number;
  /** The Warning headers of the answer, unquoted. */
  warnings: string[];
  /** By which it can be asked whether the answer is another by now: If-None-Match. */
  etag?: string | undefined;
  text: string;
}

/** An answer that goes on for as long as the server sends: a watch, or logs. */
export interface Stream {
  chunks: AsyncIterable<Uint8Array>;
  close(): void;
}

/** HTTP to one API server: connections are kept, 429 and Retry-After are obeyed. */
export interface Transport {
  send(request: TransportRequest): Promise<Response>;
  stream(request: TransportRequest): Promise<Stream>;
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Requests that may be under way at once; watches do not count. */
  concurrency?: number;
  /** Client-side limit of requests a second; none by default: the server limits. */
  qps?: number | undefined;
  /** How many may go at once before that; by default a second's worth. */
  burst?: number | undefined;
  userAgent?: string;
  /** Told of every answer, watches included: for metrics. */
  onAnswer?: ((request: TransportRequest, code: number) => void) | undefined;
  /** Told of every request that got no answer. */
  onSilence?: ((error: ConnectionError) => void) | undefined;
  /** Milliseconds that a request may wait for its answer; by default a little more than API servers allow. */
  patience?: number | undefined;
}

const maxAttempts = 5;

/** Longer than the minute after which an API server gives up on a request (--request-timeout). */
const defaultPatience = 70_000;

export function connectTo(connection: Connection, options: TransportOptions = {}): Transport {
  const tls = {
    keepAlive: true,
    rejectUnauthorized: !connection.insecureSkipVerify,
    ...(connection.ca ? { ca: connection.ca } : {}),
    ...(connection.credentials.cert ? { cert: connection.credentials.cert } : {}),
    ...(connection.credentials.key ? { key: connection.credentials.key } : {}),
    ...(connection.serverName ? { servername: connection.serverName } : {}),
  };
  const { concurrency = 32, patience = defaultPatience } = options;
  const direct = connection.direct && inTurn(connection.direct, concurrency, patience);
  const requests = new Agent({
    connect: tls,
    connections: concurrency,
    pipelining: 1,
    headersTimeout: patience,
    bodyTimeout: patience,
  });
  // A watch holds its connection for minutes: it must not take one from the pool of short requests.
  const streams = new Agent({ connect: tls, connections: null, headersTimeout: 0, bodyTimeout: 0 });
  const wait = limiter(options.qps, options.burst);
  // API servers behind a gateway have a path of their own.
  const { host, origin, pathname } = new URL(connection.server);
  const base = pathname.replace(/\/$/, '');
  const identity = identityHeaders(connection.as ?? 'own');

  const optionsOf = async (request: TransportRequest) => {
    const headers: Record<string, string | string[]> = {
      accept: request.accept ?? 'application/json',
      'user-agent': options.userAgent ?? 'millrace',
      ...(await connection.credentials.headers()),
      // Whole, or not at all: the groups of one user are not another's.
      ...(request.headers?.['impersonate-user'] === undefined ? identity : {}),
      ...request.headers,
    };
    if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
    return {
      origin,
      path: base + request.path,
      method: request.method,
      headers,
      // Over HTTP/2 undici writes several values as one, between commas: several groups would be one group.
      ...(Object.values(headers).some(Array.isArray) ? { allowH2: false } : {}),
      ...(request.body === undefined ? {} : { body: request.body }),
    };
  };
  const answered = (request: TransportRequest, code: number) =>
    options.onAnswer?.({ ...request, host }, code);
  const silence = (request: TransportRequest, cause: unknown): ConnectionError => {
    request.signal?.throwIfAborted();
    const error = new ConnectionError(`${connection.server} cannot be reached: ${reason(cause)}`, { cause });
    options.onSilence?.(error);
    return error;
  };

  const ask = async (request: TransportRequest): Promise<WholeAnswer> => {
    let hasBegun = false;
    const began = (code: number) => {
      hasBegun = true;
      answered(request, code);
    };
    try {
      const asked = await optionsOf(request);
      if (!direct) return await askWhole(requests, asked, request.signal, began);
      const { method, path, headers, body } = asked;
      const answer = await direct({ method, path, headers, ...(body && { body }) }, request.signal);
      began(answer.statusCode);
      return answer;
    } catch (cause) {
      throw hasBegun ? brokenOff(connection.server, cause, request.signal) : silence(request, cause);
    }
  };

  const open = async (request: TransportRequest): Promise<Dispatcher.ResponseData> => {
    try {
      const pending = streams.request(await optionsOf(request));
      const answer = await unlessAborted(pending, request.signal);
      answered(request, answer.statusCode);
      return answer;
    } catch (cause) {
      throw silence(request, cause);
    }
  };

  return {
    async send(request) {
      for (let attempt = 1; ; attempt++) {
        await wait(request.signal);
        const answer = await ask(request);
        const { text } = answer;
        if (answer.statusCode < 400) {
          const [warnings, etag] = [warningsOf(answer), header(answer, 'etag')];
          return { code: answer.statusCode, warnings, etag, text };
        }
        const status = parseStatus(answer.statusCode, text, header(answer, 'retry-after'));
        const seconds = status.details?.retryAfterSeconds;
        if (answer.statusCode === 401 && attempt === 1 && connection.credentials.refused?.()) continue;
        const mayRetry = answer.statusCode === 429 || (answer.statusCode >= 500 && seconds !== undefined);
        if (!mayRetry || attempt === maxAttempts) throw new ApiError(status);
        await delay((seconds ?? 2 ** (attempt - 1)) * 1000, request.signal);
      }
    },

    async stream(request) {
      const abort = new AbortController();
      const signal = request.signal ? AbortSignal.any([request.signal, abort.signal]) : abort.signal;
      const answer = await open({ ...request, signal });
      if (answer.statusCode >= 400) {
        if (answer.statusCode === 401) connection.credentials.refused?.();
        const text = await readText(answer, connection.server, signal);
        throw new ApiError(parseStatus(answer.statusCode, text, header(answer, 'retry-after')));
      }
      return { chunks: answer.body, close: () => abort.abort() };
    },

    async close() {
      await Promise.all([requests.destroy(), streams.destroy()]);
    },
  };
}

/**
 * The answer, which ends with the signal too. undici is not told of the signal: a stream of HTTP/2 that is given up
 * before its answer throws out of nowhere when the client is closed (8.12.4).
 */
async function unlessAborted(
  pending: Promise<Dispatcher.ResponseData>,
  signal: AbortSignal | undefined,
): Promise<Dispatcher.ResponseData> {
  if (!signal) return pending;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const end = () => reject(signal.reason);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  const leave = () => signal.removeEventListener('abort', end);
  const close = (body: Dispatcher.ResponseData['body']) => {
    body.on('error', () => {}); // who reads it sees what becomes of it, and of the rest nobody need
    body.destroy();
  };
  try {
    const answer = await Promise.race([pending, aborted]);
    aborted.catch(() => close(answer.body));
    answer.body.once('close', leave);
    return answer;
  } catch (error) {
    leave();
    pending.then(({ body }) => close(body)).catch(() => {});
    throw error;
  }
}

async function readText(
  answer: Dispatcher.ResponseData,
  server: string,
  signal?: AbortSignal,
): Promise<string> {
  try {
    return await answer.body.text();
  } catch (cause) {
    throw brokenOff(server, cause, signal);
  }
}

function brokenOff(server: string, cause: unknown, signal: AbortSignal | undefined): ConnectionError {
  signal?.throwIfAborted();
  return new ConnectionError(`${server} broke the connection: ${reason(cause)}`, { cause });
}

type Headed = Pick<WholeAnswer, 'headers'>;

function header(answer: Headed, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** `299 - "text"` (RFC 7234): the text is what concerns the user. */
function warningsOf(answer: Headed): string[] {
  const value = answer.headers.warning;
  const lines = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return lines.flatMap(line =>
    [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(m => m[1]!.replace(/\\(.)/g, '$1')),
  );
}

function reason(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error ? cause.message : String(cause);
}

function limiter(qps: number | undefined, burst = qps): (signal?: AbortSignal) => Promise<void> {
  if (!qps || !burst) return async () => {};
  let next = 0;
  return async signal => {
    const now = performance.now();
    next = Math.max(next, now - (burst * 1000) / qps) + 1000 / qps;
    if (next > now) await delay(next - now, signal);
  };
}

/** Wait, unless the signal ends it first: then its reason is thrown. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(done, milliseconds);
    function done() {
      signal?.removeEventListener('abort', stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', stop, { once: true });
  });
}
