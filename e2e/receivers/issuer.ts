import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Claims = Record<string, unknown>;
type Header = Record<string, unknown>;

/** An identity provider on this machine: its keys are published, all but one. */
export interface Issuer {
  url: string;
  /** A token of its own; claims and header go over those that make it a good one. */
  token(claims?: Claims, header?: Header, by?: string): string;
  /** How often its documents were asked for, by path. */
  asked: Map<string, number>;
  close(): Promise<void>;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** By the names that they have as `kid`. */
function makeKeys() {
  return {
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ec384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ed: generateKeyPairSync('ed25519'),
    /** Not published. */
    hidden: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };
}

type Keys = ReturnType<typeof makeKeys>;

export async function startIssuer(): Promise<Issuer> {
  const keys = makeKeys();
  const asked = new Map<string, number>();
  const server = createServer(({ url = '' }, response) => {
    asked.set(url, (asked.get(url) ?? 0) + 1);
    const answer = documents(origin, keys)[url];
    if (!answer) return void response.writeHead(404).end('nobody');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    asked,
    token(claims = {}, header = {}, by = 'rsa') {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        iss: origin,
        aud: 'notification-controller',
        sub: 'x',
        iat: now,
        exp: now + 600,
        org: 'mine',
        ...claims,
      };
      const kid = by === 'hidden' ? 'rsa' : by;
      const text = `${encode({ alg: 'RS256', typ: 'JWT', kid, ...header })}.${encode(all)}`;
      return `${text}.${signed(String(header.alg ?? 'RS256'), text, by as keyof Keys, keys)}`;
    },
    close: () =>
      new Promise<void>(done => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function documents(origin: string, keys: Keys): Record<string, object> {
  const published = Object.entries(keys)
    .filter(([kid]) => kid !== 'hidden')
    .map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }));
  return {
    '/.well-known/openid-configuration': {
      issuer: origin,
      jwks_uri: `${origin}/keys`,
      id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256', 'none'],
    },
    '/keys': { keys: published },
    '/slash/.well-known/openid-configuration': { issuer: `${origin}/slash/`, jwks_uri: `${origin}/keys` },
    // One that does not say by which algorithms it signs, and one that names such only as nobody should trust.
    '/plain/.well-known/openid-configuration': { issuer: `${origin}/plain`, jwks_uri: `${origin}/keys` },
    '/secret/.well-known/openid-configuration': {
      issuer: `${origin}/secret`,
      jwks_uri: `${origin}/keys`,
      id_token_signing_alg_values_supported: ['HS256', 'none'],
    },
    '/keyless/.well-known/openid-configuration': {
      issuer: `${origin}/keyless`,
      jwks_uri: `${origin}/nowhere`,
    },
    '/nameless/.well-known/openid-configuration': {
      issuer: `${origin}/nameless`,
      jwks_uri: `${origin}/nameless/keys`,
    },
    '/nameless/keys': { keys: published.map(({ kid: _, ...key }) => key) },
    '/text/.well-known/openid-configuration': { issuer: 1, jwks_uri: `${origin}/keys` },
    // The document of another.
    '/other/.well-known/openid-configuration': { issuer: origin, jwks_uri: `${origin}/keys` },
  };
}

function signed(algorithm: string, text: string, by: keyof Keys, keys: Keys): string {
  const data = Buffer.from(text);
  const { privateKey, publicKey } = keys[by];
  if (algorithm === 'none') return '';
  // The confusion of old: a public key is no secret.
  if (algorithm.startsWith('HS'))
    return createHmac('sha256', publicKey.export({ format: 'pem', type: 'spki' }))
      .update(data)
      .digest('base64url');
  return sign(
    algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`,
    data,
    optionsOf(algorithm, privateKey),
  ).toString('base64url');
}

function optionsOf(algorithm: string, key: KeyObject) {
  if (algorithm.startsWith('PS'))
    return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return algorithm.startsWith('ES') ? { key, dsaEncoding: 'ieee-p1363' as const } : { key };
}
