import { InvalidDestination } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import type { ProviderType } from '../provider-type.ts';
import { secretLogin, urlLogin } from './login.ts';

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
    const login = secretLogin(secret) ?? own;
    return {
      async post(event, signal) {
        // Where nothing is published, a key that is none is to be told of all the same.
        if (login.seed !== undefined) (await import('./key.ts')).keyOf(login.seed);
        await via.publish({ servers, subject: channel, body: eventAsJson(event), login }, signal);
      },
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
