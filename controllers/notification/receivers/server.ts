import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Receiver } from '@millrace/api';
import type { Environment } from '@millrace/controller';
import type { WatchCache } from '@millrace/kube';
import { type Address, FlagError, type Served } from '@millrace/process';
import { type Answer, answerElsewhere } from './elsewhere.ts';
import { handler } from './handle.ts';
import { httpMetrics } from './http-metrics.ts';
import { Documents } from './identity/documents.ts';
import { Places } from './places.ts';
import { digestOfPath, hookPath } from './webhook-path.ts';

export interface ServerDeps extends Environment {
  /** Those of the controller that receiverReconciler makes: it indexes them by their paths. */
  receivers: WatchCache<Receiver>;
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  /** --export-http-path-metrics. */
  pathMetrics: boolean;
  /** How long a request may take to come in, in milliseconds. */
  patience?: { headers: number; request: number };
  /** What identity providers publish, and where Google does: for tests. */
  documents?: Documents;
  google?: Record<string, string>;
}

/** notification-controller v1.9.3, internal/server/limits.go. */
const patience = { headers: 10_000, request: 30_000 };
const headerLimit = 256 * 1024;

/** Callers at once, of whom most may be slow. */
const mostConnections = 2048;

/** Requests to the API server at once. */
const apiPlaces = 32;

/** Milliseconds that requests have to end when the server does. */
const grace = 5000;

/** Receive webhooks. Throws FlagError where the address is taken. */
export async function serveReceivers(address: Address, deps: ServerDeps): Promise<Served> {
  const { headers, request } = deps.patience ?? patience;
  const { log } = deps;
  const handle = handler({
    ...deps,
    readTimeout: request,
    documents: deps.documents ?? new Documents(),
    places: new Places(apiPlaces),
    woken: ({ kind, name, namespace }) => log.info(`resource '${kind}/${name}.${namespace}' annotated`),
  });
  const measure = httpMetrics('gotk_receiver', deps.metrics.registry);
  const server = createServer(
    {
      maxHeaderSize: headerLimit,
      headersTimeout: headers,
      // The handler answers a body that does not come before that.
      requestTimeout: request + 5000,
      keepAliveTimeout: request,
      connectionsCheckingInterval: Math.min(1000, headers),
    },
    async (incoming, response) => {
      const measured = measure(handlerOf(incoming, deps), incoming.method ?? '');
      const answer: Answer = await answerTo(incoming, handle).catch(error => {
        log.error({ error }, 'a webhook could not be handled');
        return { code: 500, text: '' };
      });
      measured(answer.code, answer.text.length);
      send(incoming, response, answer);
    },
  );
  server.maxConnections = mostConnections;
  server.on('clientError', refuse);
  return listen(server, address);
}

async function answerTo(
  request: IncomingMessage,
  handle: (request: IncomingMessage) => Promise<number>,
): Promise<Answer> {
  const elsewhere = answerElsewhere(request.method ?? '', request.url ?? '');
  return elsewhere ?? { code: await handle(request), text: '' };
}

/** Paths that no Receiver has are one: who sends many of them leaves no more in memory. */
function handlerOf({ url = '' }: IncomingMessage, { pathMetrics, receivers }: ServerDeps): string {
  const known = pathMetrics && receivers.indexed('path', digestOfPath(url)).length > 0;
  return known ? url : hookPath;
}

/** Milliseconds and bytes for which a body that nobody wants is still taken, so that its sender reads the answer. */
const linger = { time: 500, bytes: 256 * 1024 };

function send(request: IncomingMessage, response: ServerResponse, { code, text, headers }: Answer): void {
  if (response.destroyed) return;
  const whole = request.complete;
  response.writeHead(code, {
    'content-length': Buffer.byteLength(text),
    ...headers,
    ...(whole ? {} : { connection: 'close' }),
  });
  if (whole) return void response.end(text);
  const close = () => request.socket.destroy();
  const timer = setTimeout(close, linger.time);
  let left = linger.bytes;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) close();
  });
  request.on('close', () => clearTimeout(timer));
  response.end(text);
}

/** What is no request of HTTP, and what did not come in time: of the latter nothing is said. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || error.code === 'ECONNRESET';
  if (late || !socket.writable) return void socket.destroy();
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const line = `${code} ${STATUS_CODES[code]}`;
  socket.end(
    `HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${line}`,
    () => socket.destroy(),
  );
}

function listen(server: Server, { host, port }: Address): Promise<Served> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new FlagError(`port ${port} is in use by another program`) : error,
      ),
    );
    server.listen(port, host, () =>
      resolve({ port: (server.address() as AddressInfo).port, close: () => closed(server) }),
    );
  });
}

/** What is being answered has a while to end. */
function closed(server: Server): Promise<void> {
  return new Promise(done => {
    const timer = setTimeout(() => server.closeAllConnections(), grace);
    server.close(() => {
      clearTimeout(timer);
      done();
    });
    server.closeIdleConnections();
  });
}
