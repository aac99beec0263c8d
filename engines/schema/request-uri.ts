/** A URL by its parts, as Go's net/url takes it apart. */
export interface Uri {
  scheme: string;
  /** What follows the scheme where that is no slash (`mailto:a@b`). */
  opaque: string;
  userinfo: string;
  /** With its port, unescaped. */
  host: string;
  /** As it is written. */
  path: string;
  query: string;
}

/** A text is no URL; the message is Go's. */
export class BadUri extends Error {
  override name = 'BadUri';
}

/** As Go's url.Parse (1.26). Throws BadUri. */
export function parseUri(text: string): Uri {
  const hash = text.indexOf('#');
  return within(text, () => {
    if (hash >= 0) unescapeUri(text.slice(hash + 1), 'fragment');
    return parse(hash < 0 ? text : text.slice(0, hash), false);
  });
}

/**
 * As Go's url.ParseRequestURI (1.26): an absolute URL, a rooted path or `*`. A fragment has no place in the target of
 * a request: a # is a sign like others. Throws BadUri.
 */
export function parseRequestUri(text: string): Uri {
  return within(text, () => parse(text, true));
}

function within(text: string, read: () => Uri): Uri {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof BadUri)) throw cause;
    throw new BadUri(`parse ${JSON.stringify(text)}: ${cause.message}`, { cause });
  }
}

/** True for what parseRequestUri takes. */
export function isRequestUri(text: string): boolean {
  try {
    parse(text, true);
    return true;
  } catch (error) {
    if (error instanceof BadUri) return false;
    throw error;
  }
}

const schemed = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;

function parse(text: string, ofRequest: boolean): Uri {
  if (/[\x00-\x1f\x7f]/.test(text)) throw new BadUri('net/url: invalid control character in URL');
  if (text === '' && ofRequest) throw new BadUri('empty url');
  const uri: Uri = { scheme: '', opaque: '', userinfo: '', host: '', path: '', query: '' };
  if (text === '*') return { ...uri, path: '*' };
  if (text.startsWith(':')) throw new BadUri('missing protocol scheme');
  const written = schemed.exec(text)?.[1] ?? '';
  uri.scheme = written.toLowerCase();
  const [rest, query] = cut(written === '' ? text : text.slice(written.length + 1), '?');
  uri.query = query;
  if (!rest.startsWith('/')) {
    if (written !== '') return { ...uri, opaque: rest };
    if (ofRequest) throw new BadUri('invalid URI for request');
    if (cut(rest, '/')[0].includes(':')) throw new BadUri('first path segment in URL cannot contain colon');
  }
  uri.path = rest;
  if (rest.startsWith('//') && (written !== '' || !(ofRequest || rest.startsWith('///')))) {
    const slash = rest.indexOf('/', 2);
    const authority = rest.slice(2, slash < 0 ? undefined : slash);
    uri.path = slash < 0 ? '' : rest.slice(slash);
    const at = authority.lastIndexOf('@');
    uri.host = parseHost(uri.scheme, authority.slice(at + 1));
    uri.userinfo = at < 0 ? '' : checkedUserinfo(authority.slice(0, at));
  }
  unescapeUri(uri.path, 'path');
  return uri;
}

function cut(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

function checkedUserinfo(text: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new BadUri('net/url: invalid userinfo');
  unescapeUri(text, 'userinfo');
  return text;
}

function parseHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) throw new BadUri('invalid IP-literal');
  if (bracket === 0) return parseLiteral(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return unescapeUri(host, 'host');
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new BadUri(`invalid port ${JSON.stringify(port)} after host`);
}

/** An address of IPv6 between brackets, with a zone perhaps. */
function parseLiteral(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new BadUri("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const literal = host.slice(1, close);
  const zoneAt = literal.indexOf('%25');
  const address = unescapeUri(zoneAt < 0 ? literal : literal.slice(0, zoneAt), 'host');
  const zone = zoneAt < 0 ? '' : unescapeUri(literal.slice(zoneAt), 'zone');
  if (zone === '%' || !isIpv6Address(address)) {
    throw new BadUri(`invalid host: ParseAddr(${JSON.stringify(address + zone)}): unable to parse IP`);
  }
  return `[${address}${zone}]${port}`;
}

/** As Go's netip.ParseAddr, without a zone. */
export function isIpv6Address(text: string): boolean {
  const halves = text.split('::');
  if (!text.includes(':') || halves.length > 2) return false;
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const hasDotted = last?.includes('.') === true && !text.endsWith(':');
  if (hasDotted && !isIpv4Address(last)) return false;
  const plain = hasDotted ? groups.slice(0, -1) : groups;
  const count = plain.length + (hasDotted ? 2 : 0);
  return (
    plain.every(group => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? count < 8 : count === 8)
  );
}

/** As Go's netip.ParseAddr: no leading zeros. */
function isIpv4Address(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 && parts.every(part => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  );
}

type Part = 'host' | 'zone' | 'userinfo' | 'path' | 'query' | 'fragment';

/** What may stand in a host as it is; bytes beyond ASCII may too. */
const plainInHost = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/;

/** The text of an escaped part, its bytes read as UTF-8. Throws BadUri for an escape, or a sign of a host, that cannot be. */
export function unescapeUri(text: string, part: Part): string {
  const isHost = part === 'host' || part === 'zone';
  const bytes: number[] = [];
  const source = Buffer.from(text);
  for (let i = 0; i < source.length; i++) {
    const byte = source[i]!;
    if (byte === 0x25) {
      bytes.push(unescaped(source.toString('latin1', i, i + 3), part));
      i += 2;
    } else if (isHost && byte < 0x80 && !plainInHost.test(String.fromCharCode(byte))) {
      throw new BadUri(`invalid character ${JSON.stringify(String.fromCharCode(byte))} in host name`);
    } else bytes.push(part === 'query' && byte === 0x2b ? 0x20 : byte);
  }
  return Buffer.from(bytes).toString();
}

function unescaped(written: string, part: Part): number {
  const byte = /^%[0-9a-fA-F]{2}$/.test(written) ? Number.parseInt(written.slice(1), 16) : -1;
  // A host escapes nothing but bytes beyond ASCII; the zone of an address what it could hold unescaped as well.
  const isRefused =
    written !== '%25' &&
    ((part === 'host' && byte < 0x80) ||
      (part === 'zone' && byte !== 0x20 && !plainInHost.test(String.fromCharCode(byte))));
  if (byte < 0 || isRefused) throw new BadUri(`invalid URL escape ${JSON.stringify(written)}`);
  return byte;
}

/** A path in its escaped form (Go's EscapedPath): as it is written where that is well escaped, else escaped anew. */
export function escapedPath(path: string): string {
  if (/^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]/%]*$/.test(path)) return path;
  const bytes = Buffer.from(unescapeUri(path, 'path'));
  return Array.from(bytes, byte => {
    const sign = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~$&+,/:;=@]/.test(sign)) return sign;
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** The pairs of a query in their order (Go's ParseQuery): those that are not well escaped, or hold a `;`, are left out. */
export function* queryPairs(query: string): Generator<[key: string, value: string]> {
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const [key, value] = cut(pair, '=');
    try {
      yield [unescapeUri(key, 'query'), unescapeUri(value, 'query')];
    } catch (error) {
      if (!(error instanceof BadUri)) throw error;
    }
  }
}
