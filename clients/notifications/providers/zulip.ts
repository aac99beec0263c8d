import { InvalidDestination } from '../errors.ts';
import { markdownOf } from '../markdown.ts';
import { type ProviderType, webhook } from '../provider-type.ts';
import { basic } from '../sender.ts';
import { requireUrl } from '../url.ts';

/** https://zulip.com/api/send-message */
export const zulip: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, channel, username, password } = destination;
    const url = requireUrl(address);
    url.pathname = '/api/v1/messages';
    const [to = '', ...rest] = channel.split('/');
    const topic = rest.join('/');
    if (to === '' || topic === '')
      throw new InvalidDestination('invalid Zulip channel format: spec.channel has to be <channel>/<topic>');
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...(username || password ? { authorization: basic(`${username}:${password}`) } : {}),
    };
    return webhook(destination, by, event => ({
      url,
      headers,
      body: form({ content: markdownOf(event), to, topic, type: 'stream' }),
    }));
  },
};

/** A form as Go writes it (net/url, Values.Encode). */
function form(fields: Record<string, string>): string {
  const encode = (text: string) =>
    encodeURIComponent(text.toWellFormed())
      .replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+');
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&');
}
