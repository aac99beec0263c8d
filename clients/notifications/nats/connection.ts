import { printableLine, withoutSecrets } from '@millrace/plain-text';
import { type Authenticator, NatsConnectionImpl, setTransportFactory } from '@nats-io/nats-core/internal';
import { DeliveryError, isOver } from '../errors.ts';
import { keyOf } from './key.ts';
import { Line, type LineOptions } from './line.ts';
import type { NatsLogin, NatsServer, Publication } from './message.ts';

/** In milliseconds, until a server takes us: the next one of a cluster may be there. */
const patience = 2_000;

setTransportFactory({ factory: () => new Line() });

/**
 * Publishes one message and waits until the server has it:
 * https://docs.nats.io/reference/reference-protocols/nats-protocol. The servers are tried one after the other. Throws
 * DeliveryError, InvalidDestination for a key that is none, or the signal's reason.
 */
export async function publish(message: Publication, signal: AbortSignal): Promise<void> {
  const authenticator = authenticatorOf(message.login);
  let failure = new DeliveryError('no server of NATS is named');
  for (const server of message.servers) {
    try {
      return await publishAt(server, message, authenticator, signal);
    } catch (cause) {
      if (signal.aborted && !isOver(signal)) throw signal.reason;
      const where = `${server.host}:${server.port}`;
      if (signal.aborted) throw new DeliveryError(`${where} does not answer in time`, { cause });
      const why = cause instanceof Error ? cause.message : 'the connection failed';
      const said = printableLine(withoutSecrets(why, Object.values(message.login)), 256);
      failure = new DeliveryError(`${where} does not take it: ${said}`, { cause });
    }
  }
  throw failure;
}

async function publishAt(
  { host, port, tls }: NatsServer,
  { subject, body }: Publication,
  authenticator: Authenticator,
  signal: AbortSignal,
): Promise<void> {
  const options: LineOptions = {
    servers: [`${host.includes(':') ? `[${host}]` : host}:${port}`],
    name: 'NATS Provider Publisher',
    authenticator,
    timeout: patience,
    reconnect: false,
    ignoreClusterUpdates: true,
    ...(tls ? { tls: {} } : {}),
    signal,
  };
  const connection = await NatsConnectionImpl.connect(options);
  try {
    const most = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (Buffer.byteLength(body) > most)
      throw new Error(`the event is larger than the ${most} bytes of a message there`);
    connection.publish(subject, body);
    const ended = connection.closed().then(cause => {
      throw cause;
    });
    await Promise.race([connection.flush(), ended]);
  } finally {
    await connection.close();
  }
}

/** What is told as Flux tells it, for which the library's own are made otherwise. */
function authenticatorOf({ user = '', pass = '', token, jwt, seed }: NatsLogin): Authenticator {
  if (token !== undefined) return () => ({ auth_token: token });
  if (seed === undefined) return () => (user ? { user, pass } : undefined);
  const key = keyOf(seed);
  return nonce => {
    const sig = Buffer.from(key.sign(Buffer.from(nonce ?? ''))).toString('base64url');
    return jwt === undefined ? { nkey: key.getPublicKey(), sig } : { jwt, sig };
  };
}
