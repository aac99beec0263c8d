import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { KubeClient } from '@millrace/kube';
import { isToken } from '@millrace/loopback';
import { type Door, refuse } from '../door.ts';
import { type ClaimRules, identityOf } from './claims.ts';
import { clientAddress } from './client-address.ts';
import { showDoorPage } from './door-page.ts';
import { foreignTo } from './foreign.ts';
import { loginLimit } from './login-limit.ts';
import { LoginRefused } from './login-refused.ts';
import type { Provider } from './provider.ts';
import { returnAddress } from './return-address.ts';
import type { Keeping } from './session.ts';

export interface LoginDoorOptions {
  client: KubeClient;
  /** Where the page is for browsers. */
  base: URL;
  provider: Provider;
  claims: ClaimRules;
  keeping: Keeping;
  proxies: BlockList;
  /** Told of every login, and of why one was refused. */
  onLogin(user: string | undefined, address: string, problem?: string): void;
}

const paths = { login: '/login', callback: '/login/callback', logout: '/logout', signedOut: '/signed-out' };

/** For whoever an OpenID provider knows: everything is read and done in their name. */
export function loginDoor(options: LoginDoorOptions): Door {
  const { client, base, keeping } = options;
  const limit = loginLimit();
  return {
    canSignOut: true,
    showsAssets: true,
    async admit(request, response, url) {
      const foreign = foreignTo(base, request, url);
      if (foreign !== undefined) return refuse(response, 403, foreign);
      const isGet = request.method === 'GET';
      if (isGet && url.pathname === paths.signedOut) return showDoorPage(response, 200, signedOut);
      if (isGet && (url.pathname === paths.login || url.pathname === paths.callback)) {
        const address = clientAddress(request, options.proxies);
        if (!limit.takes(address)) return showDoorPage(response.setHeader('retry-after', '10'), 429, tooMany);
        const step = url.pathname === paths.login ? toProvider : fromProvider;
        return step(options, { request, response, url, address });
      }
      const session = keeping.session(request);
      if (!session) return askIn(request, response, url);
      const { as, until, writeToken } = session;
      if (!isGet && !isToken(writeToken, String(request.headers['x-millrace'] ?? '')))
        return refuseJson(response, 403, { error: 'this page is of another session: load it anew' });
      if (request.method === 'POST' && url.pathname === paths.logout)
        return refuseJson(response.setHeader('set-cookie', keeping.end()), 200, {});
      return { viewer: { client, as }, writeToken, until };
    },
  };
}

const signedOut = {
  title: 'Signed out',
  words: 'Nothing of the cluster is shown in this browser any more.',
  link: { to: `${paths.login}?anew`, label: 'Sign in' },
};
const tooMany = {
  title: 'Wait a little',
  words: 'There were more logins than this page takes at once. Try again in some seconds.',
  link: { to: paths.login, label: 'Try again' },
};

/** Views lead to the login and back; what a page asks for says that it has to go there itself. */
function askIn(request: IncomingMessage, response: ServerResponse, { pathname, search }: URL): undefined {
  if (request.method !== 'GET' || pathname.startsWith('/api/'))
    return refuseJson(response, 401, { error: 'the session is over', login: paths.login });
  const location = `${paths.login}?${new URLSearchParams({ to: pathname + search })}`;
  response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
  return undefined;
}

interface Step {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  address: string;
}

async function toProvider(
  { base, provider, keeping, onLogin }: LoginDoorOptions,
  { response, url, address }: Step,
): Promise<undefined> {
  try {
    const to = returnAddress(url.searchParams.get('to'), base);
    const begun = await provider.begin(new URL(paths.callback, base), url.searchParams.has('anew'));
    const cookie = keeping.await({ ...begun.checks, to });
    const headers = { location: begun.address.href, 'set-cookie': cookie, 'cache-control': 'no-store' };
    response.writeHead(303, headers).end();
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    onLogin(undefined, address, error.message);
    showDoorPage(response, 502, { title: 'You cannot sign in now', words: sentence(error), link: again });
  }
}

async function fromProvider(
  { base, provider, claims, keeping, onLogin }: LoginDoorOptions,
  { request, response, url, address }: Step,
): Promise<undefined> {
  const pending = keeping.pending(request);
  try {
    if (!pending) throw new LoginRefused('this login was begun in another browser, or too long ago');
    const answered = new URL(`${url.pathname}${url.search}`, base.origin);
    const as = identityOf(await provider.finish(answered, pending), claims);
    const cookies = [...keeping.begin(as), keeping.awaited()];
    onLogin(as.user, address);
    const headers = { location: pending.to, 'set-cookie': cookies, 'cache-control': 'no-store' };
    response.writeHead(303, headers).end();
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    onLogin(undefined, address, error.message);
    response.setHeader('set-cookie', keeping.awaited());
    showDoorPage(response, 403, { title: 'You are not signed in', words: sentence(error), link: again });
  }
}

/** Perhaps as somebody else: the provider would let the same person in at once. */
const again = { to: `${paths.login}?anew`, label: 'Try again' };

const sentence = ({ message }: Error) => `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`;

function refuseJson(response: ServerResponse, status: number, value: object): undefined {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
  return undefined;
}
