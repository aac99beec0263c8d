import { type AuthClient, GoogleAuth, gaxios, JWT, UserRefreshClient } from 'google-auth-library';
import { CloudError } from '../errors.ts';
import type { Http } from '../http.ts';
import { never } from '../jwt.ts';
import type { AccessToken } from '../token.ts';
import type { GoogleKey } from './key.ts';
import { scopes } from './scopes.ts';

// The library asks the machine itself by this one: no proxy can, and in a bundle the library finds no agent for it.
gaxios.instance.defaults.noProxy = [/^/];

/** Application Default Credentials: the file that a variable names, gcloud's, or the machine's service account. */
export async function ambientToken(http: Http): Promise<AccessToken> {
  return take(await new GoogleAuth({ scopes, clientOptions: optionsFor(http) }).getClient());
}

export function keyToken(key: GoogleKey, http: Http): Promise<AccessToken> {
  if (key.type === 'authorized_user')
    return take(
      new UserRefreshClient({
        ...optionsFor(http),
        clientId: key.clientId,
        clientSecret: key.clientSecret,
        refreshToken: key.refreshToken,
      }),
    );
  const { email, privateKey, privateKeyId } = key;
  return take(
    new JWT({
      ...optionsFor(http),
      email,
      key: privateKey,
      ...(privateKeyId ? { keyId: privateKeyId } : {}),
      scopes,
    }),
  );
}

async function take(client: AuthClient): Promise<AccessToken> {
  const { token } = await client.getAccessToken();
  if (!token) throw new CloudError('the answer holds no token');
  const expires = client.credentials.expiry_date;
  return { token, expires: expires ? new Date(expires) : never };
}

/** Requests of Google's library go by way of ours: its time, its size, its proxies, for which it is to load no agent. */
function optionsFor(http: Http) {
  return { transporterOptions: { fetchImplementation: fetchBy(http), noProxy: [/^/] } };
}

function fetchBy(http: Http): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
    const {
      status,
      headers,
      body: answer,
    } = await http({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      ...(body ? { body } : {}),
      signal: request.signal,
    });
    return new Response(status === 204 ? null : answer, { status, headers });
  };
}
