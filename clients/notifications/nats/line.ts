import { connect, isIP, type Socket } from 'node:net';
import { connect as secured, TLSSocket } from 'node:tls';
import { isObject, type JsonObject } from '@millrace/json';
import type { ConnectionOptions, Server, Transport } from '@nats-io/nats-core/internal';

/** In bytes: a publisher is told what the server and its cluster are, and a few words. */
const mostHeard = 65_536;

/** With what the library has no option for. */
export interface LineOptions extends ConnectionOptions {
  signal: AbortSignal;
}

/**
 * The line to a server, in place of the library's own: that one keeps what it hears however long it is, cannot be stopped
 * while it connects, and leaves its socket open where the server says nothing. Over this one the library hears what a
 * publisher needs, and nothing of other servers; what the server says against it ends the line.
 */
export class Line implements Transport {
  readonly lang = 'node';
  readonly version = '0.1.0';
  closeError?: Error;
  isClosed = false;
  readonly #closed = Promise.withResolvers<void>();
  #socket: Socket | undefined;
  #next: () => Promise<string> = async () => '';
  #greeting = '';

  async connect({ hostname: host, port }: Server, { tls, signal }: LineOptions): Promise<void> {
    signal.throwIfAborted();
    const socket = this.#take(connect({ host, port, signal, noDelay: true }));
    const info = infoIn(await this.#next());
    this.#greeting = greetingOf(info);
    if (!tls && info.tls_required !== true) return;
    if (info.tls_required !== true && info.tls_available !== true) throw new Error('the server has no TLS');
    this.#take(secured({ socket, ...(isIP(host) ? { host } : { servername: host }) }));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    yield Buffer.from(this.#greeting);
    try {
      for (;;) {
        const line = await this.#next();
        if (line.startsWith('-ERR')) throw new Error(line.slice('-ERR'.length).trim());
        if (line === 'PING' || line === 'PONG') yield Buffer.from(`${line}\r\n`);
      }
    } catch (cause) {
      this.#end(cause instanceof Error ? cause : undefined);
    }
  }

  isEncrypted(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  send(frame: Uint8Array): void {
    this.#socket?.write(frame);
  }

  async close(error?: Error): Promise<void> {
    this.#end(error);
  }

  disconnect(): void {
    this.#end();
  }

  discard(): void {
    this.#end();
  }

  closed(): Promise<void> {
    return this.#closed.promise;
  }

  #take(socket: Socket): Socket {
    // What nobody waits for must not bring the process down when it breaks.
    this.#socket = socket.on('error', () => {});
    this.#next = linesOf(socket);
    return socket;
  }

  #end(error?: Error): void {
    this.isClosed = true;
    this.closeError ??= error ?? new Error('the connection was closed');
    this.#socket?.destroy();
    this.#closed.resolve();
  }
}

function infoIn(line: string): JsonObject {
  if (!line.startsWith('INFO ')) throw new Error('the server does not speak NATS');
  const info: unknown = JSON.parse(line.slice('INFO '.length));
  if (!isObject(info)) throw new Error('the server does not say what it is');
  return info;
}

function greetingOf({ nonce, max_payload, headers }: JsonObject): string {
  const told = {
    nonce: typeof nonce === 'string' ? nonce : '',
    headers: headers === true,
    ...(typeof max_payload === 'number' ? { max_payload } : {}),
    // The library reads from it what else it could ask for.
    version: '0.0.0',
  };
  return `INFO ${JSON.stringify(told)}\r\n`;
}

/** One line after the other; nothing is read before somebody asks. */
function linesOf(socket: Socket): () => Promise<string> {
  const lines: string[] = [];
  let begun: string[] = [];
  let heard = 0;
  return async () => {
    while (lines.length === 0) {
      const chunk = await chunkOf(socket);
      heard += chunk.length;
      if (heard > mostHeard) throw new Error('the server says more than anybody would read');
      const [rest = '', ...others] = chunk.split('\n');
      begun.push(rest);
      for (const next of others) {
        lines.push(begun.join('').trimEnd());
        begun = [next];
      }
    }
    return lines.shift() ?? '';
  };
}

function chunkOf(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const read = (part: Buffer) => resolve(part.toString('latin1'));
  const fail = (error?: Error) => reject(error ?? new Error('the server hangs up'));
  const closed = () => fail();
  socket.once('data', read).once('error', fail).once('close', closed);
  if (socket.destroyed) fail();
  socket.resume();
  return promise.finally(() => {
    socket.pause();
    socket.off('data', read).off('error', fail).off('close', closed);
  });
}
