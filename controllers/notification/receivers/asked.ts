import type { Receiver } from '@millrace/api';
import type { JsonObject } from '@millrace/json';
import type { Documents } from './identity/documents.ts';
import type { Webhook } from './webhook.ts';

/** A request whose sender is not known yet. */
export interface Asked {
  webhook: Webhook;
  receiver: Receiver;
  /** The token of the Receiver's Secret, never empty; empty where the type has no Secret. */
  token: Buffer;
  /** What else the Secret holds, as text; empty where it does not. */
  secret(name: string): string;
}

/** What is known of a request that may wake objects. */
export interface Accepted {
  /** What filters see: of services that wrap what they have to say, only that. */
  body: Buffer;
  /** Who has sent it, where that is told by a token of an identity provider. */
  claims?: JsonObject;
  /** For the log. */
  said?: string;
}

/** Who has to be asked about senders. */
export interface Outside {
  documents: Documents;
  /** Where the keys of Google are, by algorithm; where Google has them, unless it is said. */
  google?: Record<string, string>;
}

/**
 * Whether a request is what a type of Receiver listens to. Throws Refused, or another error where that cannot be
 * told.
 */
export type Check = (asked: Asked, on: Outside) => Accepted | Promise<Accepted>;
