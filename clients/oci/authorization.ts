import { isObject, type Json } from '@millrace/json';
import type { Dispatcher } from 'undici';
import { parseChallenge } from './challenge.ts';
import { RegistryError } from './errors.ts';
import { exchange, type Request, readBody } from './exchange.ts';
import { basic, type Login } from './login.ts';

/** Who asks what of whom. */
export interface Asking {
  dispatcher: Dispatcher;
  /** Of the registry. */
  base: URL;
  /** The path of the repository. */
  repository: string;
  login: Login | undefined;
  /** What is asked for of a token service. */
  action: 'pull' | 'pull,push';
}

export interface Authorization {
  authorization: string;
  /** In milliseconds. */
  lifetime: number;
}

/** Where a token service says nothing (distribution, docs/spec/auth/token.md): a minute. */
const defaultLifetime = 60_000;
const hour = 3600_000;
const largestAnswer = 1 << 20;

/**
 * What a registry wants that has answered with a challenge: the login, or a token for it. Throws RegistryError, which
 * never holds either.
 */
export async function authorize(
  challenge: string,
  asking: Asking,
  signal: AbortSignal,
): Promise<Authorization> {
  const { login, base, repository } = asking;
  const wanted = parseChallenge(challenge);
  if (login && 'registryToken' in login)
    return { authorization: `Bearer ${login.registryToken}`, lifetime: hour };
  if (wanted?.scheme === 'basic' && login && 'username' in login)
    return { authorization: basic(login), lifetime: hour };
  if (wanted?.scheme !== 'bearer')
    throw new RegistryError('authentication', `${base.host}/${repository} is for those who log in only`);
  return askToken(tokenRequest(realmOf(wanted.realm, asking), wanted.service, asking), asking, signal);
}

/** The token service. One without encryption is for registries without it. */
function realmOf(realm: string, { base }: Asking): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && base.protocol === 'http:')) return url;
  throw new RegistryError(
    'invalid',
    `${base.host} names a token service that is not to be trusted: it needs https`,
  );
}

function tokenRequest(realm: URL, service: string, { repository, login, action }: Asking): Request {
  // What the registry says of the scope does not matter: nobody needs more of it than this repository.
  const scope = `repository:${repository}:${action}`;
  if (login && 'identityToken' in login) {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: login.identityToken,
      client_id: 'millrace',
      service,
      scope,
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: realm, headers, body: form.toString() };
  }
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const headers: Record<string, string> = login && 'username' in login ? { authorization: basic(login) } : {};
  return { method: 'GET', url, headers };
}

async function askToken(
  request: Request,
  { dispatcher, base, repository }: Asking,
  signal: AbortSignal,
): Promise<Authorization> {
  const answer = await exchange(dispatcher, request, signal);
  const what = `the answer of the token service ${request.url.host}`;
  const body = await readBody(answer, largestAnswer, what);
  if (answer.status !== 200)
    throw new RegistryError(
      answer.status < 500 ? 'authentication' : 'unreachable',
      `${base.host}/${repository}: the token service ${request.url.host} answers with status ${answer.status}`,
    );
  const { token, access_token: accessToken, expires_in: expires } = objectIn(body);
  const found = [token, accessToken].find(text => typeof text === 'string' && text !== '');
  if (typeof found !== 'string' || /[^\x21-\x7e]/.test(found))
    throw new RegistryError('invalid', `${what} has no token`);
  const lifetime = typeof expires === 'number' && expires > 0 ? expires * 1000 : defaultLifetime;
  return { authorization: `Bearer ${found}`, lifetime: Math.min(lifetime, hour) };
}

function objectIn(body: Buffer): { [name: string]: Json } {
  try {
    const value = JSON.parse(body.toString('utf8')) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
