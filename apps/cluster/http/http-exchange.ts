import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type User, userOfConnection } from './authenticate.ts';
import { Bodies, bodyPatience } from './bodies.ts';
import { Exchange, type OutputStream } from './exchange.ts';
import type { Incoming, Outgoing } from './message.ts';
import { gather, gzipOptions, joined, pieceSize, sliced, split, zipped } from './pieces.ts';
import { Readers } from './readers.ts';

type Headers = Record<string, string | string[]>;

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
export class HttpExchange extends Exchange {
  readonly #in: Incoming;
  readonly #out: Outgoing;
  readonly #traffic: Traffic;

  constructor(incoming: Incoming, outgoing: Outgoing, traffic = new Traffic()) {
    super(incoming.method ?? 'GET', incoming.url ?? '/');
    this.#traffic = traffic;
    this.#in = incoming;
    this.#out = outgoing;
  }

  /** Both answers have the methods used here, with types that do not overlap. */
  get #plain(): ServerResponse {
    return this.#out as ServerResponse;
  }

  get headers(): IncomingHttpHeaders {
    return this.#in.headers;
  }

  /** Node joins repeated ones with commas everywhere but in rawHeaders. */
  values(header: string): string[] {
    const { rawHeaders } = this.#in;
    const values: string[] = [];
    for (let i = 0; i < rawHeaders.length; i += 2) {
      if (rawHeaders[i]!.toLowerCase() === header) values.push(rawHeaders[i + 1]!);
    }
    return values;
  }

  get certified(): User {
    return userOfConnection(this.#in);
  }

  get answered(): boolean {
    return this.#out.headersSent;
  }

  /** True when the client went before it was answered. An answer over HTTP/2 does not say so by itself. */
  get abandoned(): boolean {
    return 'stream' in this.#out ? (this.#out.stream?.destroyed ?? true) : this.#out.destroyed;
  }

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
    const all: Headers = {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
      ...headers,
      ...this.warnings(),
      // What is left of a body that nobody reads would be taken for the next request.
      ...(code === 413 && this.#in.httpVersionMajor === 1 && { connection: 'close' }),
    };
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

  stream(headers: Record<string, string>): OutputStream {
    const all: Headers = { 'cache-control': 'no-cache, private', ...headers, ...this.warnings() };
    this.#plain.writeHead(200, all);
    // Headers go at once, so that a client knows that its watch stands before the first event.
    this.#plain.flushHeaders();
    return new HttpStream(this.#out);
  }
}

class HttpStream implements OutputStream {
  readonly #out: Outgoing;

  constructor(out: Outgoing) {
    this.#out = out;
  }

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

  destroy(): void {
    if ('stream' in this.#out && this.#out.stream) this.#out.stream.destroy();
    else (this.#out as ServerResponse).destroy();
  }
}
