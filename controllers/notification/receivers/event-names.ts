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

/** Without regard to case, letter by letter, as Go's strings.EqualFold: no letter becomes two. */
function folded(text: string): string {
  return Array.from(text, letter => {
    const upper = letter.toUpperCase();
    return (upper.length === letter.length ? upper : letter).toLowerCase();
  }).join('');
}

/** Strangers' words are short in the log. */
export const shown = (text: string) => text.slice(0, 200);
