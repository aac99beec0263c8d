import type { Accepted, Asked } from '../asked.ts';
import { onlyObject } from '../decode.ts';
import { requireEvent } from '../event-names.ts';
import { Refused } from '../webhook.ts';
import { events } from './events.ts';
import {
  anyObject,
  type Field,
  filled,
  filledUri,
  list,
  matching,
  nothing,
  object,
  optional,
  required,
  text,
  time,
  uri,
  word,
} from './fields.ts';

/** An event of CDEvents 0.4 (https://cdevents.dev), checked as the SDK for Go v0.5.0 checks it. */
export function cdEvent({ webhook, receiver }: Asked): Accepted {
  try {
    requireCdEvent(webhook.body.toString('utf8'));
  } catch (error) {
    throw new Refused(`unable to validate CDEvent event: ${(error as Error).message}`, { cause: error });
  }
  const said = requireEvent(webhook, 'Ce-Type', receiver.spec.events, 'CDEvent');
  return { body: webhook.body, said };
}

/** Throws SyntaxError or TypeError. */
export function requireCdEvent(body: string): void {
  let type = '';
  const told: Field = value => {
    if (typeof value === 'string') type = value;
  };
  const event = onlyObject(body);
  object({ context: object({ type: told }) })(event, 'event');
  const known = events.get(type);
  if (known) eventOf(type, word(known.subject), object(known.content))(event, 'event');
  else if (custom.type.test(type)) eventOf(type, matching(custom.subject), anyObject)(event, 'event');
  else throw new TypeError('event.context.type: no event of CDEvents 0.4 is of this type');
}

/** Events that are none of the vocabulary, by tools that name themselves. */
const custom = {
  type: /^dev\.cdeventsx\.[a-z]+-[a-z]+\.[a-z]+\.\d\.\d\.\d$/,
  subject: /^[a-zA-Z0-9]+-[a-zA-Z]+$/,
};

const contextId = object({ contextId: filled });
/** The SDK writes `tags: null` where there are none, and then finds that this is no object. */
const tags = anyObject;
const links: Record<string, Field> = {
  PATH: object({ from: contextId, tags }),
  END: object({ from: contextId, tags }),
  RELATION: object({ linkKind: filled, target: contextId, tags }),
};

const link: Field = (value, path) => {
  let kind: Field | undefined;
  const told: Field = one => {
    kind = typeof one === 'string' && Object.hasOwn(links, one) ? links[one] : undefined;
  };
  required(object({ linkType: told }))(value, path);
  if (!kind) throw new TypeError(`${path}.linkType: one of PATH, END, RELATION is expected`);
  kind(value, path);
};

const eventOf = (type: string, subject: Field, content: Field): Field =>
  object({
    context: object({
      ...{ version: filled, specversion: text, id: filled, source: filledUri, type: word(type) },
      ...{ timestamp: time, chainId: text, links: optional(list(link)) },
      // No schema of anybody else's is known here.
      schemaUri: nothing,
    }),
    subject: object({ id: filled, source: uri, type: subject, content }),
    customData(value, path) {
      if (value !== undefined && value !== null && typeof value !== 'string') anyObject(value, path);
    },
    customDataContentType: text,
  });
