import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { PortTaken } from '../errors.ts';
import type { Identity } from '../pki/identity.ts';
import type { Exchange } from './exchange.ts';
import { HttpExchange, Traffic } from './http-exchange.ts';
import type { Incoming, Outgoing } from './message.ts';

/** A TLS server on loopback that speaks HTTP/1.1 and HTTP/2. */
export interface Listener {
  readonly port: number;
  /** Stop at once: what is still in flight is cut. */
  close(): Promise<void>;
}

const mostConnections = 2000;

/** Listen on 127.0.0.1; port 0 takes any free one. Throws PortTaken. */
export function listen(
  identity: Identity,
  port: number,
  handle: (exchange: Exchange) => void,
): Promise<Listener> {
  const server = http2.createSecureServer({
    allowHTTP1: true,
    key: identity.server.key,
    cert: identity.server.certificate,
    ca: identity.authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    settings: { maxConcurrentStreams: 1000, initialWindowSize: 1 << 20 },
  });
  const traffic = new Traffic();
  const sockets = new Set<TLSSocket>();
  server.on('secureConnection', socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  server.on('request', (incoming: Incoming, outgoing: Outgoing) => {
    outgoing.on('error', () => {});
    handle(new HttpExchange(incoming, outgoing, traffic));
  });
  server.maxConnections = mostConnections;
  // A watch is silent for as long as nothing happens.
  server.setTimeout(0);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') reject(error);
      else reject(new PortTaken(`port ${port} of 127.0.0.1 is in use`, { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => {
      const close = () =>
        new Promise<void>(done => {
          server.close(() => done());
          for (const socket of sockets) socket.destroy();
        });
      resolve({ port: (server.address() as AddressInfo).port, close });
    });
  });
}
