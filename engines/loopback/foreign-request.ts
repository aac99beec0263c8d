/** Headers as node:http gives them. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Why a request is none that a program on this machine meant for this server; undefined when it may be one. Every web
 * page that somebody has open can send requests to loopback, and by a name of its own that leads there (DNS rebinding)
 * even read the answers.
 */
export function foreignRequest(headers: Headers, alsoNamed: readonly string[] = []): string | undefined {
  const host = one(headers[':authority']) ?? one(headers.host) ?? '';
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase();
  if (!loopback.includes(name) && !alsoNamed.includes(name))
    return 'this server goes by the names of this machine only: use localhost or 127.0.0.1';
  const site = one(headers['sec-fetch-site']);
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  const origin = one(headers.origin);
  const isOwnOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  return isOwn && isOwnOrigin ? undefined : 'this server does not answer other web pages';
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
