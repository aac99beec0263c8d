import type { IncomingHttpHeaders } from 'node:http';
import { pauses } from '../api/pauses.ts';
import { badRequest, tooLarge } from '../api/status.ts';
import type { User } from '../http/authenticate.ts';
import { bodyLimit } from '../http/bodies.ts';
import { Exchange, type OutputStream } from '../http/exchange.ts';

/** A request of the process that the cluster lives in; its headers in lower case. */
export interface DirectRequest {
  readonly method: string;
  /** Query included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

export interface DirectAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly text: string;
}

/** A request of this process and its answer, which is handed over whole. */
export class DirectExchange extends Exchange {
  readonly headers: IncomingHttpHeaders;
  readonly certified: User;
  readonly #given: DirectRequest['headers'];
  readonly #body: string;
  readonly #done = Promise.withResolvers<DirectAnswer>();
  #answered = false;

  constructor({ method, path, headers, body = '' }: DirectRequest, certified: User) {
    super(method, path);
    // By HTTP it would be asked for by that name.
    this.headers = { host: 'localhost', ...headers } as IncomingHttpHeaders;
    this.certified = certified;
    this.#given = headers;
    this.#body = body;
  }

  /** Never fails. */
  get done(): Promise<DirectAnswer> {
    return this.#done.promise;
  }

  values(header: string): string[] {
    const value = this.#given[header];
    return value === undefined ? [] : [value].flat();
  }

  get answered(): boolean {
    return this.#answered;
  }

  get abandoned(): boolean {
    return false;
  }

  async body(): Promise<Buffer> {
    const body = Buffer.from(this.#body);
    if (body.length > bodyLimit) throw tooLarge(bodyLimit);
    return body;
  }

  async answer(code: number, text: string | Buffer, headers: Record<string, string> = {}): Promise<void> {
    this.#answered = true;
    this.#done.resolve({
      statusCode: code,
      headers: { 'content-type': 'application/json', ...headers, ...this.warnings() },
      text: this.method === 'HEAD' ? '' : text.toString(),
    });
  }

  async answerInPieces(
    code: number,
    text: Iterable<string>,
    headers?: Record<string, string>,
  ): Promise<void> {
    const pause = pauses();
    let whole = '';
    for (const piece of text) {
      whole += piece;
      await pause();
    }
    return this.answer(code, whole, headers);
  }

  stream(): OutputStream {
    throw badRequest('what has no end is asked for by HTTP');
  }
}
