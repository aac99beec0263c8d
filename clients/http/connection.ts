import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from 'undici';
import { isSocks, throughSocks } from './through-socks.ts';

/** How to reach a server. */
export interface ConnectionOptions {
  tls?: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined } | undefined;
  /** Certificates are not checked, unless there is an authority to check them by. */
  insecure?: boolean | undefined;
  /** Of http, https or socks5, in place of what the environment says of proxies. */
  proxy?: { url: string; username?: string | undefined; password?: string | undefined } | undefined;
  /** Milliseconds until a header comes, and between two parts of a body; 0 where the caller's signal ends requests. */
  answerTimeout?: number | undefined;
}

/** In milliseconds, until a connection is there, a header comes, and between two parts of a body. */
const patience = { connect: 10_000, answer: 30_000 };

/** What connects. An authority of one's own is trusted beside those of the system, as in Flux. */
export function connection({ tls = {}, insecure, proxy, answerTimeout }: ConnectionOptions): Dispatcher {
  const { ca, cert, key } = tls;
  const connect = {
    timeout: patience.connect,
    ...(ca ? { ca: [...rootCertificates, ca] } : {}),
    ...(cert && key ? { cert, key } : {}),
    ...(insecure && !ca && !cert ? { rejectUnauthorized: false } : {}),
  };
  const answer = answerTimeout ?? patience.answer;
  const times = { headersTimeout: answer, bodyTimeout: answer };
  if (proxy && isSocks(proxy.url)) return new Agent({ connect: throughSocks(proxy, connect), ...times });
  if (proxy) {
    const { username = '', password = '' } = proxy;
    const token = username && `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    return new ProxyAgent({
      uri: proxy.url,
      requestTls: connect,
      ...times,
      ...(token ? { token } : {}),
    });
  }
  const { HTTP_PROXY, HTTPS_PROXY, http_proxy, https_proxy } = process.env;
  if (!HTTP_PROXY && !HTTPS_PROXY && !http_proxy && !https_proxy) return new Agent({ connect, ...times });
  return new EnvHttpProxyAgent({ connect, requestTls: connect, ...times, noProxy: withoutProxy() });
}

/** What is on this machine is never asked for by a proxy, as by Go (net/http, ProxyFromEnvironment). */
function withoutProxy(): string {
  const told = process.env.no_proxy ?? process.env.NO_PROXY ?? '';
  return told === '*' ? told : [told, 'localhost', '127.0.0.1', '::1'].filter(text => text !== '').join(',');
}
