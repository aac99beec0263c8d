import { get as getPlain, STATUS_CODES } from 'node:http';
import { get as getSecure } from 'node:https';

/** What an answer may take and be. */
export interface GetLimits {
  /** Milliseconds, from the first redirect to the last byte. */
  patience: number;
  /** Bytes. */
  size: number;
}

export interface Answer {
  body: Buffer;
  contentType: string;
}

const mostRedirects = 10;

/** A server gave no document; the message says why, in the words of Go where there are such. */
export class GetError extends Error {
  override readonly name = 'GetError';
  /** The status of the answer, undefined where there was none. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * The bytes of a document behind a URL, redirects followed. Not by `fetch`, which refuses ports that browsers must not
 * ask. Throws GetError.
 */
export async function httpGet(url: string, { patience, size }: GetLimits): Promise<Answer> {
  const signal = AbortSignal.timeout(patience);
  let at = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await ask(at, size, signal).catch(error => {
      if (signal.aborted) throw new GetError(`no answer within ${patience / 1000} s`);
      throw error;
    });
    if ('body' in answer) return answer;
    at = new URL(answer.redirect, at).href;
    if (!/^https?:/.test(at)) throw new GetError(`redirected to ${at}`);
  }
  throw new GetError(`stopped after ${mostRedirects} redirects`);
}

function ask(url: string, size: number, signal: AbortSignal): Promise<Answer | { redirect: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(asGetError(error));
    const request = (url.startsWith('https:') ? getSecure : getPlain)(url, { signal }, answer => {
      const { statusCode = 0, headers } = answer;
      const refuse = (error: GetError): void => {
        answer.destroy();
        reject(error);
      };
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        answer.destroy();
        return resolve({ redirect: headers.location });
      }
      if (statusCode < 200 || statusCode >= 300) {
        const words = `${statusCode} (${STATUS_CODES[statusCode] ?? answer.statusMessage ?? ''})`;
        return refuse(new GetError(`the server answers ${words}`, statusCode));
      }
      const parts: Buffer[] = [];
      let length = 0;
      answer.on('data', (part: Buffer) => {
        length += part.length;
        if (length > size) refuse(new GetError(`the answer is longer than ${size} bytes`));
        else parts.push(part);
      });
      answer.on('end', () =>
        resolve({ body: Buffer.concat(parts), contentType: headers['content-type'] ?? '' }),
      );
      answer.on('error', fail);
    });
    request.on('error', fail);
  });
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  EHOSTUNREACH: 'no route to host',
  ETIMEDOUT: 'i/o timeout',
};

function asGetError(error: Error & { code?: string }): GetError {
  const plain = words[error.code ?? ''];
  // Where several addresses were tried the message is empty.
  const message =
    plain === undefined ? error.message || error.name : [plain, error.message].filter(Boolean).join(': ');
  return new GetError(message, undefined, { cause: error });
}
