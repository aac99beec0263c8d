import { isObject, type Json, type JsonObject } from '@millrace/json';
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { requireNumbers } from '../decode.ts';
import { Refused, textOf, type Webhook } from '../webhook.ts';

/** Signatures by a key of which the public half is published. None and HMAC are no proof of anything. */
export const algorithms: ReadonlySet<string> = new Set([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
]);

/** The token of `Authorization: Bearer`. Throws Refused. */
export function bearerOf({ header }: Webhook): string {
  const value = textOf(header('Authorization'));
  if (!value.startsWith('Bearer ')) throw new Refused('the Authorization header is missing or malformed');
  return value.slice('Bearer '.length);
}

/** What a token says, which nothing has proved yet. Throws Refused. */
export function unverifiedClaims(token: string): JsonObject {
  const parts = token.split('.', 4);
  if (parts.length !== 3) throw new Refused('token is not a JWT');
  return parsed(Buffer.from(parts[1]!, 'base64url'));
}

/** Whose signature counts. */
export interface Trusted {
  /** Of the algorithms above, those that the issuer signs with. */
  allowed: readonly string[];
  keys: JsonObject;
  /** The key has to be named; otherwise any of them will do for a token that names none. */
  named?: boolean;
}

/**
 * What a token says, if a published key has signed it; undefined where none of them has. Throws Refused for what is
 * no signed token.
 */
export async function verifiedClaims(token: string, trusted: Trusted): Promise<JsonObject | undefined> {
  const { alg, kid, crit, jwk } = headerOf(token);
  if (!alg || !algorithms.has(alg) || !trusted.allowed.includes(alg))
    throw new Refused('the token is signed by an algorithm that its issuer does not use');
  if (crit !== undefined) throw new Refused('the token wants an extension to be understood');
  if (jwk !== undefined && !isPublic(jwk)) throw new Refused('the token carries a key that is not public');
  for (const key of keysIn(trusted.keys)) {
    if ((trusted.named || kid) && key.kid !== kid) continue;
    const payload = await payloadBy(key, alg, token);
    if (payload) return parsed(payload);
  }
  return undefined;
}

async function payloadBy(key: JWK, alg: string, token: string): Promise<Uint8Array | undefined> {
  try {
    const { payload } = await compactVerify(token, await importJWK(key, alg), { algorithms: [alg] });
    return payload;
  } catch {
    return undefined; // a key of another kind, or another's signature
  }
}

/** Throws Refused. */
export function headerOf(token: string): { alg?: string; kid?: string; crit?: unknown; jwk?: unknown } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw new Refused('the token has no header');
  }
}

function keysIn({ keys }: JsonObject): JWK[] {
  const list: Json[] = Array.isArray(keys) ? keys : [];
  return list.filter(isPublic);
}

/** A key that could be a secret is none to check a signature by. */
function isPublic(key: unknown): key is JsonObject & JWK {
  return isObject(key) && (key.kty === 'RSA' || key.kty === 'EC' || key.kty === 'OKP') && key.d === undefined;
}

function parsed(payload: Uint8Array): JsonObject {
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    claims = undefined;
  }
  if (!isObject(claims)) throw new Refused('the token has no claims');
  requireNumbers(claims);
  return claims;
}
