import { type Event, metadataOf } from '../event/event.ts';
import { type GoJson, goJson } from '../event/go-json.ts';
import { json, type ProviderType, webhook } from '../provider-type.ts';
import { requireUrl } from '../url.ts';
import { objectName } from '../words.ts';

/** Workflows of Teams take adaptive cards; the connectors before them, message cards. */
export const msteams: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const url = requireUrl(destination.address);
    const card = url.hostname.endsWith('.webhook.office.com') ? messageCard : adaptiveCard;
    return webhook(destination, by, event => ({ url, headers: json(), body: goJson(card(event)) }));
  },
};

/** https://learn.microsoft.com/en-us/outlook/actionable-messages/message-card-reference */
function messageCard(event: Event): GoJson {
  const facts = metadataOf(event).map(([name, value]): GoJson => ({ name, value }));
  return {
    '@type': 'MessageCard',
    '@context': 'http://schema.org/extensions',
    themeColor: event.severity === 'error' ? 'FF0000' : '0076D7',
    summary: objectName(event),
    sections: [{ activityTitle: event.message, activitySubtitle: objectName(event), facts }],
  };
}

/** https://adaptivecards.io/explorer, of which Teams knows version 1.4. */
function adaptiveCard(event: Event): GoJson {
  const title = { type: 'TextBlock', text: objectName(event), size: 'large', weight: 'bolder', wrap: true };
  const message = {
    type: 'TextBlock',
    text: event.message || undefined,
    color: event.severity === 'error' ? 'attention' : undefined,
    wrap: true,
  };
  const facts = factsOf(event);
  const set = { type: 'FactSet', facts: facts.length > 0 ? facts : undefined };
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [{ type: 'Container', items: [title, message, set] }],
    msteams: { width: 'Full' },
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  };
}

/** What people are meant to read first comes first. */
function factsOf(event: Event): GoJson[] {
  const all = metadataOf(event);
  const isSummary = ([key]: [string, string]) => key === 'summary';
  const facts = [...all.filter(isSummary), ...all.filter(entry => !isSummary(entry))];
  return facts.map(([title, value]) => ({ title, value }));
}
