import { isObject } from '@millrace/json';
import type { Destination, Notifier } from '../destination.ts';
import { DeliveryError } from '../errors.ts';
import { type Event, metadataOf } from '../event/event.ts';
import { type GoJson, goJson } from '../event/go-json.ts';
import { json, type ProviderType, webhook } from '../provider-type.ts';
import { saidBy } from '../refusal.ts';
import type { HttpAnswer } from '../transport.ts';
import { requireUrl } from '../url.ts';
import { objectName } from '../words.ts';

/** https://docs.slack.dev/reference/methods/chat.postMessage says 200 to everything, and `ok` if it is. */
const api = 'https://slack.com/api/chat.postMessage';

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, or the API of a bot. */
export const slack: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, token, channel, username } = destination;
    const url = requireUrl(address);
    const message = (event: Event) => {
      const author = objectName(event);
      const fallback = `${author}: ${event.message.split('\n', 1)[0]}`;
      const colour = event.severity === 'error' ? 'danger' : 'good';
      const body = slackMessage(event, {
        channel,
        username: username || event.reportingController,
        fallback,
        colour,
      });
      return { url, headers: json(token && `Bearer ${token}`), body };
    };
    if (address !== api) return webhook(destination, by, message);
    const bot: Notifier = {
      async post(event, signal) {
        requireOk(destination, await by.send({ ...message(event), answered: true }, signal));
      },
    };
    return bot;
  },
};

/** https://docs.discord.com/developers/resources/webhook#execute-slackcompatible-webhook */
export const discord: ProviderType = {
  reach: ['proxy'],
  notifier(destination, by) {
    const { address, username } = destination;
    const url = requireUrl(address);
    if (!address.endsWith('/slack'))
      url.pathname = [...url.pathname.split('/'), 'slack'].filter(part => part !== '').join('/');
    return webhook(destination, by, event => ({
      url,
      headers: json(),
      body: slackMessage(event, {
        username: username || event.reportingController,
        colour: event.severity === 'error' ? 'danger' : 'good',
      }),
    }));
  },
};

/** https://docs.rocket.chat/docs/integrations */
export const rocket: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { address, channel, username } = destination;
    const url = requireUrl(address);
    return webhook(destination, by, event => ({
      url,
      headers: json(),
      body: slackMessage(event, {
        channel,
        username,
        colour: event.severity === 'error' ? '#FF0000' : '#0076D7',
      }),
    }));
  },
};

interface Look {
  channel?: string;
  username: string;
  fallback?: string;
  colour: string;
}

/** The message that Slack invented and others understand. */
function slackMessage(event: Event, { channel = '', username, fallback = '', colour }: Look): string {
  const fields = metadataOf(event).map(([title, value]): GoJson => ({ title, value, short: false }));
  const attachment = {
    fallback,
    color: colour,
    author_name: objectName(event),
    text: event.message,
    mrkdwn_in: ['text'],
    fields,
  };
  return goJson({ channel, username, icon_url: '', icon_emoji: '', attachments: [attachment] });
}

function requireOk(destination: Destination, { body }: HttpAnswer): void {
  const answer = parsed(body);
  if (!isObject(answer)) throw new DeliveryError('slack.com does not answer with a JSON object');
  if (answer.ok === true) return;
  const error = typeof answer.error === 'string' ? saidBy(destination, answer.error) : '';
  throw new DeliveryError(`slack.com answers with an error: ${error || 'none that it names'}`);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
