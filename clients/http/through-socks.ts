import type { Socket } from 'node:net';
import { buildConnector } from 'undici';

export interface SocksProxy {
  /** `socks5://HOST:PORT`; a login that stands in it counts where there is no other. */
  url: string;
  username?: string | undefined;
  password?: string | undefined;
}

const defaultPort = 1080;

export const isSocks = (url: string) => /^socks5:/i.test(url);

/**
 * A connection by way of a proxy of SOCKS 5 (RFC 1928, 1929), which finds the address of the host. Rejects in the words of
 * the connection, or of the proxy.
 * @param timeout in milliseconds
 */
export async function socksConnection(
  proxy: SocksProxy,
  destination: { host: string; port: number },
  timeout?: number,
): Promise<Socket> {
  const { hostname, port } = new URL(proxy.url);
  const { SocksClient } = await import('socks');
  const { socket } = await SocksClient.createConnection({
    command: 'connect',
    destination: { ...destination, host: unbracketed(destination.host) },
    proxy: { host: unbracketed(hostname), port: Number(port) || defaultPort, type: 5, ...loginOf(proxy) },
    ...(timeout === undefined ? {} : { timeout }),
  });
  return socket;
}

/** Connects by way of a proxy of SOCKS 5. */
export function throughSocks(
  proxy: SocksProxy,
  connect: buildConnector.BuildOptions,
): buildConnector.connector {
  const finish = buildConnector(connect);
  const timeout = typeof connect.timeout === 'number' ? connect.timeout : undefined;
  return (options, callback) => {
    const isSecure = options.protocol === 'https:';
    const destination = { host: options.hostname, port: Number(options.port) || (isSecure ? 443 : 80) };
    socksConnection(proxy, destination, timeout).then(
      socket => (isSecure ? finish({ ...options, httpSocket: socket }, callback) : callback(null, socket)),
      (cause: Error) => {
        const { hostname } = new URL(proxy.url);
        callback(new Error(`the proxy ${unbracketed(hostname)}: ${cause.message}`, { cause }), null);
      },
    );
  };
}

function loginOf({ url, username, password }: SocksProxy): { userId: string; password: string } | undefined {
  if (username) return { userId: username, password: password ?? '' };
  const named = new URL(url);
  return named.username ? { userId: decoded(named.username), password: decoded(named.password) } : undefined;
}

/** A per cent sign that begins nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const unbracketed = (host: string) => host.replace(/^\[(.*)\]$/, '$1');
