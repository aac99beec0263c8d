import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from '@millrace/controller';
import { type Address, FlagError, type Served } from '@millrace/process';
import type { Measure } from './http-metrics.ts';

export interface Answer {
  code: number;
  /** Names in lower case. */
  headers?: Record<string, string>;
  text?: string;
}

/** What a server does with requests. */
export interface Handling {
  answer(request: IncomingMessage): Promise<Answer>;
  measure: Measure;
  /** What the metrics call the place that a request asks for. */
  handlerOf(request: IncomingMessage): string;
  log: Logger;
  /** How long a request may take to come in, in milliseconds. */
  patience?: Patience | undefined;
}

export interface Patience {
  headers: number;
  request: number;
}

/** notification-controller v1.9.3, internal/server/limits.go. */
export const usualPatience: Patience = { headers: 10_000, request: 30_000 };
const headerLimit = 256 * 1024;

/** Callers at once, of whom most may be slow. */
const mostConnections = 2048;

/** Milliseconds that requests have to end when the server does. */
const grace = 5000;

/** Serve strangers. Throws FlagError where the address is taken. */
export function serveHttp(address: Address, handling: Handling): Promise<Served> {
  const { headers, request } = handling.patience ?? usualPatience;
  const server = createServer(
    {
      maxHeaderSize: headerLimit,
      headersTimeout: headers,
      // The handler answers a body that does not come before that.
      requestTimeout: request + 5000,
      keepAliveTimeout: request,
      connectionsCheckingInterval: Math.min(1000, headers),
    },
    (incoming, response) => void respond(incoming, response, handling),
  );
  server.maxConnections = mostConnections;
  server.on('clientError', refuse);
  return listen(server, address);
}

async function respond(request: IncomingMessage, response: ServerResponse, on: Handling): Promise<void> {
  const measured = on.measure(on.handlerOf(request), request.method ?? '');
  const answer = await on.answer(request).catch((error): Answer => {
    on.log.error({ error }, 'a request could not be handled');
    return { code: 500 };
  });
  measured(answer.code, Buffer.byteLength(answer.text ?? ''));
  send(request, response, answer);
}

/** Milliseconds and bytes for which a body that nobody wants is still taken, so that its sender reads the answer. */
const linger = { time: 500, bytes: 256 * 1024 };

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { code, headers = {}, text = '' } = answer;
  if (response.destroyed) return;
  const whole = request.complete;
  response.writeHead(code, {
    'content-length': Buffer.byteLength(text),
    ...(text ? { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } : {}),
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
