import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openService, type ServiceOptions } from './service.ts';

export interface RegistryOptions extends ServiceOptions {
  /** 0 or none: any free port. */
  readonly port?: number;
}

/** A running registry. */
export interface Registry {
  /** `127.0.0.1:<port>`: what stands before the name of a repository. */
  readonly host: string;
  readonly url: string;
  /** The password that lets push, for any user; unless `authenticate` decides. */
  readonly token: string;
  /** Forget the repositories whose names begin with a path and a slash. */
  forget(path: string): void;
  /** Cut every connection, as if the registry were gone, until it is to be there again: a rehearsal of that. */
  setAway(isAway: boolean): void;
  stop(): Promise<void>;
}

const mostConnections = 1000;

/** A request, with its body, has arrived within this time; who stalls is given up before. In milliseconds. */
const longestRequest = 60 * 60_000;

/** A connection on which nothing moves; a large blob has to come to the disk within it. */
const patience = 120_000;

/**
 * Serve an OCI registry on loopback (distribution-spec v1.1), out of a folder. Throws when the port is taken, and when
 * another process serves from the folder.
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const service = await openService(options);
  const server = createServer(service.answer);
  server.requestTimeout = longestRequest;
  server.maxConnections = mostConnections;
  server.setTimeout(patience, socket => socket.destroy());
  let isAway = false;
  server.on('connection', socket => isAway && socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
  } catch (error) {
    await service.stop();
    throw error;
  }
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    token: service.token,
    forget: service.forget,
    setAway(away) {
      isAway = away;
      if (away) server.closeAllConnections();
    },
    async stop() {
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await service.stop();
    },
  };
}
