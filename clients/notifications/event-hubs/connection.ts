import { randomUUID } from 'node:crypto';
import { connect, isIP, type Socket } from 'node:net';
import { connect as secured } from 'node:tls';
import { whyUnreachable } from '@millrace/http';
import rhea, { type Connection, type EventContext, type Message } from 'rhea';
import { DeliveryError, HubRefusal, isOver } from '../errors.ts';
import type { HubClaim, HubMessage } from './message.ts';

/** In bytes: what a hub says to one event is a few kilobytes. */
const mostHeard = 256 * 1024;

/** Several messages in the data of one: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-protocol-guide */
const batchFormat = 0x8001_3700;

/**
 * Sends one event to a hub by AMQP 1.0, and waits until the hub has it. Throws HubRefusal for what it will refuse again,
 * DeliveryError for another failure, or the signal's reason.
 */
export async function sendToHub(message: HubMessage, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const line = lineTo(message, signal);
  try {
    await line.hear(line.connection, 'connection_open');
    await claimed(line, message.claim);
    await sent(line, message);
    line.connection.close();
  } catch (error) {
    if (signal.aborted && !isOver(signal)) throw signal.reason;
    if (signal.aborted) throw new DeliveryError('it does not answer in time', { cause: error });
    throw error;
  } finally {
    line.end();
  }
}

/** A connection of which somebody waits for one word after the other. */
interface Line {
  connection: Connection;
  /** The first of these words; throws where the other side says that something is wrong, or goes. */
  hear(from: Emitter, ...words: string[]): Promise<{ word: string; context: EventContext }>;
  end(): void;
}

interface Emitter {
  once(word: string, listener: (context: EventContext) => void): unknown;
}

function lineTo({ host, port, tls, hostname }: HubMessage, signal: AbortSignal): Line {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {});
  let socket: Socket | undefined;
  const open = (_port: number, _host: string, _options: unknown, done: () => void): Socket => {
    const to = { host, port, noDelay: true };
    const servername = isIP(host) ? {} : { servername: host };
    socket = tls ? secured({ ...to, ...servername }, done) : connect(to, done);
    let heard = 0;
    socket.on('data', part => {
      heard += part.length;
      if (heard > mostHeard) socket?.destroy(new Error('it sends more than an answer'));
    });
    return socket;
  };
  const connection = rhea.create_container({ id: randomUUID() }).connect({
    ...{ host, port, hostname, username: 'anonymous', reconnect: false, max_frame_size: 65_536 },
    connection_details: () => ({ host, port, connect: open }),
  });
  for (const word of failures) connection.on(word, context => reject(failureIn(word, context)));
  const stop = () => {
    reject(signal.reason);
    socket?.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  return {
    connection,
    hear(from, ...words) {
      const { promise, resolve } = Promise.withResolvers<{ word: string; context: EventContext }>();
      for (const word of words) from.once(word, context => resolve({ word, context }));
      return Promise.race([promise, broken]);
    },
    end() {
      signal.removeEventListener('abort', stop);
      // What has been written goes out first.
      socket?.end();
      setTimeout(() => socket?.destroy(), 1000).unref();
    },
  };
}

/** By which rhea says that a connection, a session or a link is over; with nobody to hear it, it would throw. */
const failures = [
  ...['error', 'protocol_error', 'connection_error', 'connection_close', 'disconnected'],
  ...['session_error', 'session_close', 'sender_error', 'sender_close', 'receiver_error', 'receiver_close'],
];

/** Conditions that another try does not change (AMQP 1.0, section 2.8.15, and those of Microsoft). */
const lasting =
  /unauthorized-access|not-found|not-allowed|not-implemented|entity-disabled|size-exceeded|argument-error|decode-error|invalid-field/;

function failureIn(word: string, context: EventContext | Error): DeliveryError {
  if (context instanceof Error) return new DeliveryError(context.message, { cause: context });
  const { error, sender, receiver, session, connection } = context;
  const of = [error, sender?.error, receiver?.error, session?.error, connection?.error].find(Boolean);
  return refusal(of ?? {}, word === 'disconnected' ? 'it hangs up' : `it ends the ${word.split('_')[0]}`);
}

function refusal(of: object, otherwise: string): DeliveryError {
  const told = (name: string) => {
    const value: unknown = Reflect.get(of, name);
    return typeof value === 'string' ? value : '';
  };
  const words = told('description') || (of instanceof Error ? whyUnreachable(of) : '');
  const said = [told('condition'), words].filter(part => part !== '').join(': ');
  const options = of instanceof Error ? { cause: of } : {};
  if (lasting.test(told('condition'))) return new HubRefusal(said, options);
  return new DeliveryError(said || otherwise, options);
}

/** Tells the node of claims by which token one comes. */
async function claimed(
  { connection, hear }: Line,
  { type, token, audience, expires }: HubClaim,
): Promise<void> {
  const reply = `$cbs-reply-to-${randomUUID()}`;
  const sender = connection.open_sender({ target: { address: '$cbs' } });
  const receiver = connection.open_receiver({
    ...{ source: { address: '$cbs' }, target: { address: reply }, snd_settle_mode: 1, credit_window: 1 },
  });
  await Promise.all([hear(sender, 'sendable'), hear(receiver, 'receiver_open')]);
  const answered = hear(receiver, 'message');
  sender.send({
    message_id: randomUUID(),
    reply_to: reply,
    application_properties: {
      operation: 'put-token',
      type,
      name: audience,
      ...(expires === undefined ? {} : { expiration: String(expires) }),
    },
    body: token,
  });
  requireClaim((await answered).context.message);
}

function requireClaim(message: Message | undefined): void {
  const { application_properties: told = {} } = message ?? {};
  const code = Number(told['status-code'] ?? told.statusCode);
  if (code >= 200 && code < 300) return;
  const said = `it answers ${code} to the token: ${told['status-description'] ?? told.statusDescription ?? ''}`;
  throw code >= 500 || code === 408 || Number.isNaN(code) ? new DeliveryError(said) : new HubRefusal(said);
}

async function sent({ connection, hear }: Line, { hub, body }: HubMessage): Promise<void> {
  const sender = connection.open_sender({ target: { address: hub } });
  await hear(sender, 'sendable');
  const content = batchOf(body);
  const most = Number(sender.max_message_size);
  if (most > 0 && content.length > most)
    throw new HubRefusal(`the event is larger than the ${most} bytes of a message there`);
  const answered = hear(sender, 'accepted', 'rejected', 'released', 'modified');
  sender.send(content, undefined, batchFormat);
  const { word, context } = await answered;
  if (word === 'accepted') return;
  throw refusal(Reflect.get(context.delivery?.remote_state ?? {}, 'error') ?? {}, `the event was ${word}`);
}

/** One event, as the Azure SDK for Go sends it: a batch of it, with its id. */
function batchOf(body: string): Buffer {
  const { encode, data_section } = rhea.message;
  const message_id = randomUUID();
  const wrapped = (content: Buffer) => encode({ message_id, body: data_section(content) });
  return wrapped(wrapped(Buffer.from(body)));
}
