import type { IncomingHttpHeaders } from 'node:http';
import type { User } from './authenticate.ts';
import { Warnings } from './warnings.ts';

/** Who asks, as far as a request says it. */
export interface Asker {
  readonly headers: IncomingHttpHeaders;
  /** The values of a header, each by itself; its name in lower case. */
  values(header: string): string[];
  /** Whom the way on which it has come vouches for; anonymous where it does for nobody. */
  readonly certified: User;
}

/** One request and its answer, on whatever way they come and go. */
export abstract class Exchange implements Asker {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly #warnings = new Warnings();

  constructor(method: string, url: string) {
    this.method = method;
    const mark = url.indexOf('?');
    this.path = mark < 0 ? url : url.slice(0, mark);
    this.query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  }

  abstract readonly headers: IncomingHttpHeaders;
  abstract values(header: string): string[];
  abstract readonly certified: User;

  /** The media type without its parameters, in lower case. */
  get contentType(): string {
    return (this.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  }

  /** Add a Warning header, which kubectl prints. */
  warn(text: string): void {
    this.#warnings.add(text);
  }

  /** The header of the warnings so far; nothing without any. */
  protected warnings(): { warning?: string[] } {
    const warning = this.#warnings.headers();
    return warning.length > 0 ? { warning } : {};
  }

  /** True once an answer has begun; an error can then only end it. */
  abstract readonly answered: boolean;
  /** True when the client went before it was answered. */
  abstract readonly abandoned: boolean;
  /** The whole body. Throws a 413 ApiError when it is too large, a 429 when too many come in at once. */
  abstract body(): Promise<Buffer>;
  abstract answer(code: number, text: string | Buffer, headers?: Record<string, string>): Promise<void>;
  /** Answer with a text that is made while it leaves; a short one goes out as any other. */
  abstract answerInPieces(
    code: number,
    text: Iterable<string>,
    headers?: Record<string, string>,
  ): Promise<void>;
  /** Begin an answer without an end. */
  abstract stream(headers: Record<string, string>): OutputStream;
}

/** The writing side of a streaming answer. */
export interface OutputStream {
  /** False when the reader is behind; then nothing should be written until `onDrain`. */
  write(text: string): boolean;
  onDrain(act: () => void): void;
  onClose(act: () => void): void;
  end(): void;
  /** Break the connection (or the HTTP/2 stream), dropping what is buffered. */
  destroy(): void;
}
