import { connect, isIP, type Socket } from 'node:net';
import { connect as secured } from 'node:tls';
import { isObject, type JsonObject } from '@millrace/json';
import { printableLine, withoutSecrets } from '@millrace/plain-text';
import { DeliveryError, isOver } from '../errors.ts';
import type { NatsServer, Publication } from './message.ts';

/** What a server says of itself and its cluster is one line of some kilobytes. */
const longestLine = 65_536;
/** In milliseconds, until it says so: the next one of a cluster may be there. */
const patience = 2_000;

/**
 * Publishes one message and waits until the server has it:
 * https://docs.nats.io/reference/reference-protocols/nats-protocol. The servers are tried one after the other. Throws
 * DeliveryError, or the signal's reason.
 */
export async function publish(message: Publication, signal: AbortSignal): Promise<void> {
  let failure = new DeliveryError('no server of NATS is named');
  for (const server of message.servers) {
    try {
      return await publishAt(server, message, signal);
    } catch (cause) {
      if (signal.aborted && !isOver(signal)) throw signal.reason;
      const where = `${server.host}:${server.port}`;
      if (signal.aborted) throw new DeliveryError(`${where} does not answer in time`, { cause });
      const why = cause instanceof Error ? cause.message : 'the connection failed';
      failure = new DeliveryError(`${where} does not take it: ${printableLine(why, 256)}`, { cause });
    }
  }
  throw failure;
}

async function publishAt(
  server: NatsServer,
  { subject, body, login }: Publication,
  signal: AbortSignal,
): Promise<void> {
  const { host, port } = server;
  const sockets = [watched(connect({ host, port }))];
  const silent = setTimeout(() => sockets[0]?.destroy(new Error('the server says nothing')), patience);
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    let line = linesOf(sockets[0]!);
    const info = infoIn(await line());
    clearTimeout(silent);
    const size = Buffer.byteLength(body);
    if (typeof info.max_payload === 'number' && size > info.max_payload)
      throw new Error(`the event is larger than the ${info.max_payload} bytes of a message there`);
    const tls = server.tls || info.tls_required === true;
    if (tls) {
      const named = isIP(host) ? {} : { servername: host };
      sockets.unshift(watched(secured({ socket: sockets[0]!, ...named })));
      line = linesOf(sockets[0]!);
    }
    const credentials = login(String(info.nonce ?? ''));
    const client = { ...credentials, tls_required: tls, ...ourselves };
    const secrets = Object.values(credentials);
    sockets[0]!.write(`CONNECT ${JSON.stringify(client)}\r\nPING\r\n`);
    await pong(sockets[0]!, line, secrets);
    sockets[0]!.write(`PUB ${subject} ${size}\r\n${body}\r\nPING\r\n`);
    await pong(sockets[0]!, line, secrets);
  } finally {
    signal.removeEventListener('abort', end);
    clearTimeout(silent);
    end();
  }
}

/** As Flux calls itself there; more than a line of it is asked of nobody. */
const ourselves = {
  verbose: false,
  pedantic: false,
  name: 'NATS Provider Publisher',
  lang: 'node',
  version: '0.1.0',
  protocol: 1,
  echo: true,
  headers: true,
  no_responders: true,
};

function infoIn(line: string): JsonObject {
  if (!line.startsWith('INFO ')) throw new Error('the server does not speak NATS');
  const info: unknown = JSON.parse(line.slice('INFO '.length));
  if (!isObject(info)) throw new Error('the server does not say what it is');
  return info;
}

/** Everything before it is taken. Throws what the server says in place of it, without what it was told in secret. */
async function pong(socket: Socket, line: () => Promise<string>, secrets: string[]): Promise<void> {
  for (let read = await line(); read !== 'PONG'; read = await line()) {
    if (read.startsWith('-ERR')) throw new Error(withoutSecrets(read.slice('-ERR'.length).trim(), secrets));
    if (read === 'PING') socket.write('PONG\r\n');
  }
}

/** What nobody waits for must not bring the process down when it breaks. */
function watched(socket: Socket): Socket {
  return socket.on('error', () => {});
}

/** One line after the other; nothing is read before somebody asks. */
function linesOf(socket: Socket): () => Promise<string> {
  let text = '';
  return async () => {
    while (!text.includes('\r\n')) {
      if (text.length > longestLine) throw new Error('the server sends a line without an end');
      text += await chunkOf(socket);
    }
    const end = text.indexOf('\r\n');
    const line = text.slice(0, end);
    text = text.slice(end + 2);
    return line;
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
