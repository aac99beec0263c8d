import { connection } from '@millrace/http';
import type { JsonObject } from '@millrace/json';
import type { Configuration, CustomFetch } from 'openid-client';
import type { Dispatcher } from 'undici';
import { secretAs } from './client-secret.ts';
import { LoginRefused } from './login-refused.ts';
import type { Pending } from './session.ts';

export interface ProviderOptions {
  issuer: string;
  clientId: string;
  /** Undefined: a public client, which PKCE alone protects. */
  clientSecret?: string | undefined;
  /** PEM; trusted beside those of the system. */
  ca?: string | undefined;
}

/** What a login carries to the provider and back. */
export type Checks = Pick<Pending, 'state' | 'nonce' | 'verifier'>;

/** Who says who somebody is: an OpenID provider. */
export interface Provider {
  /**
   * Where to send a browser. Throws LoginRefused where the provider cannot be asked.
   *
   * @param anew whoever is logged in at the provider is asked who they are all the same
   */
  begin(redirect: URL, anew: boolean): Promise<{ address: URL; checks: Checks }>;
  /**
   * What an ID token claims, after its signature, issuer, audience, nonce and times have been checked.
   *
   * @param answered the address at which the browser came back
   */
  finish(answered: URL, checks: Checks): Promise<JsonObject>;
  close(): Promise<void>;
}

/** Milliseconds after which it is asked anew where its endpoints are. */
const discoveryAge = 3_600_000;
const patience = 10;
/** Bytes: metadata, keys and tokens are a few thousand. */
const longest = 1024 * 1024;
/** Asked for where the provider has them; that of names and groups is Kubernetes' affair. */
const scopes = ['profile', 'email', 'groups'];

export function oidcProvider(options: ProviderOptions): Provider {
  const dispatcher = connection({ tls: { ca: options.ca } });
  let known: { configuration: Promise<Configuration>; at: number } | undefined;
  const configuration = () => {
    if (known && Date.now() - known.at < discoveryAge) return known.configuration;
    const asked = discover(options, dispatcher);
    const asking = { configuration: asked, at: Date.now() };
    known = asking;
    asked.catch(() => {
      if (known === asking) known = undefined;
    });
    return asked;
  };
  return {
    async begin(redirect, anew) {
      const oidc = await import('openid-client');
      const config = await configuration().catch(unreachable);
      const checks = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const address = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirect.href,
        scope: ['openid', ...scopesOf(config)].join(' '),
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
        state: checks.state,
        nonce: checks.nonce,
        ...(anew ? { prompt: 'login' } : {}),
      });
      return { address, checks };
    },
    async finish(answered, { state, nonce, verifier }) {
      const oidc = await import('openid-client');
      const config = await configuration().catch(unreachable);
      const tokens = await oidc
        .authorizationCodeGrant(config, answered, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        .catch(refused);
      const claims = tokens.claims();
      if (claims === undefined) throw new LoginRefused('the login provider has sent no ID token');
      return JSON.parse(JSON.stringify(claims)) as JsonObject;
    },
    close: () => dispatcher.destroy(),
  };
}

async function discover(
  { issuer, clientId, clientSecret }: ProviderOptions,
  dispatcher: Dispatcher,
): Promise<Configuration> {
  const oidc = await import('openid-client');
  const address = new URL(issuer);
  const options = {
    timeout: patience,
    [oidc.customFetch]: fetchBy(dispatcher),
    // The token comes straight from the provider; its signature is checked all the same, as kube-apiserver does.
    execute: [
      oidc.enableNonRepudiationChecks,
      ...(address.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
    ],
  };
  const proof = clientSecret === undefined ? oidc.None() : secretAs(oidc, clientSecret);
  return oidc.discovery(address, clientId, undefined, proof, options);
}

function scopesOf(config: Configuration): string[] {
  const supported = config.serverMetadata().scopes_supported ?? ['profile', 'email'];
  return scopes.filter(scope => supported.includes(scope));
}

function fetchBy(dispatcher: Dispatcher): CustomFetch {
  return async (address, { method, headers, body, signal }) => {
    const { origin, pathname, search } = new URL(address);
    const answer = await dispatcher.request({
      origin,
      path: pathname + search,
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      body: body === null || body === undefined ? null : String(body),
      ...(signal ? { signal } : {}),
    });
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > longest) throw new TypeError(`${origin} has sent more than a provider has to say`);
      parts.push(part);
    }
    const told = new Headers();
    for (const [name, value] of Object.entries(answer.headers))
      for (const one of [value ?? []].flat()) told.append(name, one);
    const bare = answer.statusCode === 204 || answer.statusCode === 304;
    return new Response(bare ? null : Buffer.concat(parts), { status: answer.statusCode, headers: told });
  };
}

function unreachable(cause: unknown): never {
  throw new LoginRefused(`the login provider cannot be asked: ${wordsOf(cause)}`, { cause });
}

function refused(cause: unknown): never {
  throw new LoginRefused(`the login has not come to its end: ${wordsOf(cause)}`, { cause });
}

/** A provider's own words, where it has some: `error_description` (RFC 6749, 4.1.2.1). */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('error_description' in error && typeof error.error_description === 'string')
    return error.error_description;
  if ('error' in error && typeof error.error === 'string') return error.error;
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
