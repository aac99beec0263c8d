import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { CloudError } from '../errors.ts';
import type { Http } from '../http.ts';
import { pathOf } from '../http.ts';
import { askJson, RefusedError, textIn } from '../json-answer.ts';
import type { Expiring } from '../token-cache.ts';

/** A GitHub App, and where it is installed. */
export interface GitHubApp {
  appId: string;
  privateKey: string;
  /** One of both: who it is installed for, or the number of the installation. */
  owner?: string | undefined;
  installationId?: string | undefined;
  /** Of GitHub Enterprise: `https://host/api/v3`. */
  baseUrl?: string | undefined;
}

/** What GitHub takes as a password. */
export type GitHubLogin = Expiring & { username: string; password: string };

const what = 'failed to get a token of the GitHub App';

/** Throws CloudError for what is no app. */
export function requireGitHubApp({ appId, privateKey, owner, installationId }: GitHubApp): void {
  if (!/^[1-9]\d{0,18}$/.test(appId))
    throw new CloudError('app ID must be provided to use github app authentication');
  if (!owner && !isNumber(installationId))
    throw new CloudError('app installation owner or ID must be provided to use github app authentication');
  if (owner && isNumber(installationId))
    throw new CloudError(
      'only one of app installation owner or ID must be provided to use github app authentication',
    );
  if (!privateKey) throw new CloudError('private key must be provided to use github app authentication');
  rsaKey(privateKey);
}

const isNumber = (text: string | undefined) => text !== undefined && /^[1-9]\d{0,18}$/.test(text);

/**
 * A token of the installation, for an hour. Throws CloudError.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
 */
export async function gitHubLogin(
  http: Http,
  app: GitHubApp,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<GitHubLogin> {
  requireGitHubApp(app);
  const ask = askAs(app, http, now, signal);
  const installation = app.owner ? await installationOf(app.owner, ask) : app.installationId!;
  const answer = await ask('POST', `/app/installations${pathOf(installation)}/access_tokens`);
  const expires = new Date(textIn(answer, ['expires_at'], what));
  if (Number.isNaN(expires.getTime())) throw new CloudError(`${what}: the answer has no expires_at`);
  return { username: 'x-access-token', password: textIn(answer, ['token'], what), expires };
}

/** By what name the app is known: what it writes is by `slug[bot]`. Names do not change within a day. Throws CloudError. */
export async function gitHubAppSlug(
  http: Http,
  app: GitHubApp,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<Expiring & { slug: string }> {
  requireGitHubApp(app);
  const answer = await askAs(app, http, now, signal)('GET', '/app');
  return { slug: textIn(answer, ['slug'], what), expires: new Date(now.getTime() + 86_400_000) };
}

type Ask = (method: string, path: string) => ReturnType<typeof askJson>;

function askAs(app: GitHubApp, http: Http, now: Date, signal: AbortSignal | undefined): Ask {
  const jwt = signed(app, now);
  const base = baseOf(app);
  return (method, path) => {
    const headers = { authorization: `Bearer ${jwt}`, accept: 'application/vnd.github+json' };
    return askJson(http, what, { method, url: `${base}${path}`, headers, signal }, [jwt, app.privateKey]);
  };
}

/** An owner is an organization or a person. */
async function installationOf(owner: string, ask: Ask): Promise<string> {
  for (const kind of ['orgs', 'users']) {
    try {
      const { id } = await ask('GET', `/${kind}${pathOf(owner)}/installation`);
      if (Number.isSafeInteger(id)) return String(id);
      throw new CloudError(`${what}: the answer has no id`);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status !== 404) throw error;
    }
  }
  throw new CloudError(`${what}: the app is not installed for ${JSON.stringify(owner)}`);
}

function baseOf({ baseUrl = 'https://api.github.com' }: GitHubApp): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new CloudError(`${what}: githubAppBaseURL is no URL`);
  return url.origin + url.pathname.replace(/\/$/, '');
}

/** Valid for ninety seconds, and since half a minute for the sake of clocks that differ. */
function signed({ appId, privateKey }: GitHubApp, now: Date): string {
  const since = Math.floor(now.getTime() / 1000) - 30;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iat: since, exp: since + 120, iss: appId };
  const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), rsaKey(privateKey)).toString('base64url')}`;
}

function rsaKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Said below: what OpenSSL says of a key may hold parts of it.
  }
  throw new CloudError('could not parse private key: it has to be one of RSA, in PEM');
}
