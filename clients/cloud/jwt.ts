import { isObject } from '@millrace/json';
import { CloudError } from './errors.ts';

/** What a JSON Web Token says of itself. Its signature is for the server that accepts it to check. */
export interface Claims {
  subject?: string;
  audiences: string[];
  /** Far in the future if it does not say. */
  expires: Date;
}

/** Later than anything that expires, and a valid date still. */
export const never = new Date(8.64e15);

/** Throws CloudError, which does not quote the token. */
export function claimsOf(token: string, what: string): Claims {
  const claims = payloadOf(token);
  if (!isObject(claims)) throw new CloudError(`${what} is no JSON Web Token`);
  const { sub, aud, exp } = claims;
  return {
    ...(typeof sub === 'string' ? { subject: sub } : {}),
    audiences: [aud ?? []].flat().filter(one => typeof one === 'string'),
    expires: typeof exp === 'number' && exp < 8.64e12 ? new Date(exp * 1000) : never,
  };
}

function payloadOf(token: string): unknown {
  const parts = token.split('.', 4);
  if (parts.length !== 3) return undefined;
  try {
    return JSON.parse(Buffer.from(parts[1]!, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
