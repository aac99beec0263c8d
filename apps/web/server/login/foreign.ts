import type { IncomingMessage } from 'node:http';

/**
 * Why a request is none of this page's own; undefined where it may be one. A link from elsewhere may open the page, which
 * shows nothing before it has asked by itself; and from elsewhere the provider sends browsers back.
 */
export function foreignTo(
  base: URL,
  { method, headers }: IncomingMessage,
  { pathname }: URL,
): string | undefined {
  if (headers.host?.toLowerCase() !== base.host) return `this page is at ${base.origin}`;
  if (headers.origin !== undefined && headers.origin !== base.origin) return foreign;
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
  const isLink =
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    !pathname.startsWith('/api/');
  return isLink ? undefined : foreign;
}

const foreign = 'this server does not answer other web pages';
