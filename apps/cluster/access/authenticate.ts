import { unauthorized } from '../api/status.ts';
import { type User, userOfConnection } from '../http/authenticate.ts';
import type { Incoming } from '../http/exchange.ts';
import { issuer, type Tokens, type Verified } from './tokens.ts';

/** Tokens that are known from the start, as kube-apiserver's `--token-auth-file` has them, by the token. */
export type StaticTokens = Readonly<
  Record<string, { readonly user: string; readonly uid?: string; readonly groups?: readonly string[] }>
>;

/** Tells who asks: by client certificate, by a static token, by a service account's token. */
export class Authenticator {
  readonly #known: ReadonlyMap<string, User>;
  readonly #tokens: Tokens;

  constructor(tokens: Tokens, known: StaticTokens = {}) {
    this.#tokens = tokens;
    this.#known = new Map(
      Object.entries(known).map(([token, { user, uid, groups = [] }]) => [
        token,
        { name: user, ...(uid && { uid }), groups: [...groups, 'system:authenticated'] },
      ]),
    );
  }

  /** The user of a request; anonymous when it does not say. Throws 401 for a token that is not good. */
  userOf(request: Incoming): User {
    const byCertificate = userOfConnection(request);
    const bearer = /^bearer +(\S+)/i.exec(request.headers.authorization ?? '');
    if (!bearer || byCertificate.name !== 'system:anonymous') return byCertificate;
    const verified = this.review(bearer[1]!, [issuer]);
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
