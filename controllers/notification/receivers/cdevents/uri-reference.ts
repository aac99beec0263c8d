import { isIPv6 } from 'node:net';

const escapes = /%(?![0-9a-f]{2})/i;
const hostLetters = /^[\w.~!$&'()*+,;=:[\]<>"%\u0080-\uffff-]*$/;
const userLetters = /^[\w.~!$&'()*+,;=:%@-]*$/;
const port = /^(?::\d*)?$/;

/** Whether Go's url.Parse takes a text, which is more than RFC 3986 has. */
export function isUriReference(text: string): boolean {
  if (/[\u0000-\u001f\u007f]/.test(text)) return false;
  const [before, fragment = ''] = cut(text, '#');
  if (escapes.test(fragment) || before.startsWith(':')) return false;
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(before)?.[0] ?? '';
  const [rest] = cut(scheme === '' ? before : before.slice(scheme.length + 1), '?');
  if (!rest.startsWith('/'))
    return scheme !== '' || (!cut(rest, '/')[0].includes(':') && !escapes.test(rest));
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return !escapes.test(rest);
  const end = rest.indexOf('/', 2);
  const authority = end < 0 ? rest.slice(2) : rest.slice(2, end);
  const path = end < 0 ? '' : rest.slice(end);
  return isAuthority(authority, /^https?$/i.test(scheme)) && !escapes.test(path);
}

function isAuthority(text: string, isHttp: boolean): boolean {
  const at = text.lastIndexOf('@');
  const user = text.slice(0, Math.max(at, 0));
  return userLetters.test(user) && !escapes.test(user) && isHost(text.slice(at + 1), isHttp);
}

function isHost(host: string, isHttp: boolean): boolean {
  // In a host, only what is no letter of ASCII may be escaped.
  if (!hostLetters.test(host) || escapes.test(host) || /%(?!25)[0-7]/.test(host)) return false;
  const open = host.lastIndexOf('[');
  if (open > 0) return false;
  if (open < 0) {
    const colon = isHttp ? host.indexOf(':') : host.lastIndexOf(':');
    return colon < 0 || port.test(host.slice(colon));
  }
  const close = host.lastIndexOf(']');
  return close > 0 && port.test(host.slice(close + 1)) && isIPv6(host.slice(1, close).replace('%25', '%'));
}

function cut(text: string, by: string): [string, string?] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
