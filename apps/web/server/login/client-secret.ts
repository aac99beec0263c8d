import type { ClientAuth } from 'openid-client';

/**
 * How a confidential client proves who it is: in the header, unless the provider takes it in the body only (OpenID Connect
 * Discovery 1.0, section 3).
 */
export function secretAs(oidc: typeof import('openid-client'), secret: string): ClientAuth {
  const post = oidc.ClientSecretPost(secret);
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    if (!methods.includes('client_secret_basic')) return post(server, client, body, headers);
    headers.set('authorization', basicOf(client.client_id, secret));
  };
}

/**
 * The header of RFC 6749, section 2.3.1: both are encoded as forms are, and no more than that. openid-client encodes what
 * need not be, such as the dashes of a UUID, and Gitea, for one, does not decode it.
 */
export function basicOf(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
