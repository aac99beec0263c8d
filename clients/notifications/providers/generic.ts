import { createHmac } from 'node:crypto';
import { InvalidDestination } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import { type ProviderType, webhook } from '../provider-type.ts';
import { requireUrl } from '../url.ts';

/** The event itself, to whoever reads it. */
export const generic: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const url = requireUrl(destination.address);
    const own = headersOf(destination.headers);
    return webhook(destination, by, event => ({
      url,
      headers: { 'content-type': 'application/json', 'gotk-component': event.reportingController, ...own },
      body: eventAsJson(event),
    }));
  },
};

/** The same, signed: the receiver knows who sent it. */
export const genericHmac: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const url = requireUrl(destination.address);
    const own = headersOf(destination.headers);
    const { token } = destination;
    if (token === '') throw new InvalidDestination('HMAC key is empty: the Secret needs a token');
    return webhook(destination, by, event => {
      const body = eventAsJson(event);
      const signature = createHmac('sha256', token).update(body).digest('hex');
      return {
        url,
        headers: {
          'content-type': 'application/json',
          'gotk-component': event.reportingController,
          ...own,
          'x-signature': `sha256=${signature}`,
        },
        body,
      };
    });
  },
};

/** What belongs to the connection is not the user's to say, as in Go. */
const ofTheConnection =
  /^(host|content-length|transfer-encoding|trailer|connection|keep-alive|upgrade|expect|te)$/;

/** The headers of the Secret, in lower case. Throws InvalidDestination for what no header can be. */
export function headersOf(headers: Record<string, string>): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  for (const [name, value] of named) {
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name))
      throw new InvalidDestination('a name among the headers of the Secret is none that a header can have');
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new InvalidDestination(`the header ${name} of the Secret has characters that no header can have`);
  }
  return Object.fromEntries(named.filter(([name]) => !ofTheConnection.test(name)));
}
