import { STATUS_CODES } from 'node:http';
import { printableLine, withoutSecrets } from '@millrace/plain-text';
import type { Destination } from './destination.ts';
import { DeliveryError, InvalidDestination, isTimeout } from './errors.ts';
import type { HttpAnswer, HttpRequest, Reach, Transport } from './transport.ts';

export interface Message {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  url: URL;
  /** Names in lower case. */
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** Whether the answer is read; else only what is said of a failure. */
  answered?: boolean;
}

/** Sends requests until one is answered, as long as the signal lets it. Throws DeliveryError. */
export type Send = (message: Message, signal: AbortSignal) => Promise<HttpAnswer>;

/** Flux's: five tries, between two and thirty seconds apart, each wait twice the one before. */
const retries = { more: 4, first: 2_000, longest: 30_000 };
/** As Go follows them. */
const redirects = 10;

/** What is sent for one destination; `reach` says by which certificates and proxies its type is reached. */
export function sender(destination: Destination, reach: Reach, via: Transport): Send {
  const secrets = secretsOf(destination);
  return async (message, signal) => {
    const request = requestOf(message);
    requireHeaders(request);
    let failure: DeliveryError | undefined;
    for (let tried = 1; ; tried++) {
      try {
        const answer = await attempt(request, reach, via, signal);
        const failed = answer instanceof DeliveryError;
        if (!failed && !isWorthAnother(answer.status)) return answer;
        failure = afterTries(failed ? answer : refused(request.url, answer, secrets), tried);
        if (tried > retries.more || (failed && isFinal(answer))) throw failure;
        await via.wait(pause(tried, failed ? undefined : answer), signal);
      } catch (error) {
        if (!isTimeout(error, signal)) throw error;
        throw failure ?? new DeliveryError(`${request.url.host} does not answer in time`, { cause: error });
      }
    }
  };
}

function afterTries(failure: DeliveryError, tried: number): DeliveryError {
  if (tried === 1) return failure;
  return new DeliveryError(`${failure.message} (tried ${tried} times)`, { cause: failure });
}

/** An answer that says that it was taken. Throws DeliveryError for another. */
export function taken(destination: Destination, url: URL, answer: HttpAnswer): HttpAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw refused(url, answer, secretsOf(destination));
}

/** What a server said, for people: one line, and nothing of what the destination keeps secret. */
export function saidBy(destination: Destination, body: Buffer | string): string {
  return said(body, secretsOf(destination));
}

/** An address that requests can be sent to. Throws InvalidDestination, without what may be secret in it. */
export function requireUrl(address: string, what = 'address'): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InvalidDestination(`${what} has to be a URL of http or https`);
  return url;
}

/** Go takes credentials in a URL for the header that they stand for, unless there is one. */
function requestOf({ method = 'POST', url, headers = {}, body, answered = false }: Message): HttpRequest {
  const plain = new URL(url);
  const { username, password } = plain;
  plain.username = plain.password = plain.hash = '';
  const login = `${decoded(username)}:${decoded(password)}`;
  return {
    method,
    url: plain,
    headers: {
      ...(username || password ? { authorization: basic(login) } : {}),
      ...(body === undefined ? withoutBody(headers) : headers),
    },
    body,
    answered,
  };
}

/** A token that came with a line break is the usual case. Throws DeliveryError, which does not quote it. */
function requireHeaders({ headers, url }: HttpRequest): void {
  const [name] = Object.entries(headers).find(([, value]) => /[^\t\x20-\x7e\x80-\xff]/.test(value)) ?? [];
  if (name !== undefined)
    throw new DeliveryError(
      `${url.host} is not asked: the header ${name} would have characters that none can have; look for a line break in the Secret`,
    );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The value of an `Authorization` for `user:password`. */
export function basic(login: string): string {
  return `Basic ${Buffer.from(login).toString('base64')}`;
}

async function attempt(
  request: HttpRequest,
  reach: Reach,
  via: Transport,
  signal: AbortSignal,
): Promise<HttpAnswer | DeliveryError> {
  let next = request;
  for (let followed = 0; followed <= redirects; followed++) {
    const answer = await via.send(next, reach, signal).catch(unreachable);
    if (answer instanceof DeliveryError) return answer;
    const to = redirectOf(next, answer);
    if (!to) return answer;
    next = to;
  }
  throw new DeliveryError(`${request.url.host} redirects more than ${redirects} times`);
}

function unreachable(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  throw error;
}

/**
 * Where an answer leads, as Go follows it; but what authenticates us goes to the same server only. A body may hold a key
 * as well, so that it is not repeated to another server: that is no redirect to follow.
 */
function redirectOf(request: HttpRequest, { status, headers }: HttpAnswer): HttpRequest | undefined {
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

function withoutBody(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')));
}

/** The same origin, or the same host by https where it was http. */
function isSameServer(from: URL, to: URL): boolean {
  return (
    from.origin === to.origin ||
    (from.hostname === to.hostname && to.protocol === 'https:' && from.protocol === 'http:')
  );
}

/** Too many requests, and what a server will be over with: hashicorp/go-retryablehttp, DefaultRetryPolicy. */
function isWorthAnother(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}

/** A certificate that is not trusted will not be at the next try. */
function isFinal({ cause }: DeliveryError): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|INVALID_ARG|ERR_TLS/.test(code);
}

function pause(tried: number, answer: HttpAnswer | undefined): number {
  const asked =
    answer && [429, 503].includes(answer.status) ? retryAfter(answer.headers['retry-after']) : undefined;
  return asked ?? Math.min(retries.first * 2 ** (tried - 1), retries.longest);
}

/** RFC 9110, section 10.2.3: seconds, or a date. No timer is longer than a day. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), 86_400_000);
}

function refused(url: URL, { status, headers, body }: HttpAnswer, secrets: string[]): DeliveryError {
  const words = STATUS_CODES[status] ? `${status} ${STATUS_CODES[status]}` : String(status);
  const redirect = status >= 300 && status < 400 && headers.location !== undefined;
  const why = redirect
    ? 'a redirect that is not followed, for the event would go to another server'
    : said(body, [...secrets, ...partsOf(url)]);
  return new DeliveryError(`${url.host} answers ${words}${why && `: ${why}`}`);
}

/** Servers like to repeat what they were asked for; of a webhook that is the key to it. */
function partsOf({ pathname, search }: URL): string[] {
  return [pathname + search, pathname, decoded(pathname), search];
}

function said(body: Buffer | string, secrets: string[]): string {
  const text = body.toString().slice(0, 4096);
  return printableLine(withoutSecrets(text, secrets).trim(), 256);
}

function secretsOf({ token, password, address, headers, secret }: Destination): string[] {
  const held = Object.values(secret).map(value => Buffer.from(value).toString());
  return [token, password, address, ...Object.values(headers), ...held];
}
