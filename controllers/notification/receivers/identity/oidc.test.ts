import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Receiver } from '@millrace/api';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Accepted } from '../asked.ts';
import { Refused, webhookOf } from '../webhook.ts';
import { Documents } from './documents.ts';
import { oidcCaller } from './oidc.ts';

const issuerURL = 'https://issuer.example.com';
const validations = [{ expression: "claims.org == 'mine'", message: 'wrong org' }];
const receiver: Receiver = {
  apiVersion: 'notification.toolkit.fluxcd.io/v1',
  kind: 'Receiver',
  metadata: { name: 'hook', namespace: 'hooks' },
  spec: {
    type: 'generic-oidc',
    oidcProviders: [{ issuerURL, validations }],
    resources: [{ kind: 'GitRepository', name: 'a' }],
  },
};

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An issuer with keys that change, asked through a network in which time is turned by hand. */
describe('a caller who shows a token', () => {
  let keys: Map<string, KeyObject>;
  let published: string[];
  let asked: string[];
  let now: number;
  let metadata: Record<string, unknown>;
  let documents: Documents;
  beforeEach(() => {
    keys = new Map();
    published = [];
    asked = [];
    now = 0;
    metadata = {
      issuer: issuerURL,
      jwks_uri: `${issuerURL}/keys`,
      id_token_signing_alg_values_supported: ['EdDSA'],
    };
    documents = new Documents(
      async ({ url }) => {
        asked.push(String(url));
        const answer = String(url).endsWith('/keys') ? { keys: published.map(jwk) } : metadata;
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)) };
      },
      () => now,
    );
    publish('first');
  });

  const publish = (kid: string) => {
    keys.set(kid, generateKeyPairSync('ed25519').privateKey);
    published.push(kid);
  };
  const jwk = (kid: string) => {
    const { d: _, ...key } = keys.get(kid)!.export({ format: 'jwk' });
    return { ...key, kid };
  };
  const token = (kid: string, claims: object = {}) => {
    const time = Math.floor(Date.now() / 1000) + 600;
    const all = { iss: issuerURL, aud: 'notification-controller', exp: time, org: 'mine', ...claims };
    const signed = `${encode({ alg: 'EdDSA', kid })}.${encode(all)}`;
    return `${signed}.${sign(null, Buffer.from(signed), keys.get(kid)!).toString('base64url')}`;
  };
  const call = (jwt: string): Promise<Accepted> => {
    const webhook = webhookOf(['Authorization', `Bearer ${jwt}`], Buffer.alloc(0));
    return oidcCaller({ webhook, receiver, token: Buffer.alloc(0), secret: () => '' }, { documents });
  };

  test('is known by claims, without asking the issuer each time', async () => {
    for (let i = 0; i < 10; i++) expect((await call(token('first'))).claims).toMatchObject({ org: 'mine' });
    expect(asked).toEqual([`${issuerURL}/.well-known/openid-configuration`, `${issuerURL}/keys`]);
  });

  test('is let in by a key that is new', async () => {
    await call(token('first'));
    publish('second');
    now += 31_000;
    await expect(call(token('second'))).resolves.toMatchObject({ claims: { org: 'mine' } });
    await expect(call(token('first'))).resolves.toBeDefined();
  });

  test('makes nobody ask for keys over and over', async () => {
    keys.set('unknown', generateKeyPairSync('ed25519').privateKey);
    for (let i = 0; i < 100; i++) await expect(call(token('unknown'))).rejects.toThrow(Refused);
    expect(asked.length).toBe(2);
  });

  test('is not let in any more by a key that was withdrawn, after five minutes', async () => {
    await call(token('first'));
    published = [];
    now += 301_000;
    await expect(call(token('first'))).rejects.toThrow('not signed by a key of its issuer');
  });

  test('of an issuer that is not named makes nobody ask', async () => {
    await expect(call(token('first', { iss: 'https://other.example.com' }))).rejects.toThrow(
      'no oidcProvider',
    );
    expect(asked).toEqual([]);
  });

  test.each([
    ['is of another', { issuer: 'https://other.example.com' }, 'document of another issuer'],
    ['names keys without encryption', { jwks_uri: 'http://issuer.example.com/keys' }, 'not by https'],
    ['names no keys', { jwks_uri: undefined }, 'does not say where its keys are'],
  ])('is not let in where the document of the issuer %s', async (_, more, words) => {
    metadata = { ...metadata, ...more };
    await expect(call(token('first'))).rejects.toThrow(words);
  });

  test('is told nothing but to the log, which has the messages of the conditions', async () => {
    await expect(call(token('first', { org: 'other' }))).rejects.toThrow(
      'token validation failed: wrong org',
    );
    await expect(call(token('first', { org: undefined }))).rejects.toThrow('no such key: org');
  });
});
