import { whyUnreachable } from '@millrace/http';
import { printableLine, withoutCredentials } from '@millrace/plain-text';
import type { Dispatcher } from 'undici';
import { HelmRepositoryError } from './errors.ts';

export interface Answer {
  status: number;
  header(name: string): string | undefined;
  body: Dispatcher.ResponseData['body'];
}

/** What a request takes along, by where it goes. */
export interface Traveller {
  dispatcherFor(url: URL): Dispatcher;
  headersFor(url: URL): Record<string, string>;
}

/** As Go's client of HTTP. */
const mostRedirects = 10;

const busy = [408, 429, 500, 502, 503, 504];

/**
 * What is at the URL: an answer of status 200 or 304. Redirects are followed, never from https to http; what may go to
 * another host is for the traveller to say. Throws HelmRepositoryError, or the signal's reason.
 */
export async function get(url: URL, traveller: Traveller, signal: AbortSignal): Promise<Answer> {
  for (let [at, redirects] = [url, 0]; ; redirects++) {
    const answer = await send(at, traveller, signal);
    if (answer.status === 200 || answer.status === 304) return answer;
    await answer.body.dump({ limit: 64 * 1024 }).catch(() => {});
    const location = answer.header('location');
    if (answer.status < 300 || answer.status >= 400 || location === undefined) throw refusal(at, answer);
    const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
    if (!next || redirects === mostRedirects || !mayFollow(at, next))
      throw new HelmRepositoryError('invalid', `${shown(at)} redirects to where it cannot be followed`);
    at = next;
  }
}

function mayFollow(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
}

async function send(url: URL, traveller: Traveller, signal: AbortSignal): Promise<Answer> {
  try {
    const answer = await traveller.dispatcherFor(url).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: { 'user-agent': 'millrace', ...traveller.headersFor(url) },
      signal,
    });
    // What nobody reads must not bring the process down when it breaks.
    answer.body.on('error', () => {});
    return {
      status: answer.statusCode,
      body: answer.body,
      header: name => [answer.headers[name] ?? []].flat()[0],
    };
  } catch (cause) {
    signal.throwIfAborted();
    throw new HelmRepositoryError(
      'unreachable',
      `${shown(url)} cannot be reached: ${whyUnreachable(cause)}`,
      {
        cause,
      },
    );
  }
}

function refusal(url: URL, { status, header }: Answer): HelmRepositoryError {
  const failure =
    status === 401 || status === 403
      ? 'authentication'
      : status === 404 || status === 410
        ? 'not-found'
        : busy.includes(status)
          ? 'busy'
          : 'invalid';
  const words = failure === 'authentication' ? `${status} (unauthorized)` : String(status);
  return new HelmRepositoryError(failure, `${shown(url)} answers with status ${words}`, {
    retryAfter: retryAfter(header('retry-after')),
  });
}

/** Seconds, or a date (RFC 9110, 10.2.3); in milliseconds. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^[0-9]{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** The parts of a body. Throws HelmRepositoryError for one of more bytes than the limit, or that breaks off. */
export async function* partsOf(
  answer: Answer,
  url: URL,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const tooLarge = () =>
    new HelmRepositoryError('invalid', `${shown(url)} has more than the ${limit} bytes that it may have`);
  if (Number(answer.header('content-length') ?? 0) > limit) {
    answer.body.destroy();
    throw tooLarge();
  }
  let size = 0;
  try {
    for await (const part of answer.body as AsyncIterable<Uint8Array>) {
      size += part.byteLength;
      if (size > limit) throw tooLarge();
      yield part;
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof HelmRepositoryError) throw cause;
    throw new HelmRepositoryError('unreachable', `${shown(url)} breaks off: ${whyUnreachable(cause)}`, {
      cause,
    });
  }
}

/** Without credentials, and without a query, in which tokens are. */
export function shown(url: URL): string {
  return printableLine(withoutCredentials(url.href), 500);
}
