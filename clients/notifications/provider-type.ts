import type { Destination, Notifier } from './destination.ts';
import type { Event } from './event/event.ts';
import { taken } from './refusal.ts';
import type { Message, Send } from './sender.ts';
import type { Transport } from './transport.ts';

/** How events become requests for the Providers of one type. */
export interface ProviderType {
  /** Which of the Provider's settings count for it: those that Flux does not look at are not looked at here. */
  reach: readonly ('tls' | 'proxy')[];
  /** Throws InvalidDestination. */
  notifier(destination: Destination, by: Means): Notifier;
}

export interface Means {
  send: Send;
  via: Transport;
}

/** One request for an event, of which only matters whether it is taken. */
export function webhook(
  destination: Destination,
  { send }: Means,
  message: (event: Event) => Message,
): Notifier {
  return {
    async post(event, signal) {
      const made = message(event);
      taken(destination, made.url, await send(made, signal));
    },
  };
}

/** Headers of a body in JSON, and of who sends it. */
export function json(authorization?: string): Record<string, string> {
  return { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) };
}
