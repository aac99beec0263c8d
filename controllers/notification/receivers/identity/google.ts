import type { JsonObject } from '@millrace/json';
import type { Accepted, Asked, Outside } from '../asked.ts';
import { decodeAs, onlyObject } from '../decode.ts';
import { shown } from '../event-names.ts';
import { payload } from '../registries.ts';
import { Refused } from '../webhook.ts';
import { bearerOf, headerOf, unverifiedClaims, verifiedClaims } from './id-token.ts';

/** Where Google publishes the keys of its service accounts, by the algorithm that they sign with. */
export const googleKeys: Record<string, string> = {
  RS256: 'https://www.googleapis.com/oauth2/v3/certs',
  ES256: 'https://www.gstatic.com/iap/verify/public_key-jwk',
};

const issuers = ['accounts.google.com', 'https://accounts.google.com'];

/**
 * A message that Pub/Sub pushes in the name of a service account
 * (https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions). Filters see what the registry says in it.
 */
export async function gcrEvent(asked: Asked, on: Outside): Promise<Accepted> {
  const email = required(asked, 'email');
  const audience = required(asked, 'audience');
  await requireServiceAccount(bearerOf(asked.webhook), email, audience, on);
  const shape = {
    message: { data: 'string', messageId: 'string', publishTime: 'time', subscription: 'string' },
  } as const;
  const { message } = payload('GCR', shape, asked.webhook.body);
  const event = eventIn(message.data);
  const said = `handling GCR event from ${shown(event.digest)} for tag ${shown(event.tag)}`;
  return { body: Buffer.from(JSON.stringify(event)), said };
}

function required({ secret }: Asked, name: string): string {
  const value = secret(name);
  if (value === '') throw new Refused(`invalid secret data: required field '${name}' for GCR receiver`);
  return value;
}

function eventIn(data: string) {
  try {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data.replace(/[\r\n]/g, '')))
      throw new TypeError('the data are no base64');
    const text = Buffer.from(data, 'base64').toString('utf8');
    return decodeAs({ action: 'string', digest: 'string', tag: 'string' } as const, onlyObject(text));
  } catch (error) {
    throw new Refused(`cannot decode GCR webhook body: ${(error as Error).message}`, { cause: error });
  }
}

/** Throws Refused unless Google says of the caller that it is the account. */
async function requireServiceAccount(
  token: string,
  email: string,
  audience: string,
  on: Outside,
): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const told = unverifiedClaims(token);
  // Before Google is asked: who has no token for us costs no request.
  if (told.aud !== audience) throw new Refused(`the token is not for "${audience}"`);
  if (!isWhole(told.exp) || now > told.exp) throw new Refused('the token has expired');
  if (told.iat !== undefined && !isWhole(told.iat))
    throw new Refused('the token has a time that is no number');
  const { iss, email: said, email_verified } = await claimsByGoogle(token, on);
  if (!issuers.includes(String(iss))) throw new Refused('the token is not of accounts.google.com');
  if (said !== email) throw new Refused('the token is that of another account');
  if (email_verified !== true) throw new Refused('the email of the token is not verified');
}

const isWhole = (value: unknown): value is number => Number.isInteger(value);

async function claimsByGoogle(
  token: string,
  { documents, google = googleKeys }: Outside,
): Promise<JsonObject> {
  const { alg = '' } = headerOf(token);
  const at = Object.hasOwn(google, alg) ? google[alg] : undefined;
  if (!at) throw new Refused('the token is signed by an algorithm that Google does not use');
  const trusted = { allowed: [alg], named: true };
  const claims =
    (await verifiedClaims(token, { ...trusted, keys: await documents.get(at) })) ??
    (await verifiedClaims(token, { ...trusted, keys: await documents.renewed(at) }));
  if (claims) return claims;
  throw new Refused('the token is not signed by a key of Google');
}
