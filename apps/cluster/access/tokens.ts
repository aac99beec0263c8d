import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import { listAt, numberAt, textAt } from '../api/tree.ts';
import type { User } from '../http/authenticate.ts';

/** Who issues tokens here, and for whom they are good unless somebody asks for other audiences. */
export const issuer = 'https://kubernetes.default.svc.cluster.local';

/** An object with whose end a token ends. */
export interface BoundObject {
  readonly kind: 'Pod' | 'Secret' | 'Node';
  readonly name: string;
  readonly uid: string;
}

export interface TokenRequest {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  /** Undefined for a token that does not end, as a Secret holds one. */
  readonly seconds: number | undefined;
  readonly bound?: BoundObject;
}

/** A token that is good, and for whom. */
export interface Verified {
  readonly user: User;
  readonly audiences: readonly string[];
}

/**
 * Makes and reads the tokens of service accounts: JSON web tokens signed by ES256 (RFC 7519), with the claims that
 * Kubernetes has in them.
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
 */
export class Tokens {
  readonly #api: Api;
  readonly #key: KeyObject;
  readonly #public: KeyObject;
  readonly #keyId: string;

  /** The key is a PEM of an EC P-256 private key. */
  constructor(api: Api, key: string) {
    this.#api = api;
    this.#key = createPrivateKey(key);
    this.#public = createPublicKey(this.#key);
    const der = this.#public.export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(der).digest('base64url');
  }

  issue({ namespace, name, uid, audiences, seconds, bound }: TokenRequest): string {
    const now = this.#seconds();
    const claims: JsonObject = {
      aud: [...audiences],
      ...(seconds !== undefined && { exp: now + seconds }),
      iat: now,
      iss: issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(bound && { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const text = [{ alg: 'ES256', kid: this.#keyId }, claims]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(text), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }

  /** Undefined for a token that is not ours, has ended, or whose account or bound object is gone. */
  verify(token: string): Verified | undefined {
    const claims = this.#claims(token);
    if (!claims || textAt(claims, 'iss') !== issuer) return undefined;
    const now = this.#seconds();
    const [from, until] = [numberAt(claims, 'nbf'), numberAt(claims, 'exp')];
    if ((from !== undefined && now < from) || (until !== undefined && now >= until)) return undefined;
    const inCluster = claims['kubernetes.io'];
    if (!this.#stillThere(inCluster)) return undefined;
    const namespace = textAt(inCluster, 'namespace');
    const name = textAt(inCluster, 'serviceaccount', 'name');
    return {
      audiences: listAt(claims, 'aud').map(String),
      user: {
        name: `system:serviceaccount:${namespace}:${name}`,
        uid: textAt(inCluster, 'serviceaccount', 'uid'),
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        extra: {
          'authentication.kubernetes.io/credential-id': [`JTI=${textAt(claims, 'jti')}`],
          ...podExtra(inCluster),
        },
      },
    };
  }

  #claims(token: string): JsonObject | undefined {
    const [header, claims, signature, ...more] = token.split('.');
    if (!header || !claims || !signature || more.length > 0) return undefined;
    const signed = { key: this.#public, dsaEncoding: 'ieee-p1363' } as const;
    const text = Buffer.from(`${header}.${claims}`);
    if (!verify('sha256', text, signed, Buffer.from(signature, 'base64url'))) return undefined;
    const parsed: Json = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return isObject(parsed) ? parsed : undefined;
  }

  #stillThere(claim: Json | undefined): boolean {
    const namespace = textAt(claim, 'namespace');
    const parts: [string, string, string][] = [
      ['serviceaccount', '/serviceaccounts', namespace],
      ['pod', '/pods', namespace],
      ['secret', '/secrets', namespace],
      ['node', '/nodes', ''],
    ];
    return parts.every(([key, storage, where]) => {
      const uid = textAt(claim, key, 'uid');
      if (!uid && key !== 'serviceaccount') return true;
      return this.#api.store.get(storage, where, textAt(claim, key, 'name'))?.uid === uid;
    });
  }

  #seconds(): number {
    return Math.floor(this.#api.now().getTime() / 1000);
  }
}

function podExtra(claim: Json | undefined): Record<string, string[]> {
  const name = textAt(claim, 'pod', 'name');
  if (!name) return {};
  return {
    'authentication.kubernetes.io/pod-name': [name],
    'authentication.kubernetes.io/pod-uid': [textAt(claim, 'pod', 'uid')],
  };
}
