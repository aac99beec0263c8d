import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Algorithm } from './digest.ts';
import { type ArtifactServer, type ArtifactServerOptions, serveArtifacts } from './server.ts';
import { artifactStorage, type Storage } from './storage.ts';

/** By the flags of a controller that keeps artifacts. */
export interface KeepOptions {
  /** --storage-path: artifacts are in a folder of it. */
  path: string;
  /** --storage-addr. */
  address: { host?: string; port: number };
  /** --storage-adv-addr; where it is empty, the address that it is served at is told. */
  advertised: string;
  retention: { ttl: number; records: number };
  algorithm: Algorithm;
}

/** A store, and the server that gives out what is in it. */
export interface Kept {
  storage: Storage;
  /** Where it is served, whatever is told of it. */
  url: string;
  stop(): Promise<void>;
}

/** A server, and how many use it. */
interface Shared {
  serving: Promise<ArtifactServer>;
  users: number;
}

const servers = new Map<string, Shared>();

/**
 * Controllers of one process may share the path, for each has folders of its own kinds there, and then share the server:
 * others know one address.
 */
export async function keepArtifacts(options: KeepOptions): Promise<Kept> {
  const root = join(options.path, 'artifacts');
  await mkdir(root, { recursive: true, mode: 0o700 });
  const { address, advertised, retention, algorithm } = options;
  const { url, stop } = await share(root, { host: '', ...address, advertised });
  const base = advertised === '' ? url : `http://${advertised}`;
  return { storage: artifactStorage(root, () => base, { retention, algorithm }), url, stop };
}

async function share(root: string, options: ArtifactServerOptions): Promise<ArtifactServer> {
  const key = JSON.stringify([root, options.host, options.port, options.advertised]);
  const shared = servers.get(key) ?? { serving: serveArtifacts(root, options), users: 0 };
  servers.set(key, shared);
  shared.users++;
  const leave = () => {
    if (--shared.users > 0) return false;
    servers.delete(key);
    return true;
  };
  try {
    const { url, stop } = await shared.serving;
    return { url, stop: async () => void (leave() && (await stop())) };
  } catch (error) {
    leave();
    throw error;
  }
}
