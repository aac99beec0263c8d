import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** What was answered, read to its end. */
export interface WholeAnswer {
  statusCode: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/**
 * Send a request and read its answer to the end, without the stream that `request` makes of it: most answers are a few
 * kilobytes, and all of them are wanted whole. Ends with the signal, by its reason.
 * @param started told when there is an answer, before it is read
 */
export function askWhole(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | undefined,
  started: (statusCode: number) => void,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    dispatcher.dispatch(options, new Reader({ signal, started, resolve, reject }));
  });
}

interface Asked {
  signal: AbortSignal | undefined;
  started: (statusCode: number) => void;
  resolve: (answer: WholeAnswer) => void;
  reject: (error: unknown) => void;
}

class Reader implements Dispatcher.DispatchHandler {
  readonly #asked: Asked;
  readonly #parts: Buffer[] = [];
  #answering: Dispatcher.DispatchController | undefined;
  #statusCode = 0;
  #headers: IncomingHttpHeaders = {};
  #isGivenUp = false;

  constructor(asked: Asked) {
    this.#asked = asked;
    asked.signal?.addEventListener('abort', this.#giveUp, { once: true });
  }

  onRequestStart(): void {}

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
  ): void {
    // 1xx comes before the answer.
    if (statusCode < 200) return;
    this.#answering = controller;
    if (this.#isGivenUp) {
      this.#end();
      return;
    }
    this.#statusCode = statusCode;
    this.#headers = headers;
    this.#asked.started(statusCode);
  }

  onResponseData(_: Dispatcher.DispatchController, part: Buffer): void {
    this.#parts.push(part);
  }

  onResponseEnd(): void {
    this.#leave();
    const [first, ...others] = this.#parts;
    const bytes = first && others.length === 0 ? first : Buffer.concat(this.#parts);
    this.#asked.resolve({
      statusCode: this.#statusCode,
      headers: this.#headers,
      text: bytes.toString('utf8'),
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#leave();
    this.#asked.reject(error);
  }

  /**
   * undici is told only once there is an answer: a stream of HTTP/2 that is given up before its answer throws out of
   * nowhere when the client is closed (8.12.4).
   */
  readonly #giveUp = () => {
    this.#isGivenUp = true;
    this.#asked.reject(this.#asked.signal?.reason);
    this.#end();
  };

  #end(): void {
    this.#answering?.abort(new DOMException('nobody waits for the answer', 'AbortError'));
  }

  #leave(): void {
    this.#asked.signal?.removeEventListener('abort', this.#giveUp);
  }
}
