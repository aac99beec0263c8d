import type { AddressInfo, Server, Socket } from 'node:net';
import rhea, { type EventContext } from 'rhea';

/** What a hub was told, in its order. */
export interface HubTold {
  /** The host that the connection is for. */
  hostname: string;
  /** Of `$cbs`, the node for claims: the token and what it is for. */
  claims: { type: string; name: string; token: string; expiration: string }[];
  /** Nodes that were sent to. */
  targets: string[];
  messages: { format: number; content: string; sameId: boolean }[];
}

export interface HubServer extends HubTold {
  port: number;
  stop(): Promise<void>;
}

export interface HubManners {
  /** What `$cbs` answers to a token. */
  claim?: { code: number; description: string };
  /** What it says to a message in place of taking it. */
  refusal?: { condition: string; description: string };
  /** The largest message that it takes. */
  largest?: number;
  /** Certificate and key, for a server with TLS. */
  tls?: { cert: string; key: string };
}

/** An event hub as clients see one: AMQP 1.0, claims by tokens, events in batches. */
export async function startHub({
  claim,
  refusal,
  largest = 1_048_576,
  tls,
}: HubManners = {}): Promise<HubServer> {
  const told: HubTold = { hostname: '', claims: [], targets: [], messages: [] };
  const container = rhea.create_container({ id: 'hub' });
  container.on('connection_open', ({ connection }: EventContext) => {
    told.hostname = connection.hostname ?? '';
  });
  container.on('disconnected', () => {});
  container.on('receiver_open', ({ receiver }: EventContext) => {
    const { address } = receiver!.target;
    receiver!.set_target({ address });
    say(receiver, { max_message_size: largest });
    if (address !== '$cbs') told.targets.push(address);
  });
  const replies = new Map<string, EventContext['sender']>();
  container.on('sender_open', ({ sender }: EventContext) => {
    // Claims are asked for by links on which nothing is confirmed.
    say(sender, { snd_settle_mode: 1 });
    sender!.set_source({ address: sender!.source.address });
    sender!.set_target({ address: sender!.target.address });
    replies.set(sender!.target.address, sender);
  });
  container.on('message', (context: EventContext) => {
    const { message, delivery, receiver } = context;
    if (receiver?.target.address === '$cbs' && message) {
      const { type, name, expiration } = message.application_properties ?? {};
      told.claims.push({ type, name, token: String(message.body), expiration: String(expiration) });
      const { code, description } = claim ?? { code: 202, description: 'Accepted' };
      replies.get(String(message.reply_to))?.send({
        body: null,
        correlation_id: message.message_id ?? '',
        application_properties: {
          'status-code': rhea.types.wrap_int(code),
          'status-description': description,
        },
      });
      return delivery?.accept();
    }
    if (refusal) return delivery?.reject(refusal);
    told.messages.push({ format: 'format' in context ? Number(context.format) : 0, ...eventIn(message) });
    return delivery?.accept();
  });
  const where = { host: '127.0.0.1', port: 0, noDelay: true };
  const server: Server = container.listen(tls ? { ...where, ...tls, transport: 'tls' } : where);
  const sockets = new Set<Socket>();
  server.on(tls ? 'secureConnection' : 'connection', socket => sockets.add(socket));
  await new Promise<void>(resolve => server.once('listening', resolve));
  return Object.assign(told, {
    port: (server.address() as AddressInfo).port,
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>(resolve => server.close(() => resolve()));
    },
  });
}

/** Tell the other side of a link, which rhea has no words for where that has opened it. */
function say(link: object | undefined, words: object): void {
  Object.assign(Reflect.get(Reflect.get(link!, 'local'), 'attach'), words);
}

/** A message in a message, each with an id: the event, and whether the ids are there and the same. */
function eventIn(batch: unknown): { content: string; sameId: boolean } {
  const { decode } = rhea.message;
  const outer = decode(Buffer.isBuffer(batch) ? batch : Buffer.alloc(0));
  const inner = decode(outer.body.content);
  const { message_id: id } = outer;
  return { content: inner.body.content.toString(), sameId: id !== undefined && id === inner.message_id };
}
