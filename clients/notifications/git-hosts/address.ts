import { InvalidDestination } from '../errors.ts';

/** A repository, as the API of its host names it. */
export interface Repository {
  /** `https://host:port`. */
  origin: string;
  host: string;
  /** Without slashes around it, nor `.git`. */
  path: string;
}

/** `git@host:owner/repository.git` */
const scp = /^(?:[\w.~-]+@)?([\w.-]+):([\w./-]+)$/;

/**
 * Where a clone URL leads: the API of a host is asked by https even if the repository is cloned by ssh. Throws
 * InvalidDestination, which does not repeat the address: somebody may have written a token into it.
 */
export function repositoryAt(address: string): Repository {
  const written = URL.canParse(address) ? new URL(address) : undefined;
  if (written && /^(https?|ssh):$/.test(written.protocol)) {
    const scheme = written.protocol === 'ssh:' ? 'https:' : written.protocol;
    return found(`${scheme}//${written.host}`, decoded(written.pathname));
  }
  const [, host, path] = (address.length <= 2048 && scp.exec(address)) || [];
  if (host !== undefined && path !== undefined) return found(`https://${host}`, path);
  throw new InvalidDestination('address has to be the URL of a Git repository, by https, http or ssh');
}

function found(origin: string, path: string): Repository {
  if (!URL.canParse(origin)) throw new InvalidDestination('address names no host');
  return { origin, host: new URL(origin).host, path: path.replace(/^\/+/, '').replace(/\.git$/, '') };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new InvalidDestination('the path of address is not well escaped');
  }
}

/** The parts of a repository's path, of which there have to be so many. Throws InvalidDestination. */
export function partsOf({ path }: Repository, ...names: string[]): string[] {
  const parts = path.split('/');
  if (parts.length === names.length && parts.every(isName)) return parts;
  throw new InvalidDestination(`the path of address has to be ${names.map(name => `<${name}>`).join('/')}`);
}

const isName = (part: string) => part !== '' && part !== '.' && part !== '..';

/** Names from outside as a path, each of them one segment. */
export function path(...segments: (string | number)[]): string {
  return segments.map(segment => `/${encodeURIComponent(segment)}`).join('');
}
