import { quote } from '../quote.ts';
import { bytesText, fromBytesText } from './bytes-text.ts';

/** Parts of a URL that are escaped by rules of their own, and what Go's net/url leaves as it is in each. */
const plain = {
  host: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
  userinfo: /[A-Za-z0-9\-_.~$&+,;=]/,
  path: /[A-Za-z0-9\-_.~$&+,/:;=@]/,
  fragment: /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/,
};

export type UrlPart = keyof typeof plain;

export function escapePart(text: string, part: UrlPart): string {
  return Array.from(bytesText(text), byte =>
    plain[part].test(byte) ? byte : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

/** The text of an escaped part. Throws in Go's words for an escape, or a character of a host, that cannot be. */
export function unescapePart(text: string, part: UrlPart | 'zone'): string {
  const bytes = bytesText(text);
  const isHost = part === 'host' || part === 'zone';
  let out = '';
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === '%') {
      out += unescaped(bytes.slice(at, at + 3), part);
      at += 2;
    } else if (isHost && byte < '\x80' && !plain.host.test(byte))
      throw new Error(`invalid character ${quote(byte)} in host name`);
    else out += byte;
  }
  return fromBytesText(out);
}

function unescaped(written: string, part: UrlPart | 'zone'): string {
  const byte = String.fromCharCode(Number.parseInt(written.slice(1), 16));
  const isHexadecimal = /^%[0-9a-fA-F]{2}$/.test(written);
  // A host escapes nothing but bytes beyond ASCII; the zone of an address what it could hold unescaped as well.
  const isRefused =
    (part === 'host' && byte < '\x80' && written !== '%25') ||
    (part === 'zone' && written !== '%25' && byte !== ' ' && !plain.host.test(byte));
  if (!isHexadecimal || isRefused) throw new Error(`invalid URL escape ${quote(written)}`);
  return byte;
}
