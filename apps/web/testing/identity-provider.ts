import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** A real OpenID provider, at which whoever is named next logs in without being asked. */
export interface IdentityProvider {
  issuer: string;
  /** Who logs in next, by the claims of their ID token; undefined: they say no. */
  next: Record<string, unknown> | undefined;
  stop(): Promise<void>;
}

export const testClient = { id: 'millrace', secret: 'a secret of the test that is long enough' };

export async function startIdentityProvider(redirect: string): Promise<IdentityProvider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = new Map<string, Record<string, unknown>>();
  const provider = new Provider(issuer, {
    clients: [
      { client_id: testClient.id, client_secret: testClient.secret, redirect_uris: [redirect] },
      { client_id: 'public', token_endpoint_auth_method: 'none', redirect_uris: [redirect] },
    ],
    claims: { openid: ['sub', 'groups', 'name'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['test'] },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    ttl: { Interaction: 60, Session: 60, Grant: 60, AccessToken: 60, IdToken: 60, AuthorizationCode: 60 },
    pkce: { required: () => true },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...people.get(accountId) }),
    }),
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({
        accountId: oidc.account!.accountId,
        clientId: oidc.client!.clientId,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const stand: IdentityProvider = {
    issuer,
    next: undefined,
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  const answer = provider.callback();
  let logins = 0;
  handle = (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    const accountId = `person-${++logins}`;
    if (stand.next) people.set(accountId, stand.next);
    const result = stand.next
      ? { login: { accountId } }
      : { error: 'access_denied', error_description: 'they <b>said</b> no' };
    void provider.interactionFinished(request, response, result);
  };
  return stand;
}
