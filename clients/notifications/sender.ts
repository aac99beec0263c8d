import { withoutSecrets } from '@millrace/plain-text';
import type { Destination } from './destination.ts';
import { DeliveryError, isOver } from './errors.ts';
import { redirectOf, withoutBody } from './redirect.ts';
import { refused } from './refusal.ts';
import { isFinal, isWorthAnother, pause, tries } from './retry.ts';
import type { HttpAnswer, HttpRequest, Reach, Transport } from './transport.ts';
import { unescaped } from './url.ts';

export interface Message {
  method?: HttpRequest['method'];
  url: URL;
  /** Names in lower case. */
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  /** Whether the answer is read; else only what is said of a failure. */
  answered?: boolean;
  /** What is done twice by two requests: a comment is written, a workflow runs. */
  once?: boolean;
}

/** Sends requests until one is answered, as long as the signal lets it. Throws DeliveryError. */
export type Send = (message: Message, signal: AbortSignal) => Promise<HttpAnswer>;

/** As Go follows them. */
const redirects = 10;

/** What is sent for one destination; `reach` says by which certificates and proxies its type is reached. */
export function sender(destination: Destination, reach: Reach, via: Transport): Send {
  return async (message, signal) => {
    const request = requestOf(message);
    const { once = false } = message;
    requireHeaders(request);
    let failure: DeliveryError | undefined;
    for (let tried = 1; ; tried++) {
      try {
        const answer = await attempt(request, reach, via, signal);
        const failed = answer instanceof DeliveryError;
        if (!failed && !isWorthAnother(answer.status)) return answer;
        failure = afterTries(failed ? answer : refused(destination, request.url, answer), tried);
        if (tried === tries || isFinal(answer, once)) throw failure;
        await via.wait(pause(tried, failed ? undefined : answer), signal);
      } catch (error) {
        if (error !== signal.reason || !isOver(signal)) throw error;
        throw failure ?? new DeliveryError(`${request.url.host} does not answer in time`, { cause: error });
      }
    }
  };
}

function afterTries(failure: DeliveryError, tried: number): DeliveryError {
  if (tried === 1) return failure;
  return new DeliveryError(`${failure.message} (tried ${tried} times)`, { cause: failure });
}

/** Go takes credentials in a URL for the header that they stand for, unless there is one. */
function requestOf({ method = 'POST', url, headers = {}, body, answered = false }: Message): HttpRequest {
  const plain = new URL(url);
  const { username, password } = plain;
  plain.username = plain.password = plain.hash = '';
  const login = `${unescaped(username)}:${unescaped(password)}`;
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

/** A token with a line break behind it is the usual case. Throws DeliveryError, which does not quote it. */
function requireHeaders({ headers, url }: HttpRequest): void {
  const [name] = Object.entries(headers).find(([, value]) => /[^\t\x20-\x7e\x80-\xff]/.test(value)) ?? [];
  if (name !== undefined)
    throw new DeliveryError(
      `${url.host} is not asked: the header ${name} would have characters that no header can have, such as a line break`,
    );
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
    if (!to) return withoutLogin(next, answer);
    next = to;
  }
  throw new DeliveryError(`${request.url.host} redirects more than ${redirects} times`);
}

/** A refusal may repeat a token that the destination does not know, for it was just issued. */
function withoutLogin({ headers: { authorization = '' } }: HttpRequest, answer: HttpAnswer): HttpAnswer {
  if (answer.status < 300 || authorization === '') return answer;
  const secret = authorization.slice(authorization.indexOf(' ') + 1);
  return { ...answer, body: Buffer.from(withoutSecrets(answer.body.toString(), [secret])) };
}

function unreachable(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  throw error;
}
