import { isIP } from 'node:net';
import { GitError } from '../errors.ts';

/** Where a repository is, from its URL. */
export interface SshPlace {
  host: string;
  port: number;
  user: string;
  /** Absolute, on that host. */
  path: string;
}

/** By convention of those who host repositories. */
const defaultUser = 'git';

/**
 * `ssh://user@host:port/path`. Nothing of it can be taken for an option, a command or more than one line. Throws
 * GitError.
 */
export function sshPlace(text: string): SshPlace {
  if (!URL.canParse(text)) throw refused(text, 'it is no URL');
  const url = new URL(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0 && !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(host))
    throw refused(text, 'its host is no name of a host');
  const user = decoded(url.username) || defaultUser;
  if (!/^[A-Za-z0-9_.+@$~\\][A-Za-z0-9_.+@$~\\-]*$/.test(user))
    throw refused(text, 'its user is no name of a user');
  const path = decoded(url.pathname) + url.search;
  if (path.length < 2) throw refused(text, 'it names no repository');
  if (/[\u0000-\u001f\u007f]/.test(path)) throw refused(text, 'its path holds control characters');
  return { host, port: Number(url.port) || 22, user, path };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(url: string, why: string): GitError {
  return new GitError('refused', `the URL '${url}' is refused: ${why}`);
}
