import type { Issuer } from '../issuer.ts';
import { type Cases, json, type Sent, text } from './sent.ts';

export function oidc({ token: of, url }: Issuer): Cases {
  const bearer = (jwt: string, more: Partial<Sent> = {}): Sent => ({
    ...more,
    headers: { ...json, Authorization: `Bearer ${jwt}` },
  });
  const now = Math.floor(Date.now() / 1000);
  const tampered = (jwt: string) => {
    const [header, , end] = jwt.split('.');
    const claims = Buffer.from(of({ org: 'mine', admin: true }).split('.')[1] ?? '', 'base64url').toString();
    return `${header}.${Buffer.from(claims).toString('base64url')}.${end}`;
  };
  return {
    oidc: {
      'a token by RS256': bearer(of()),
      'a token by PS256': bearer(of({}, { alg: 'PS256' })),
      'a token by ES256': bearer(of({}, { alg: 'ES256' }, 'ec')),
      'a token by ES384': bearer(of({}, { alg: 'ES384' }, 'ec384')),
      'a token by EdDSA': bearer(of({}, { alg: 'EdDSA' }, 'ed')),
      'a token by an algorithm that is not listed': bearer(of({}, { alg: 'RS512' })),
      'a token without a signature': bearer(of({}, { alg: 'none' })),
      'a token by HMAC with the public key': bearer(of({}, { alg: 'HS256' })),
      'a token by a key that is not published': bearer(of({}, {}, 'hidden')),
      'a token by a key of another kind': bearer(of({}, { kid: 'ec' })),
      'a token whose header names another algorithm': bearer(
        of({}, { alg: 'ES256' }, 'ec').replace(
          /^[^.]+/,
          Buffer.from(text({ alg: 'RS256', kid: 'ec' })).toString('base64url'),
        ),
      ),
      'a token without kid': bearer(of({}, { kid: undefined })),
      'a token with an unknown kid': bearer(of({}, { kid: 'x' })),
      'a token that was changed': bearer(tampered(of())),
      'a token with a critical header': bearer(of({}, { crit: ['x'], x: 1 })),
      'a token with a key of its own': bearer(of({}, { jwk: { kty: 'oct', k: 'eA' } })),
      'a token of somebody else': bearer(of({ org: 'other' })),
      'a token without the claim': bearer(of({ org: undefined })),
      'a token that has expired': bearer(of({ exp: now - 60 })),
      'a token without an end': bearer(of({ exp: undefined })),
      'a token whose end is text': bearer(of({ exp: 'later' })),
      'a token that begins in a minute': bearer(of({ nbf: now + 60 })),
      'a token that begins in an hour': bearer(of({ nbf: now + 3600 })),
      'a token of the future': bearer(of({ iat: now + 3600 })),
      'a token for somebody else': bearer(of({ aud: 'somebody' })),
      'a token for nobody': bearer(of({ aud: undefined })),
      'a token for several': bearer(of({ aud: ['somebody', 'notification-controller'] })),
      'a token of another issuer': bearer(of({ iss: 'https://issuer.example.com' })),
      'a token of an issuer with a slash more': bearer(of({ iss: `${url}/` })),
      'a token of no issuer': bearer(of({ iss: undefined })),
      'a token of an issuer that is no text': bearer(of({ iss: 1 })),
      'a token of two parts': bearer(of().split('.').slice(0, 2).join('.')),
      'a token that is none': bearer('x.y.z'),
      'an empty token': bearer(''),
      'blanks before the token': bearer(`  ${of()}`),
      'another scheme': { headers: { ...json, Authorization: `Basic ${of()}` } },
      'a scheme in another case': { headers: { ...json, Authorization: `bearer ${of()}` } },
      'no token': { headers: json, body: '{}' },
      'a token with a number that is too large': bearer(of().replace(/\.[^.]*\./, '.e30.')),
      'a token whose subject is a number': bearer(of({ sub: 1 })),
      'a token whose subject is null': bearer(of({ sub: null })),
      'a token whose audience is a number': bearer(of({ aud: 1 })),
      'a token whose audience has a number': bearer(of({ aud: ['notification-controller', 1] })),
      'a token whose audience is null': bearer(of({ aud: null })),
      'a token whose end has a fraction': bearer(of({ exp: now + 60.5 })),
      'a token whose end is a number as text': bearer(of({ exp: String(now + 60) })),
      'a token whose time is text': bearer(of({ iat: 'now' })),
      'a token whose time is null': bearer(of({ iat: null, nbf: null })),
      'a token with a nonce that is a number': bearer(of({ nonce: 1 })),
      'a token with claims of others': bearer(of({ _claim_names: { a: 'b' } })),
      'a token with claims of others that are there': bearer(
        of({ _claim_names: { a: 'b' }, _claim_sources: { b: { endpoint: 'https://x' } } }),
      ),
      'a token of type at+jwt': bearer(of({}, { typ: 'at+jwt' })),
      'a token and more behind it': bearer(`${of()}.x`),
      'a token in padded base64': bearer(of().replace(/\.([^.]*)\./, (_, part) => `.${part}==.`)),
      'blanks behind the token': bearer(`${of()}  `),
      'a second header': {
        headers: [
          ['Authorization', 'Bearer x'],
          ['Authorization', `Bearer ${of()}`],
        ],
        body: '{}',
      },
      'a GET': bearer(of(), { method: 'GET' }),
    },
    'oidc-audience': {
      'a token for it': bearer(of({ aud: 'somebody' })),
      'a token for the default': bearer(of()),
    },
    'oidc-variables': {
      'a token of the first': bearer(of({ repository: 'mine/a' })),
      'a token of the second': bearer(of({ repository: 'mine/b' })),
      'a token of a third': bearer(of({ repository: 'mine/c' })),
      'a token of somebody else': bearer(of({ org: 'other', repository: 'other/a' })),
      'a token without the claim': bearer(of()),
    },
    'oidc-filter': {
      'a token that names an object': bearer(of({ repository: 'alpha' }), { body: '{}' }),
      'a token that names another': bearer(of({ repository: 'beta' }), { body: text({ x: 2 }) }),
      'a body that does not suit': bearer(of({ repository: 'beta' }), { body: text({ x: 1 }) }),
      'a body that is no JSON': bearer(of({ repository: 'beta' }), { body: '{' }),
    },
    'oidc-variable-later': { 'a token': bearer(of()) },
    'oidc-numbers': { 'a number': bearer(of({ run: 3 })), 'another number': bearer(of({ run: 4 })) },
    'oidc-slash': {
      'a token': bearer(of({ iss: `${url}/slash/` })),
      'a token of one without a slash': bearer(of({ iss: `${url}/slash` })),
    },
    'oidc-plain': {
      'a token by RS256': bearer(of({ iss: `${url}/plain` })),
      'a token by ES256': bearer(of({ iss: `${url}/plain` }, { alg: 'ES256' }, 'ec')),
    },
    'oidc-secret': {
      'a token by RS256': bearer(of({ iss: `${url}/secret` })),
      'a token by HMAC with the public key': bearer(of({ iss: `${url}/secret` }, { alg: 'HS256' })),
      'a token without a signature': bearer(of({ iss: `${url}/secret` }, { alg: 'none' })),
    },
    'oidc-keyless': { 'a token': bearer(of({ iss: `${url}/keyless` })) },
    'oidc-nameless': {
      'a token with a kid': bearer(of({ iss: `${url}/nameless` })),
      'a token without one': bearer(of({ iss: `${url}/nameless` }, { kid: undefined })),
      'a token with an empty one': bearer(of({ iss: `${url}/nameless` }, { kid: '' })),
    },
    'oidc-text': { 'a token': bearer(of({ iss: `${url}/text` })) },
    'oidc-cel': {
      'a token': bearer(of({ groups: ['x', 'y'] })),
      'a token of others': bearer(of({ groups: ['y'] })),
      'a token without groups': bearer(of()),
    },
    'oidc-nobody': { 'a token': bearer(of({ iss: `${url}/nobody` })) },
    'oidc-other': { 'a token': bearer(of({ iss: `${url}/other` })) },
  };
}
