import type { Duplex } from 'node:stream';
import { SocksClient } from 'socks';
import type { GitProxy } from '../credentials.ts';
import { GitError } from '../errors.ts';
import type { SshPlace } from './place.ts';

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
    const { socket } = await SocksClient.createConnection({
      command: 'connect',
      destination: { host, port },
      proxy: {
        host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: Number(proxy.port) || 1080,
        type: 5,
        ...(username ? { userId: username, password: password ?? '' } : {}),
      },
      timeout: 30_000,
    });
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
