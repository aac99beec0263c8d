import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '@millrace/controller';
import { FlagError } from './flags/index.ts';

export interface Address {
  /** Every address of the machine where it is left out. */
  host?: string;
  port: number;
}

/** A server that can be ended. */
export interface Served {
  port: number;
  close(): Promise<void>;
}

/** `host:port`, `[host]:port` or `:port`; undefined for `0`, which turns a server off. Throws FlagError. */
export function addressOf(text: string, flag: string): Address | undefined {
  if (text === '0') return undefined;
  const at = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(at, 0)).replace(/^\[|\]$/g, '');
  const port = /^\d{1,5}$/.test(text.slice(at + 1)) ? Number(text.slice(at + 1)) : Number.NaN;
  if (at < 0 || !(port <= 65_535))
    throw new FlagError(`invalid argument "${text}" for "--${flag}" flag: host:port is expected`);
  return { port, ...(host === '' ? {} : { host }) };
}

/** `/metrics`, in the text format of Prometheus, and profiles of the process. */
export function serveMetrics(address: Address, { registry }: Metrics): Promise<Served> {
  return serve(address, async (request, response) => {
    const { url = '/', method } = request;
    if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405).end();
    if (url.split('?')[0] !== '/metrics') {
      // Most processes are never asked for a profile.
      const answered =
        url.startsWith('/debug/profile') && (await import('./profile.ts')).answerProfile(url, response);
      return answered ? undefined : void response.writeHead(404).end();
    }
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
  });
}

/**
 * `/healthz` says that the process lives, `/readyz` that it can do its work: 200 and `ok`, or 500 and what is missing.
 *
 * @param missing what is not ready yet; undefined when all is
 */
export function serveHealth(address: Address, missing: () => string | undefined): Promise<Served> {
  return serve(address, (request, response) => {
    const path = request.url?.split('?')[0]?.replace(/\/$/, '');
    if (path !== '/healthz' && path !== '/readyz') return void response.writeHead(404).end();
    const problem = path === '/readyz' ? missing() : undefined;
    response.writeHead(problem === undefined ? 200 : 500, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(problem ?? 'ok');
  });
}

function serve({ host, port }: Address, listener: RequestListener): Promise<Served> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, listener);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new FlagError(`port ${port} is in use by another program`) : error,
      ),
    );
    server.listen(port, host, () => {
      const close = () =>
        new Promise<void>(done => {
          server.close(() => done());
          server.closeAllConnections();
        });
      resolve({ port: (server.address() as AddressInfo).port, close });
    });
  });
}
