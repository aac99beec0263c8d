import { InvalidDestination } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import type { ProviderType } from '../provider-type.ts';
import { unescaped } from '../url.ts';
import type { NatsLogin } from './message.ts';
import { credentialsIn, nkeyOf } from './nkeys.ts';

/** `address` is a server or some of a cluster, `channel` the subject. */
export const nats: ProviderType = {
  reach: [],
  notifier({ address, channel, username, password, secret }, { via }) {
    if (address === '') throw new InvalidDestination('NATS server (address) cannot be empty');
    if (channel === '') throw new InvalidDestination('NATS subject (channel) cannot be empty');
    if (/[\s*>]/.test(channel))
      throw new InvalidDestination(
        'NATS subject (channel) has to be one subject, without spaces and wildcards',
      );
    const urls = address.split(',').map(urlOf);
    const servers = urls.map(({ hostname, port, protocol }) => ({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? 4222 : Number(port),
      tls: protocol === 'tls:',
    }));
    const own = username && password ? { user: username, pass: password } : urlLogin(urls[0]!);
    const login = loginOf(secret) ?? (() => own);
    return {
      post: (event, signal) =>
        via.publish({ servers, subject: channel, body: eventAsJson(event), login }, signal),
    };
  },
};

/** A server without a protocol is one of NATS. */
function urlOf(server: string): URL {
  const written = server.trim();
  const url = written.includes('://') ? written : `nats://${written}`;
  if (URL.canParse(url) && /^(nats|tls):$/.test(new URL(url).protocol) && new URL(url).hostname !== '')
    return new URL(url);
  throw new InvalidDestination(
    'NATS server (address) has to be a URL: nats://<host>:<port> or tls://<host>:<port>',
  );
}

/** In the order in which Flux looks for them: a file of credentials, a key, and then a password. */
function loginOf(secret: Record<string, Uint8Array>): NatsLogin | undefined {
  const text = (name: string) => (Object.hasOwn(secret, name) ? Buffer.from(secret[name]!).toString() : '');
  if (text('creds') !== '') {
    const { jwt, seed } = credentialsIn(text('creds'));
    const key = nkeyOf(seed);
    return nonce => ({ jwt, sig: key.sign(nonce) });
  }
  if (text('nkey') === '') return undefined;
  const key = nkeyOf(text('nkey'));
  return nonce => ({ nkey: key.publicKey, sig: key.sign(nonce) });
}

/** `nats://user:password@host`, or `nats://token@host`. */
function urlLogin({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const [user, pass] = [unescaped(username), unescaped(password)];
  return password === '' ? { auth_token: user } : { user, pass };
}
