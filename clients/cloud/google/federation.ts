import { CloudError } from '../errors.ts';
import type { Http } from '../http.ts';
import { askJson, textIn } from '../json-answer.ts';
import type { AccessToken } from '../token.ts';
import { scopes } from './scopes.ts';

/**
 * A token of the cluster for one of Google's (RFC 8693):
 * https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
 */
export async function exchangedToken(
  token: string,
  audience: string,
  email: string | undefined,
  http: Http,
  signal: AbortSignal,
): Promise<AccessToken> {
  const what = 'it is not exchanged';
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience,
    scope: scopes.join(' '),
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  });
  const asked = Date.now();
  const request = {
    method: 'POST',
    url: 'https://sts.googleapis.com/v1/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    signal,
  };
  const answer = await askJson(http, what, request, [token]);
  const federated = textIn(answer, ['access_token'], what);
  if (email) return tokenOf(email, federated, http, signal);
  const seconds = typeof answer.expires_in === 'number' ? answer.expires_in : 0;
  return { token: federated, expires: new Date(asked + seconds * 1000) };
}

/** Of a service account, in whose name the other may act: https://cloud.google.com/iam/docs/reference/credentials/rest */
async function tokenOf(
  email: string,
  federated: string,
  http: Http,
  signal: AbortSignal,
): Promise<AccessToken> {
  const what = `the service account ${email} is not lent`;
  const request = {
    method: 'POST',
    url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`,
    headers: { authorization: `Bearer ${federated}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scope: scopes }),
    signal,
  };
  const answer = await askJson(http, what, request, [federated]);
  const expires = new Date(textIn(answer, ['expireTime'], what));
  if (Number.isNaN(expires.getTime())) throw new CloudError(`${what}: expireTime is no time`);
  return { token: textIn(answer, ['accessToken'], what), expires };
}
