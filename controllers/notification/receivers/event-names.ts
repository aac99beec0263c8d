import { folded } from './folded.ts';
import { Refused, textOf, type Webhook } from './webhook.ts';

/**
 * The event that a request says it is about. Throws Refused where the Receiver names events and this is none of them.
 *
 * @param whose as in the log: `GitHub`
 */
export function requireEvent(
  webhook: Webhook,
  header: string,
  events: readonly string[] = [],
  whose: string,
): string {
  const event = textOf(webhook.header(header));
  if (events.length > 0 && !events.some(one => folded(one) === folded(event)))
    throw new Refused(`the ${whose} "${shown(event)}" is not authorised`);
  return `handling ${whose}: ${shown(event)}`;
}

/** Strangers' words are short in the log. */
export const shown = (text: string) => text.slice(0, 200);
