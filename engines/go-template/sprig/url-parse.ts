import { quote } from '../quote.ts';
import { ipBytes } from './certificate/ip-address.ts';
import { unescapePart } from './url-escape.ts';

export interface Userinfo {
  name: string;
  /** Undefined if there is no colon after the name. */
  password: string | undefined;
}

/** The parts of a URL, unescaped but for the query. */
export interface UrlParts {
  scheme: string;
  opaque: string;
  user: Userinfo | undefined;
  host: string;
  path: string;
  query: string;
  fragment: string;
}

/** A URL as Go's net/url reads it, which may be relative. Throws an error in its words. */
export function parseUrl(text: string): UrlParts {
  const [main, fragment] = cut(text, '#');
  const parts = within(main, () => parsed(main));
  if (fragment) parts.fragment = within(text, () => unescapePart(fragment, 'fragment'));
  return parts;
}

function within<T>(url: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`parse ${quote(url)}: ${message}`, { cause });
  }
}

/** Before and after the first mark. */
function cut(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)];
}

function parsed(text: string): UrlParts {
  const nothing: UrlParts = {
    scheme: '',
    opaque: '',
    user: undefined,
    host: '',
    path: '',
    query: '',
    fragment: '',
  };
  if (/[\0-\x1f\x7f]/.test(text)) throw new Error('net/url: invalid control character in URL');
  if (text === '*') return { ...nothing, path: '*' };
  if (text.startsWith(':')) throw new Error('missing protocol scheme');
  const scheme = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text)?.[1];
  const [rest, query = ''] = cut(scheme === undefined ? text : text.slice(scheme.length + 1), '?');
  const parts = { ...nothing, scheme: (scheme ?? '').toLowerCase(), query };
  if (!rest.startsWith('/')) {
    if (parts.scheme) return { ...parts, opaque: rest };
    if (cut(rest, '/')[0].includes(':')) throw new Error('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (parts.scheme !== '' || !rest.startsWith('///'));
  if (!hasAuthority) return { ...parts, path: unescapePart(rest, 'path') };
  const authority = /^[^/]*/.exec(rest.slice(2))![0];
  return {
    ...parts,
    ...parsedAuthority(parts.scheme, authority),
    path: unescapePart(rest.slice(2 + authority.length), 'path'),
  };
}

function parsedAuthority(scheme: string, text: string): Pick<UrlParts, 'user' | 'host'> {
  const at = text.lastIndexOf('@');
  const host = parsedHost(scheme, text.slice(at + 1));
  if (at < 0) return { user: undefined, host };
  const userinfo = text.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new Error('net/url: invalid userinfo');
  const [name, password] = cut(userinfo, ':').map(part => part && unescapePart(part, 'userinfo'));
  return { user: { name: name!, password }, host };
}

function parsedHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) throw new Error('invalid IP-literal');
  if (bracket === 0) return parsedAddress(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return unescapePart(host, 'host');
}

function checkPort(port: string): void {
  if (!/^(:\d*)?$/.test(port)) throw new Error(`invalid port ${quote(port)} after host`);
}

/** An address of version 6 between brackets, with a zone perhaps. */
function parsedAddress(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new Error("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const name = host.slice(1, close);
  const zone = name.includes('%25') ? name.slice(name.indexOf('%25')) : '';
  const address = unescapePart(name.slice(0, name.length - zone.length), 'host');
  const whole = address + unescapePart(zone, 'zone');
  if (!ipBytes(address)) throw new Error(`invalid host: ParseAddr(${quote(whole)}): unable to parse IP`);
  if (!address.includes(':')) throw new Error('invalid IP-literal');
  return `[${whole}]${port}`;
}

/** The host without its port and without brackets. */
export function hostname(host: string): string {
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/s, '$1');
}
