import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Bodies, bodyPatience } from './bodies.ts';
import { gather, gzipOptions, joined, pieceSize, sliced, split, zipped } from './pieces.ts';
import { Readers } from './readers.ts';
import { Warnings } from './warnings.ts';

export type Incoming = IncomingMessage | Http2ServerRequest;
export type Outgoing = ServerResponse | Http2ServerResponse;

/** What the exchanges of one server share, and no one of them may have for itself. */
export class Traffic {
  readonly bodies = new Bodies();
  readonly readers = new Readers();
}

/** Answers of this size are worth compressing: the limit of Kubernetes. */
const gzipFrom = 128 * 1024;

const compress = promisify(gzip);
/** The headers of an answer that is compressed. */
function zippedHeaders(headers: Record<string, string>): Record<string, string> {
  const vary = headers.vary ? `Accept-Encoding, ${headers.vary}` : 'Accept-Encoding';
  return { ...headers, 'content-encoding': 'gzip', vary };
}

/** One request and its answer, over either version of HTTP. */
export class Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly #in: Incoming;
  readonly #out: Outgoing;
  readonly #traffic: Traffic;
  readonly #warnings = new Warnings();

  constructor(incoming: Incoming, outgoing: Outgoing, traffic = new Traffic()) {
    this.#traffic = traffic;
    this.#in = incoming;
    this.#out = outgoing;
    this.method = incoming.method ?? 'GET';
    const url = incoming.url ?? '/';
    const mark = url.indexOf('?');
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  }

  /** Both answers have the methods used here, with types that do not overlap. */
  get #plain(): ServerResponse {
    return this.#out as ServerResponse;
  }

  get incoming(): Incoming {
    return this.#in;
  }

  get headers(): IncomingHttpHeaders {
    return this.#in.headers;
  }

  /** The media type without its parameters, in lower case. */
  get contentType(): string {
    return (this.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  }

  /** True once an answer has begun; an error can then only end the stream. */
  get answered(): boolean {
    return this.#out.headersSent;
  }

  /** True when the client went before it was answered. An answer over HTTP/2 does not say so by itself. */
  get abandoned(): boolean {
    return 'stream' in this.#out ? (this.#out.stream?.destroyed ?? true) : this.#out.destroyed;
  }

  /** Add a Warning header, which kubectl prints. */
  warn(text: string): void {
    this.#warnings.add(text);
  }

  /** The whole body. Throws a 413 ApiError when it is too large, a 429 when too many come in at once. */
  async body(): Promise<Buffer> {
    const timer = setTimeout(() => this.#cut(), bodyPatience).unref();
    try {
      return await this.#traffic.bodies.read(this.#in as AsyncIterable<Buffer>);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Break the connection (or the HTTP/2 stream). */
  #cut(): void {
    if ('stream' in this.#out && this.#out.stream) this.#out.stream.destroy();
    else this.#plain.destroy();
  }

  async answer(code: number, text: string | Buffer, headers: Record<string, string> = {}): Promise<void> {
    const size = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
    if (size >= gzipFrom && this.#takesGzip) {
      const body = await compress(text, gzipOptions);
      const length = { 'content-length': String(body.length) };
      if (this.#begin(code, { ...zippedHeaders(headers), ...length })) await this.#writeInPieces(split(body));
      return;
    }
    if (!this.#begin(code, { ...headers, 'content-length': String(size) })) return;
    if (size <= pieceSize) this.#plain.end(text);
    // A long text is others' too, and is not copied for one reader.
    else await this.#writeInPieces(typeof text === 'string' ? gather(sliced(text)) : split(text));
  }

  /** Answer with a text that is made while it leaves; a short one goes out as any other. */
  async answerInPieces(
    code: number,
    text: Iterable<string>,
    headers: Record<string, string> = {},
  ): Promise<void> {
    const pieces = gather(text);
    const start: Buffer[] = [];
    const short = this.#takesGzip ? gzipFrom : pieceSize;
    for (let size = 0; size < short; ) {
      const { value, done } = pieces.next();
      if (done) return this.answer(code, Buffer.concat(start), headers);
      start.push(value);
      size += value.length;
    }
    const compressed = this.#takesGzip;
    if (!this.#begin(code, compressed ? zippedHeaders(headers) : headers)) return;
    try {
      await this.#writeInPieces(compressed ? zipped(joined(start, pieces)) : joined(start, pieces));
    } catch (error) {
      // Too late for a status: a broken answer must not look like a whole one.
      this.#out.destroy();
      throw error;
    }
  }

  get #takesGzip(): boolean {
    return /\bgzip\b/.test(String(this.headers['accept-encoding'] ?? ''));
  }

  /** Send the head of an answer; false where no body may follow. */
  #begin(code: number, headers: Record<string, string>): boolean {
    const all: Record<string, string | string[]> = {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
      ...headers,
    };
    const warnings = this.#warnings.headers();
    if (warnings.length > 0) all.warning = warnings;
    if (this.abandoned) return false;
    this.#plain.writeHead(code, all);
    if (this.method === 'HEAD') this.#plain.end();
    return this.method !== 'HEAD';
  }

  /**
   * A long answer goes out in pieces, each after the one before it has left. While more waits in a TLS
   * connection than it wants to hold, Node (24) pauses the parser, and a next request that has come by then fails with
   * HPE_PAUSED and cuts the connection.
   */
  async #writeInPieces(pieces: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const gone = new Promise<void>(resolve => this.#plain.once('close', resolve));
    const { readers } = this.#traffic;
    readers.begin(this, () => this.#cut());
    try {
      for await (const piece of pieces) {
        if (this.abandoned) return;
        // What is written to somebody who leaves is never told to have left, or at once to have failed.
        const left = new Promise<unknown>(resolve => this.#plain.write(piece, resolve));
        if (await Promise.race([gone, left])) return;
        readers.moved(this);
      }
    } finally {
      readers.end(this);
    }
    this.#plain.end();
  }

  /** Begin an answer without an end. */
  stream(headers: Record<string, string>): OutputStream {
    const all: Record<string, string | string[]> = { 'cache-control': 'no-cache, private', ...headers };
    const warnings = this.#warnings.headers();
    if (warnings.length > 0) all.warning = warnings;
    this.#plain.writeHead(200, all);
    // Headers go at once, so that a client knows that its watch stands before the first event.
    this.#plain.flushHeaders();
    return new OutputStream(this.#out);
  }
}

/** The writing side of a streaming answer. */
export class OutputStream {
  readonly #out: Outgoing;

  constructor(out: Outgoing) {
    this.#out = out;
  }

  /** False when the reader is behind; then nothing should be written until `onDrain`. */
  write(text: string): boolean {
    return (this.#out as ServerResponse).write(text);
  }

  onDrain(act: () => void): void {
    this.#out.on('drain', act);
  }

  onClose(act: () => void): void {
    this.#out.on('close', act);
    this.#out.on('error', () => {});
  }

  end(): void {
    this.#out.end();
  }

  /** Break the connection (or the HTTP/2 stream), dropping what is buffered. */
  destroy(): void {
    if ('stream' in this.#out && this.#out.stream) this.#out.stream.destroy();
    else (this.#out as ServerResponse).destroy();
  }
}
