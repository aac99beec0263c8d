import type { HttpAnswer, HttpRequest } from './transport.ts';

/**
 * Where an answer leads, as Go follows it; but what authenticates us goes to the same server only. A body may hold a key
 * as well, so that it is not repeated to another server: that is no redirect to follow.
 */
export function redirectOf(request: HttpRequest, { status, headers }: HttpAnswer): HttpRequest | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || !headers.location) return undefined;
  if (!URL.canParse(headers.location, request.url.href)) return undefined;
  const url = new URL(headers.location, request.url);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  url.username = url.password = url.hash = '';
  const same = isSameServer(request.url, url);
  if (status < 307) {
    const kept = same ? withoutBody(request.headers) : {};
    return { method: 'GET', url, headers: kept, answered: request.answered };
  }
  if (!same && request.body !== undefined) return undefined;
  return { ...request, url, headers: same ? request.headers : {} };
}

/** Headers of a request that has none. */
export function withoutBody(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
}

/** The same origin, or the same host by https where it was http. */
function isSameServer(from: URL, to: URL): boolean {
  return (
    from.origin === to.origin ||
    (from.hostname === to.hostname && to.protocol === 'https:' && from.protocol === 'http:')
  );
}
