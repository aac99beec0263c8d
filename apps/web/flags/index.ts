import { boolean, duration, list, text } from '@millrace/process/flags';

/**
 * What the page in a cluster has beside the flags of all. Those of OpenID Connect are kube-apiserver's: given as they are
 * there, people are on the page whom they are for kubectl.
 */
export const webFlags = {
  webAddr: text('web-addr', '0', 'where the page is served; 0: nowhere'),
  webUrl: text('web-url', '', 'where browsers reach the page: https://fleet.example.com'),
  webReadOnly: boolean('web-read-only', false, 'the page changes nothing'),
  webTlsCertFile: text(
    'web-tls-cert-file',
    '',
    'the certificate of the page, where nothing before it speaks TLS',
  ),
  webTlsKeyFile: text('web-tls-key-file', '', 'the key of that certificate'),
  webSessionKeyFile: text(
    'web-session-key-file',
    '',
    'a file with at least 32 characters of chance, by which sessions are sealed; without it they end with the process',
  ),
  webSessionLifetime: duration(
    'web-session-lifetime',
    '1h0m0s',
    'how long a login lasts; then the provider is asked again, which lets in whoever is still logged in there',
  ),
  webTrustedProxy: list(
    'web-trusted-proxy',
    'a network of proxies whose X-Forwarded-For is believed: 10.0.0.0/8; may be given several times',
  ),
  oidcIssuerUrl: text('oidc-issuer-url', '', 'the OpenID provider at which people log in to the page'),
  oidcClientId: text('oidc-client-id', '', 'as which client of the provider they do'),
  oidcClientSecretFile: text(
    'oidc-client-secret-file',
    '',
    'a file with the secret of that client; without it, or empty: a public client',
  ),
  oidcCaFile: text('oidc-ca-file', '', 'who vouches for the provider, beside the authorities of the system'),
  oidcUsernameClaim: text('oidc-username-claim', 'sub', 'which claim is the name of a user'),
  oidcUsernamePrefix: text(
    'oidc-username-prefix',
    '',
    'what stands before it, - for nothing; by default the issuer and #, but for the claim email',
  ),
  oidcGroupsClaim: text(
    'oidc-groups-claim',
    '',
    'which claim has the groups of a user; by default there are none',
  ),
  oidcGroupsPrefix: text('oidc-groups-prefix', '', 'what stands before the name of a group'),
} as const;

export type WebFlags = typeof webFlags;
