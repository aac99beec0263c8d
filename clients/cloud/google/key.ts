import { isObject, type Json, type JsonObject } from '@millrace/json';
import { CloudError } from '../errors.ts';

/** Who somebody is at Google, by what a Secret holds: the key of a service account, or the refresh token of a user. */
export type GoogleKey =
  | { type: 'service_account'; email: string; privateKey: string; privateKeyId?: string | undefined }
  | { type: 'authorized_user'; clientId: string; clientSecret: string; refreshToken: string };

/**
 * The JSON that Google hands out as a key. Throws CloudError, which says `what` it is and quotes nothing of it. Other types than these are
 * refused, `external_account` among them: they say which file, program or URL of this machine a token is read from.
 */
export function parseGoogleKey(text: string, what = 'the Google key'): GoogleKey {
  const fields = objectIn(text, what);
  const required = (name: string) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
    throw new CloudError(`the JSON of ${what} has no ${name}`);
  };
  const { type, private_key_id: keyId } = fields;
  if (type === 'service_account')
    return {
      type,
      email: required('client_email'),
      privateKey: required('private_key'),
      ...(typeof keyId === 'string' ? { privateKeyId: keyId } : {}),
    };
  if (type !== 'authorized_user')
    throw new CloudError(`the type of ${what} has to be service_account or authorized_user`);
  return {
    type,
    clientId: required('client_id'),
    clientSecret: required('client_secret'),
    refreshToken: required('refresh_token'),
  };
}

function objectIn(text: string, what: string): JsonObject {
  try {
    const value: Json = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // What is wrong is not told: it would be quoted.
  }
  throw new CloudError(`${what} is no JSON object`);
}
