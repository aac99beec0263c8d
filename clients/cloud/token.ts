import type { Expiring } from './token-cache.ts';

/** A bearer token. */
export interface AccessToken extends Expiring {
  token: string;
}
