import { createHash } from 'node:crypto';
import { groupOf } from '@millrace/kube';
import type { Event } from '@millrace/notifications';

/** Metadata under this prefix comes from annotations of the object; the rest is under that of its own API group. */
export const eventPrefix = 'event.toolkit.fluxcd.io/';

/** The prefix of what the object's controller says of the event. */
export function groupPrefix({ involvedObject }: Event): string {
  return `${groupOf(involvedObject.apiVersion ?? '')}/`;
}

/** Without the metadata that is for nobody's eyes: of other groups, and digests (internal/server/event_server.go). */
export function cleaned(event: Event): Event {
  const own = groupPrefix(event);
  const dropped = [`${own}checksum`, `${own}digest`];
  const kept = Object.entries(event.metadata ?? {}).filter(
    ([key]) => (key.startsWith(eventPrefix) || key.startsWith(own)) && !dropped.includes(key.toLowerCase()),
  );
  return { ...event, metadata: Object.fromEntries(kept) };
}

/** What two events have in common that say the same: severity and reason do not count. */
export function sameness(event: Event): string {
  const { name = '', namespace = '', kind = '' } = event.involvedObject;
  const own = groupPrefix(event);
  const parts = [
    'event',
    `name=${name}`,
    `namespace=${namespace}`,
    `kind=${kind}`,
    `message=${event.message}`,
  ];
  for (const key of ['originRevision', 'revision', 'token']) {
    const value = event.metadata?.[own + key];
    if (value !== undefined) parts.push(`${key}=${value}`);
  }
  return createHash('sha256').update(parts.join('/')).digest('hex');
}

/** The token tells events of one controller's visits apart; nobody else has a use for it. */
export function withoutToken(event: Event): Event {
  const { [`${groupPrefix(event)}token`]: _, ...metadata } = event.metadata ?? {};
  return { ...event, metadata };
}
