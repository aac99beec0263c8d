import type { Duplex } from 'node:stream';
import { socksConnection } from '@millrace/http';
import type { GitProxy } from '../credentials.ts';
import { GitError } from '../errors.ts';
import type { SshPlace } from './place.ts';

/** Milliseconds until the proxy has to have connected. */
const patience = 30_000;

/**
 * A connection to a host of SSH by way of a proxy of SOCKS 5, which finds the host's address. Throws GitError, for any
 * other proxy too: Flux goes through no other for SSH.
 */
export async function throughProxy(
  { host, port }: SshPlace,
  { url, username, password }: GitProxy,
  signal: AbortSignal,
): Promise<Duplex> {
  const proxy = new URL(url);
  if (proxy.protocol !== 'socks5:')
    throw new GitError(
      'refused',
      `proxy: unknown scheme: ${proxy.protocol.slice(0, -1)}; for ssh it has to be socks5`,
    );
  try {
    const socket = await socksConnection({ url, username, password }, { host, port }, patience);
    if (signal.aborted) socket.destroy();
    signal.throwIfAborted();
    return socket;
  } catch (cause) {
    signal.throwIfAborted();
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new GitError('unreachable', `the proxy ${proxy.host} does not connect to ${host}: ${said}`, {
      cause,
    });
  }
}
