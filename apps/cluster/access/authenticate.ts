import { unauthorized } from '../api/status.ts';
import { BadIdentity } from '../errors.ts';
import { anonymous, type User } from '../http/authenticate.ts';
import type { Asker } from '../http/exchange.ts';
import { requiredName } from '../pki/identity.ts';
import { issuer, type Tokens, type Verified } from './tokens.ts';

/** Tokens that are known from the start, as kube-apiserver's `--token-auth-file` has them, by the token. */
export type StaticTokens = Readonly<
  Record<string, { readonly user: string; readonly uid?: string; readonly groups?: readonly string[] }>
>;

function requiredToken(token: string): string {
  if (/^\S+$/.test(token)) return token;
  throw new BadIdentity('a token is empty, or has blanks in it');
}

/** Tells who asks: by client certificate, by a static token, by a service account's token. */
export class Authenticator {
  readonly #known: ReadonlyMap<string, User>;
  readonly #tokens: Tokens;

  constructor(tokens: Tokens, known: StaticTokens = {}) {
    this.#tokens = tokens;
    this.#known = new Map(
      Object.entries(known).map(([token, { user, uid, groups = [] }]) => [
        requiredToken(token),
        {
          name: requiredName(user, 'user of a token'),
          ...(uid && { uid }),
          groups: [...groups.map(group => requiredName(group, 'group of a token')), 'system:authenticated'],
        },
      ]),
    );
  }

  /** The user of a request; anonymous when it does not say. Throws 401 for a token that is not good. */
  userOf({ certified, headers }: Asker): User {
    if (certified !== anonymous) return certified;
    const [scheme = '', token = '', ...more] = (headers.authorization ?? '').trim().split(/ +/);
    if (scheme.toLowerCase() !== 'bearer' || token === '') return anonymous;
    const verified = more.length > 0 ? undefined : this.review(token, [issuer]);
    if (!verified) throw unauthorized();
    return verified.user;
  }

  /** Whose token it is, if it is good for one of the audiences, and for which of them. */
  review(token: string, audiences: readonly string[]): Verified | undefined {
    const known = this.#known.get(token);
    if (known) return { user: known, audiences };
    const verified = this.#tokens.verify(token);
    const common = verified?.audiences.filter(audience => audiences.includes(audience)) ?? [];
    return verified && common.length > 0 ? { user: verified.user, audiences: common } : undefined;
  }
}
