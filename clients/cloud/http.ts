import { type Dispatcher, EnvHttpProxyAgent } from 'undici';

export interface HttpRequest {
  method: string;
  /** http or https; anything else is refused. */
  url: string | URL;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * One exchange with a server that is not trusted: it ends within a time, its answer is held to a size, and a redirect
 * is an answer like another, for a token must not follow it to another host. Throws HttpError.
 */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** The server could not be asked, or did not answer as it should. Names the server, never the path or the query. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
}

export interface HttpOptions {
  /** What connects; by default what the environment says of proxies. */
  dispatcher?: Dispatcher;
  /** In milliseconds, for the whole exchange. */
  timeout?: number;
  /** Bytes that an answer may have. */
  limit?: number;
  /** For servers of one's own: PEM of the authorities, the name in the certificate, client certificate. */
  tls?: { ca?: string; cert?: string; key?: string; servername?: string; rejectUnauthorized?: boolean };
}

/** What Flux gives to a request for a token. */
const patience = 10_000;

/** A token, a kubeconfig or a description of a cluster is some kilobytes. */
const largest = 1 << 20;

/** Servers of the machine itself, which hand out its identity: no proxy is asked about them. */
const neighbours = '169.254.169.254,169.254.170.2,169.254.170.23,metadata.google.internal';

export function http(options: HttpOptions = {}): Http {
  const dispatcher = options.dispatcher ?? dispatcherFor(options.tls);
  const limit = options.limit ?? largest;
  return async request => {
    const url = new URL(request.url);
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new HttpError(`${url.protocol} is no protocol to ask a server by: use https`);
    const late = AbortSignal.timeout(options.timeout ?? patience);
    const signal = request.signal ? AbortSignal.any([request.signal, late]) : late;
    try {
      const answer = await dispatcher.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method as Dispatcher.HttpMethod,
        headers: { 'user-agent': 'millrace', ...request.headers },
        body: request.body ?? null,
        signal,
      });
      const body = await read(answer.body, limit, url.origin);
      return { status: answer.statusCode, headers: flat(answer.headers), body };
    } catch (cause) {
      request.signal?.throwIfAborted();
      if (cause instanceof HttpError) throw cause;
      if (late.aborted) throw new HttpError(`${url.origin} did not answer in time`);
      throw new HttpError(`${url.origin} cannot be reached: ${reason(cause)}`);
    }
  };
}

/**
 * Names from outside as a path: each of them one segment and no more. Throws HttpError for a name that would lead
 * elsewhere.
 */
export function pathOf(...segments: string[]): string {
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..')
      throw new HttpError(`${JSON.stringify(segments.join('/'))} is no path of names`);
  }
  return segments.map(segment => `/${encodeURIComponent(segment)}`).join('');
}

function dispatcherFor(tls: HttpOptions['tls']): Dispatcher {
  const { NO_PROXY, no_proxy } = process.env;
  const noProxy = [no_proxy ?? NO_PROXY, neighbours].filter(list => list).join(',');
  return new EnvHttpProxyAgent({ noProxy, ...(tls ? { connect: tls, requestTls: tls } : {}) });
}

async function read(body: AsyncIterable<Buffer>, limit: number, origin: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > limit) throw new HttpError(`${origin} answers with more than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]);
  return Object.fromEntries(pairs);
}

function reason(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  return cause instanceof Error ? cause.message : String(cause);
}
