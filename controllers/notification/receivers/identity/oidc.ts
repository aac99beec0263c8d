import type { Receiver } from '@millrace/api';
import { fromJson, LazyObject, type Value } from '@millrace/cel';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Accepted, Asked, Outside } from '../asked.ts';
import { Budget, compileAt, compileCondition } from '../expressions.ts';
import { Refused } from '../webhook.ts';
import type { Documents } from './documents.ts';
import { algorithms, bearerOf, unverifiedClaims, verifiedClaims } from './id-token.ts';

type Provider = NonNullable<Receiver['spec']['oidcProviders']>[number];

/** Whom tokens are for where a provider does not say. */
const defaultAudience = 'notification-controller';

/** How far the clocks of others may be ahead, in seconds, as coreos/go-oidc has it. */
const leeway = 300;

/** A caller who shows the token of an identity provider that the Receiver trusts, and meets its conditions. */
export async function oidcCaller({ webhook, receiver }: Asked, { documents }: Outside): Promise<Accepted> {
  const token = bearerOf(webhook).trim();
  if (token === '') throw new Refused('the Authorization header is missing a bearer token');
  const { iss } = unverifiedClaims(token);
  // Nobody is asked but whom the spec names.
  const provider = (receiver.spec.oidcProviders ?? []).find(({ issuerURL }) => issuerURL === iss);
  if (!provider) throw new Refused('no oidcProvider configured for the issuer of the token');
  const claims = await claimsBy(provider.issuerURL, token, documents);
  requireClaims(claims, provider);
  requireConditions(claims, provider);
  return { body: webhook.body, claims, said: 'handling a request of an identity' };
}

/** Throws Refused where the issuer has not signed the token, and another error where the issuer cannot be asked. */
async function claimsBy(issuer: string, token: string, documents: Documents): Promise<JsonObject> {
  const metadata = await documents.get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (metadata.issuer !== issuer) throw new Error(`${issuer} has the document of another issuer`);
  const { jwks_uri: at, id_token_signing_alg_values_supported: listed } = metadata;
  if (typeof at !== 'string' || (issuer.startsWith('https:') && !at.startsWith('https:')))
    throw new Error(`${issuer} does not say where its keys are, or not by https`);
  const known = (Array.isArray(listed) ? listed : []).filter(one => algorithms.has(String(one))).map(String);
  const allowed = known.length > 0 ? known : ['RS256'];
  const keys = await documents.get(at);
  const claims = await verifiedClaims(token, { allowed, keys });
  if (claims) return claims;
  // It may have been signed by a key that is new.
  const renewed = await documents.renewed(at);
  const found = renewed === keys ? undefined : await verifiedClaims(token, { allowed, keys: renewed });
  if (!found) throw new Refused('the token is not signed by a key of its issuer');
  return found;
}

/** As coreos/go-oidc v3.18 reads and checks them. */
function requireClaims(claims: JsonObject, { issuerURL, audience }: Provider): void {
  const { iss, aud, exp, nbf, iat } = claims;
  const expected = audience || defaultAudience;
  const now = Date.now() / 1000;
  requireForms(claims);
  if (iss !== issuerURL) throw new Refused('the token is of another issuer');
  if (![aud ?? []].flat().includes(expected)) throw new Refused(`the token is not for "${expected}"`);
  const [end, start] = [timeOf(exp), timeOf(nbf)];
  timeOf(iat);
  if (end === undefined || end < now)
    throw new Refused('the token has expired, or does not say when it does');
  if (start !== undefined && start > now + leeway) throw new Refused('the token does not hold yet');
}

/** Claims that have a meaning have a form. */
function requireForms({ iss, sub, nonce, at_hash, aud, _claim_names, _claim_sources }: JsonObject): void {
  const isText = (value: Json | undefined) => typeof value === 'string';
  if (![iss, sub, nonce, at_hash].every(value => value === undefined || value === null || isText(value)))
    throw new Refused('the token has a claim that should be text and is none');
  if (!isText(aud) && !(Array.isArray(aud) && aud.every(isText)))
    throw new Refused('the token does not say whom it is for');
  const sources = isObject(_claim_sources) ? _claim_sources : {};
  for (const source of Object.values(isObject(_claim_names) ? _claim_names : {}))
    if (typeof source !== 'string' || !Object.hasOwn(sources, source))
      throw new Refused('the token has claims of a source that it does not name');
}

/** Seconds since 1970; a number may be written as text. */
function timeOf(value: Json | undefined): number | undefined {
  if (value === undefined) return undefined;
  const isNumber =
    typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value));
  if (!isNumber) throw new Refused('the token has a time that is no number');
  return Math.trunc(Number(value));
}

function requireConditions(claims: JsonObject, { variables = [], validations }: Provider): void {
  const budget = new Budget();
  const known = new Map<string, Value>();
  const claimed = fromJson(claims, 'doubles');
  const value = (name: string): Value =>
    name === 'claims' ? claimed : new LazyObject([...known.keys()], one => known.get(one) ?? null);
  try {
    for (const { name, expression } of variables)
      known.set(name, budget.evaluate(compileAt('claims', expression), value));
    const failed = validations.filter(
      ({ expression }) => budget.evaluate(compileCondition('claims', expression), value) !== true,
    );
    if (failed.length > 0)
      throw new Refused(`token validation failed: ${failed.map(({ message }) => message).join('; ')}`);
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(`failed to evaluate the conditions of the provider: ${(error as Error).message}`);
  }
}
