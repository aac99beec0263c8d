import { type LoginSettings, loginEntrance } from '../server/login/login-entrance.ts';
import { startWeb, type Web, type WebOptions } from '../server/web.ts';
import { type FleetOfTwo, startFleetOfTwo } from './fleet-of-two.ts';
import { type IdentityProvider, startIdentityProvider, testClient } from './identity-provider.ts';
import { type Visitor, visitor } from './visitor.ts';

/** Where the page is for browsers in tests. */
export const page = 'https://fleet.example.com';

/** A fleet of two teams, a provider that knows people, and the page before them. */
export interface LoginStand {
  fleet: FleetOfTwo;
  identity: IdentityProvider;
  settings: LoginSettings;
  /** Who has come in, and why others have not. */
  told: string[];
  web: Web;
  /** Another page, of the same fleet. */
  open(settings: Partial<LoginSettings>, more?: Partial<WebOptions>): Promise<Web>;
  someone(web?: Web): Visitor;
  /** Somebody who has logged in. */
  member(claims: Record<string, unknown>, web?: Web): Promise<Visitor>;
  stop(): Promise<void>;
}

export async function startLoginStand(): Promise<LoginStand> {
  const [fleet, identity] = await Promise.all([
    startFleetOfTwo(),
    startIdentityProvider(`${page}/login/callback`),
  ]);
  const told: string[] = [];
  const settings: LoginSettings = {
    listen: { host: '127.0.0.1', port: 0 },
    url: new URL(page),
    oidc: {
      issuer: identity.issuer,
      clientId: testClient.id,
      clientSecret: testClient.secret,
      usernameClaim: 'email',
      usernamePrefix: undefined,
      groupsClaim: 'groups',
      groupsPrefix: '',
    },
    sessionKey: 'a key of the test that is long enough',
    sessionLifetime: 3_600_000,
    trustedProxies: ['127.0.0.0/8'],
    onLogin: (user, _, problem) => told.push(user ?? problem ?? ''),
    onProblem: error => told.push(error.message),
  };
  const webs: Web[] = [];
  const open: LoginStand['open'] = async (other, more = {}) => {
    const entrance = await loginEntrance(fleet.client, { ...settings, ...other });
    const opened = await startWeb({ client: fleet.client, entrance, ...more });
    webs.push(opened);
    return opened;
  };
  const web = await open({});
  let visitors = 0;
  const someone = (at = web) =>
    visitor({ [page]: `http://127.0.0.1:${at.port}` }, { 'x-forwarded-for': `192.0.2.${++visitors}` });
  return {
    fleet,
    identity,
    settings,
    told,
    web,
    open,
    someone,
    async member(claims, at = web) {
      const who = someone(at);
      identity.next = claims;
      await who.go(`${page}/`);
      return who;
    },
    async stop() {
      for (const one of webs) await one.stop();
      await identity.stop();
      await fleet.stop();
    },
  };
}

/** Something that changes the cluster, as the page asks for it. */
export async function write(who: Visitor, path: string, body: unknown, headers: Record<string, string> = {}) {
  const me = (await (await who.ask(`${page}/api/me`)).json()) as { writeToken?: string };
  return who.ask(`${page}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'x-millrace': me.writeToken ?? '', ...headers },
  });
}

/** What a stream sends, until it has sent these words. */
export async function streamed(who: Visitor, until: string, path = '/api/stream'): Promise<string> {
  const leaving = new AbortController();
  const { body } = await who.ask(page + path, { signal: leaving.signal });
  let seen = '';
  for await (const part of body!.pipeThrough(new TextDecoderStream())) {
    seen += part;
    if (seen.includes(until)) break;
  }
  leaving.abort();
  return seen;
}
