import { createServer, type RequestListener, type Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { KubeClient } from '@millrace/kube';
import type { Door } from './door.ts';
import { tokenDoor } from './token-door.ts';

/** Where the page is reached, and by whom. */
export interface Entrance {
  /** @param port at which it is reached, from the time on at which it listens */
  door(port: () => number): Door;
  createServer(listener: RequestListener): Server | TlsServer;
  /** Every address of the machine where there is no host. */
  listen: { host?: string; port: number };
  /** Of every answer, beside those of every page. */
  headers?: Record<string, string>;
  /** What is told of it. */
  url(port: number): string;
  close?(): Promise<void>;
}

/** For whoever has the token, on the loopback address. */
export function onThisMachine(
  client: KubeClient,
  { port, token }: { port: number; token: string },
): Entrance {
  return {
    door: actual => tokenDoor(token, actual, { client, as: 'own' }),
    createServer,
    listen: { host: '127.0.0.1', port },
    url: actual => `http://127.0.0.1:${actual}/?token=${token}`,
  };
}
