import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '@millrace/json';
import type { Impersonation } from '@millrace/kube';
import { cookieOf } from '../door.ts';
import { admissible } from './claims.ts';
import { LoginRefused } from './login-refused.ts';
import type { Seal } from './seal.ts';

/** Somebody who has logged in. Their browser keeps it, sealed; no server does. */
export interface Session {
  /** Known to nobody but the server and the page: what a request carries that changes something. */
  writeToken: string;
  as: Impersonation;
  /** Milliseconds since 1970. */
  until: number;
}

/** On the way to the provider and back. */
export interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  /** The address that was asked for. */
  to: string;
}

/** Milliseconds that somebody may take to log in. */
const patience = 10 * 60_000;
/** Browsers keep 4096 bytes with name and attributes; servers read 16 kB of headers. */
const piece = 3800;
const mostPieces = 3;

/** What a browser keeps, and the headers that make it do so. */
export interface Keeping {
  session(request: IncomingMessage): Session | undefined;
  /** The headers that begin a session. Throws LoginRefused for more groups than cookies can hold. */
  begin(as: Impersonation): string[];
  /** The headers that end it. */
  end(): string[];
  pending(request: IncomingMessage): Pending | undefined;
  await(pending: Pending): string;
  awaited(): string;
}

export interface KeepingOptions {
  seal: Seal;
  /** Of what provider and client a session is: it is good for no other. */
  audience: string;
  /** Whether the page is reached by https. */
  secure: boolean;
  /** Milliseconds. */
  lifetime: number;
}

export function keeping({ seal, audience, secure, lifetime }: KeepingOptions): Keeping {
  // No other server of the domain can set a cookie of such a name (RFC 6265bis, 4.1.3.2).
  const name = secure ? '__Host-millrace' : 'millrace';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const names = Array.from({ length: mostPieces }, (_, i) => (i === 0 ? name : `${name}.${i}`));
  const onTheWay = `${name}-login`;
  const set = (cookie: string, value: string, milliseconds: number) =>
    `${cookie}=${value}; Max-Age=${Math.ceil(milliseconds / 1000)}; ${attributes}`;
  const purpose = { session: `session ${audience}`, pending: `login ${audience}` };
  return {
    session(request) {
      const sealed = names.map(one => cookieOf(request, one) ?? '').join('');
      return sessionIn(seal.open(purpose.session, sealed));
    },
    begin(as) {
      const until = Date.now() + lifetime;
      const writeToken = randomBytes(20).toString('hex');
      const { user, groups = [] } = as;
      const sealed = seal.close(purpose.session, { user, groups, until, writeToken });
      if (sealed.length > piece * mostPieces)
        throw new LoginRefused(
          `the login provider says that you are in ${groups.length} groups: those are too many. It has to send fewer of them`,
        );
      return names.map((one, i) => {
        const part = sealed.slice(i * piece, (i + 1) * piece);
        return set(one, part, part === '' ? 0 : lifetime);
      });
    },
    end: () => names.map(one => set(one, '', 0)),
    pending: request => pendingIn(seal.open(purpose.pending, cookieOf(request, onTheWay) ?? '')),
    await: pending =>
      set(onTheWay, seal.close(purpose.pending, { ...pending, until: Date.now() + patience }), patience),
    awaited: () => set(onTheWay, '', 0),
  };
}

function sessionIn(value: JsonObject | undefined): Session | undefined {
  const { user, groups, until, writeToken } = value ?? {};
  if (typeof until !== 'number' || until <= Date.now()) return undefined;
  if (typeof user !== 'string' || typeof writeToken !== 'string' || !Array.isArray(groups)) return undefined;
  if (!groups.every(group => typeof group === 'string')) return undefined;
  try {
    return { writeToken, as: admissible({ user, groups }), until };
  } catch {
    return undefined;
  }
}

function pendingIn(value: JsonObject | undefined): Pending | undefined {
  const { state, nonce, verifier, to, until } = value ?? {};
  if (typeof until !== 'number' || until <= Date.now()) return undefined;
  if (typeof state !== 'string' || typeof nonce !== 'string') return undefined;
  if (typeof verifier !== 'string' || typeof to !== 'string') return undefined;
  return { state, nonce, verifier, to };
}
