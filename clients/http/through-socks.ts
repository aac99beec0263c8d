import { buildConnector } from 'undici';

export interface SocksProxy {
  /** `socks5://HOST:PORT`; a login that stands in it counts where there is no other. */
  url: string;
  username?: string | undefined;
  password?: string | undefined;
}

const defaultPort = 1080;

export const isSocks = (url: string) => /^socks5:/i.test(url);

/** Connects by way of a proxy of SOCKS 5 (RFC 1928, 1929), which finds the addresses of hosts. */
export function throughSocks(
  proxy: SocksProxy,
  connect: buildConnector.BuildOptions,
): buildConnector.connector {
  const finish = buildConnector(connect);
  const { hostname, port, username, password } = new URL(proxy.url);
  const login = proxy.username
    ? { userId: proxy.username, password: proxy.password ?? '' }
    : { userId: decodeURIComponent(username), password: decodeURIComponent(password) };
  const way = {
    host: unbracketed(hostname),
    port: Number(port) || defaultPort,
    type: 5 as const,
    ...(login.userId ? login : {}),
  };
  return (options, callback) => {
    const isSecure = options.protocol === 'https:';
    const destination = {
      host: unbracketed(options.hostname),
      port: Number(options.port) || (isSecure ? 443 : 80),
    };
    const connecting = import('socks').then(({ SocksClient }) =>
      SocksClient.createConnection({
        command: 'connect',
        destination,
        proxy: way,
        ...(typeof connect.timeout === 'number' ? { timeout: connect.timeout } : {}),
      }),
    );
    connecting.then(
      ({ socket }) =>
        isSecure ? finish({ ...options, httpSocket: socket }, callback) : callback(null, socket),
      (cause: Error) => callback(new Error(`the proxy ${way.host}: ${cause.message}`, { cause }), null),
    );
  };
}

const unbracketed = (host: string) => host.replace(/^\[(.*)\]$/, '$1');
