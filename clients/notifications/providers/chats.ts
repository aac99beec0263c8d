import { createHash } from 'node:crypto';
import { InvalidDestination } from '../errors.ts';
import { type Event, eventAsJson, metadataOf } from '../event/event.ts';
import { goJson } from '../event/go-json.ts';
import { json, type ProviderType, webhook } from '../provider-type.ts';
import { requireUrl } from '../url.ts';
import { lower, objectName } from '../words.ts';

/** https://developer.webex.com/docs/api/v1/messages/create-a-message */
export const webex: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, channel, token } = destination;
    const url = requireUrl(address);
    return webhook(destination, by, event => {
      const sign = event.severity === 'error' ? '💣' : '✅';
      const lines = metadataOf(event).map(([key, value]) => `>**${key}**: ${value}\n`);
      const markdown = `${sign} **${objectName(event)}**\n${event.message}\n${lines.join('')}`;
      return {
        url,
        headers: json(`Bearer ${token}`),
        body: goJson({ roomId: channel || undefined, markdown }),
      };
    });
  },
};

const signOf = ({ severity }: Event) => (severity === 'error' ? '🚨' : '💫');

/** https://core.telegram.org/bots/api#sendmessage */
export const telegram: ProviderType = {
  reach: ['proxy'],
  notifier(destination, by) {
    const { channel, token } = destination;
    if (channel === '') throw new InvalidDestination('empty Telegram channel: set spec.channel');
    if (token === '') throw new InvalidDestination('empty Telegram token: the Secret needs one');
    const bot = encodeURIComponent(`bot${token}`).replaceAll('%3A', ':');
    const url = new URL(`https://api.telegram.org/${bot}/sendMessage`);
    const [chat, ...thread] = channel.split(':');
    return webhook(destination, by, event => ({
      url,
      headers: json(),
      body: goJson({
        chat_id: chat,
        message_thread_id: thread.join(':') || undefined,
        text: telegramText(event),
        parse_mode: 'MarkdownV2',
      }),
    }));
  },
};

function telegramText(event: Event): string {
  const { kind = '', name = '', namespace = '' } = event.involvedObject;
  const heading = escaped(`${signOf(event)} ${lower(kind)}/${name}/${namespace}`);
  const lines = metadataOf(event).map(([key, value]) => `\\- *${escaped(key)}*: ${escaped(value)}\n`);
  return `*${heading}*\n${escaped(event.message)}\n${lines.join('')}`;
}

/** https://core.telegram.org/bots/api#markdownv2-style */
function escaped(text: string): string {
  return text.replace(/[\\.\-_[\]()~>`#+=|{}!*]/g, '\\$&');
}

/** https://open.larksuite.com/document/client-docs/bot-v3/add-custom-bot */
export const lark: ProviderType = {
  reach: [],
  notifier(destination, by) {
    const url = requireUrl(destination.address);
    return webhook(destination, by, event => {
      const lines = metadataOf(event).map(([key, value]) => `${key}: ${value}\n`);
      const text = { tag: 'lark_md', content: `**${event.message}**\n\n${lines.join('')}` };
      const title = { tag: 'plain_text', content: `${signOf(event)} ${objectName(event)}` };
      const card = {
        config: { wide_screen_mode: true },
        header: { title, template: event.severity === 'error' ? 'red' : 'turquoise' },
        elements: [{ tag: 'div', text }],
      };
      return { url, headers: json(), body: goJson({ msg_type: 'interactive', card }) };
    });
  },
};

/** https://spec.matrix.org/latest/client-server-api: a transaction is the event's own, so that no try says it twice. */
export const matrix: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const { address, channel, token } = destination;
    requireUrl(address);
    return webhook(destination, by, event => {
      const transaction = createHash('sha1').update(eventAsJson(event)).digest('hex');
      const path = `_matrix/client/r0/rooms/${channel}/send/m.room.message/${transaction}`;
      const lines = metadataOf(event).map(([key, value]) => `- ${key}: ${value}\n`);
      const text = `${signOf(event)} ${objectName(event)}\n${event.message}\n${lines.join('')}`;
      return {
        method: 'PUT',
        url: requireUrl(`${address}/${path}`),
        headers: json(`Bearer ${token}`),
        body: goJson({ body: text, msgtype: 'm.text' }),
      };
    });
  },
};
