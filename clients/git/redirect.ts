import { connection } from '@millrace/http';
import { request } from 'undici';
import type { GitProxy, HttpCredentials } from './credentials.ts';
import { GitError } from './errors.ts';

/** What git asks a server for first. https://git-scm.com/docs/http-protocol */
const discovery = '/info/refs?service=git-upload-pack';

/** As many as git itself would follow. */
const most = 20;

/** Where a repository is, and whether who is there may be told our credentials. */
export interface Moved {
  url: string;
  isHome: boolean;
}

/**
 * Where a server sends those who ask for a repository with credentials. They go along on the same host only, and never
 * to a connection that is less safe: git itself would take them anywhere. Throws GitError.
 */
export async function follow(
  url: string,
  authorization: string | undefined,
  { tls, proxy }: { tls: HttpCredentials; proxy?: GitProxy | undefined },
  signal: AbortSignal,
): Promise<Moved> {
  const dispatcher = connection({ tls, proxy });
  try {
    let at = new URL(url);
    for (let i = 0; i < most; i++) {
      const path = at.href.replace(/\/$/, '') + discovery;
      const headers = authorization === undefined ? {} : { authorization };
      const { statusCode, headers: said, body } = await request(path, { dispatcher, headers, signal });
      await body.dump();
      const { location } = said;
      if (statusCode < 300 || statusCode >= 400 || typeof location !== 'string')
        return { url: at.href, isHome: true };
      const next = new URL(location, path);
      if (!next.href.endsWith(discovery))
        throw new GitError('refused', `'${url}' is sent on to another page than that of a repository`);
      const to = new URL(next.href.slice(0, -discovery.length));
      if (!isHome(at, to)) return { url: to.href, isHome: false };
      at = to;
    }
    throw new GitError('refused', `'${url}' is sent on more than ${most} times`);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof GitError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GitError('unreachable', `'${url}' cannot be followed: ${why}`, { cause });
  } finally {
    await dispatcher.destroy();
  }
}

function isHome(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  const isSafer = from.protocol === 'http:' && to.protocol === 'https:';
  return isSafer && from.hostname === to.hostname && from.port === '' && to.port === '';
}
