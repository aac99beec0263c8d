import type { Access } from '../access/access.ts';
import type { Authenticator } from '../access/authenticate.ts';
import type { Tokens } from '../access/tokens.ts';
import type { Policies } from '../admission/policies.ts';
import type { Webhooks } from '../admission/webhooks.ts';

/** What stands between a request and the store: who asks, what they may do, who else has a say. */
export interface Gate {
  readonly access: Access;
  readonly authenticator: Authenticator;
  readonly tokens: Tokens;
  readonly policies: Policies;
  readonly webhooks: Webhooks;
}
