import { isIPv4 } from 'node:net';

/** A repository in a registry: `ghcr.io` and `org/app`. */
export interface RepositoryName {
  /** With the port, where it has one. */
  host: string;
  path: string;
}

/** The text names no repository. */
export class InvalidRepository extends Error {
  override readonly name = 'InvalidRepository';
}

const dockerHub = 'index.docker.io';

/** Of a path, in characters, as Flux takes them. */
const lengths = { least: 2, most: 255 };

/**
 * What stands after `oci://`. Without a host it is one of Docker Hub, as for every client of registries. Throws
 * InvalidRepository, also for a tag or digest at the end.
 */
export function parseRepository(text: string): RepositoryName {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const hasHost = /[.:[]/.test(first);
  const path = hasHost ? text.slice(slash + 1) : text;
  requirePath(path);
  if (!hasHost) return { host: dockerHub, path: path.includes('/') ? path : `library/${path}` };
  requireHost(first);
  if (first !== 'docker.io' && first !== dockerHub) return { host: first, path };
  return { host: dockerHub, path: path.includes('/') ? path : `library/${path}` };
}

function requireHost(host: string): void {
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  const withPort = url && `${url.hostname}:${url.port || '80'}`;
  if (url?.host !== host.toLowerCase() && withPort !== host.toLowerCase())
    // It is not shown: somebody may have written a password into it.
    throw new InvalidRepository('the name of the registry has to be HOST or HOST:PORT');
}

function requirePath(path: string): void {
  const [name = '', digest] = path.split('@', 2);
  if (digest !== undefined) throw new InvalidRepository(`URL must not contain a digest; remove '@${digest}'`);
  const colon = name.indexOf(':');
  if (colon >= 0) throw new InvalidRepository(`URL must not contain a tag; remove '${name.slice(colon)}'`);
  if (name.length < lengths.least || name.length > lengths.most)
    throw new InvalidRepository(
      `repository must be between ${lengths.least} and ${lengths.most} characters in length: ${name.slice(0, lengths.most)}`,
    );
  if (!/^[a-z0-9._/-]+$/.test(name))
    throw new InvalidRepository(
      `repository can only contain the characters \`abcdefghijklmnopqrstuvwxyz0123456789_-./\`: ${name}`,
    );
  if (name.split('/').some(part => part === '' || part === '.' || part === '..'))
    throw new InvalidRepository(`repository must not have an empty part, '.' or '..': ${name}`);
}

/**
 * Registries that may have no TLS without being called insecure: those for which Flux's client (go-containerregistry,
 * pkg/name) takes plain HTTP where https does not answer. `localhost` is one with a port only, and names that merely
 * begin with such an address are none.
 */
export function isNear(host: string): boolean {
  const name = host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.split(':', 1)[0]!;
  if (name === 'localhost') return host.length > name.length;
  if (name === '[::1]' || name === '127.0.0.1' || name.endsWith('.localhost')) return true;
  if (!isIPv4(name)) return false;
  const [a, b = 0] = name.split('.').map(Number);
  return a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
}
