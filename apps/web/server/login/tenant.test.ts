import { alert, customResourceDefinition, provider } from '@millrace/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kustomizationIn } from '../../testing/fleet-of-two.ts';
import { type LoginStand, page, startLoginStand, streamed, write } from '../../testing/login-stand.ts';
import type { Visitor } from '../../testing/visitor.ts';
import { sealOf } from './seal.ts';

let stand: LoginStand;
let ruby: Visitor;
let blake: Visitor;

const red = { email: 'ruby@example.com', groups: ['team-red'] };
const blue = { email: 'blake@example.com', groups: ['team-blue'] };
const session = '__Host-millrace';

beforeAll(async () => {
  stand = await startLoginStand();
  ruby = await stand.member(red);
  blake = await stand.member(blue);
  const { client } = stand.fleet;
  const entries = [{ id: 'blue_login__Secret', v: 'v1' }];
  const app = { ...kustomizationIn('red', 'app'), status: { inventory: { entries } } };
  await client.apply(app, { as: 'own', fieldManager: 'status', subresource: 'status' });
});

afterAll(() => stand?.stop());

/** A cookie as the server itself would make it. */
function sessionUntil(until: number | string, user = red.email): string {
  const { issuer, clientId } = stand.settings.oidc;
  const value = { user, groups: red.groups, until, writeToken: 'x'.repeat(40) };
  return `${session}=${sealOf(stand.settings.sessionKey).close(`session ${issuer} ${clientId}`, value)}`;
}

const object = (query: string) => `/api/object?${query}`;
const blueApp = { verb: 'suspend', kind: 'Kustomization', namespace: 'blue', name: 'app' };
const redApp = { ...blueApp, namespace: 'red' };
const cookieOf = (who: Visitor, name = session) => `${name}=${who.cookies(page).get(name)}`;
const isSuspended = async (namespace: string) =>
  (
    await stand.fleet.client.get(
      { ...kustomizationIn(namespace, 'app'), namespace, name: 'app' },
      { as: 'own' },
    )
  ).spec as { suspend?: boolean };

describe('two members', () => {
  test('see each their own team in the fleet', async () => {
    const [ofRuby, ofBlake] = [await streamed(ruby, '\n\n'), await streamed(blake, '\n\n')];
    expect(ofRuby).toContain('Kustomization/red/app');
    expect(ofRuby).not.toContain('blue');
    expect(ofBlake).toContain('Kustomization/blue/app');
    expect(ofBlake).not.toContain('red');
  });

  test('change their own', async () => {
    expect((await write(ruby, '/api/action', redApp)).status).toBe(200);
    expect((await isSuspended('red')).suspend).toBe(true);
    expect((await write(ruby, '/api/action', { ...redApp, verb: 'resume' })).status).toBe(200);
  });

  test('are told only of their own as it changes', async () => {
    const ends = streamed(ruby, 'Kustomization/red/new');
    // The stream is to be open before: what it begins with is asked about elsewhere.
    await new Promise(resolve => setTimeout(resolve, 100));
    await stand.fleet.put(kustomizationIn('blue', 'new'));
    await stand.fleet.put(kustomizationIn('red', 'new'));
    expect(await ends).not.toContain('blue');
  });
});

describe('a member of one team does not see what is of another', () => {
  const own = object('kind=Kustomization&namespace=red&name=app');
  test.each<[string, string, Record<string, string>?]>([
    ['by its namespace', object('kind=Kustomization&namespace=blue&name=app')],
    ['by its namespace, encoded', object('kind=Kustomization&namespace=%62%6cue&name=app')],
    ['by a way up', object('kind=Kustomization&namespace=red/../blue&name=app')],
    [
      'by a way up, encoded',
      object('kind=Kustomization&namespace=red&name=..%2f..%2fblue%2fkustomizations%2fapp'),
    ],
    ['by dots for a namespace', object('kind=Kustomization&namespace=..&name=app')],
    ['by the key of its row', object('kind=Kustomization%2fblue%2fapp&namespace=blue&name=app')],
    ['by the namespace itself', object('kind=Namespace.&namespace=_&name=blue')],
    ['as a Secret', object('kind=Secret.&namespace=blue&name=login')],
    ['without a namespace', object('kind=Kustomization&namespace=&name=app')],
    ['with two namespaces', object('kind=Kustomization&namespace=blue&namespace=red&name=app')],
    [
      'as somebody whom the browser names',
      object('kind=Kustomization&namespace=blue&name=app'),
      { 'impersonate-user': blue.email, 'impersonate-group': 'team-blue' },
    ],
    [
      'as somebody whom a proxy could name',
      object('kind=Kustomization&namespace=blue&name=app'),
      { 'x-remote-user': 'kubernetes-admin', 'x-remote-group': 'system:masters' },
    ],
    [
      'by credentials of one’s own',
      object('kind=Kustomization&namespace=blue&name=app'),
      { authorization: 'Basic YWRtaW46YWRtaW4=' },
    ],
    [
      'by another address of an answer',
      '/api/action?verb=suspend&kind=Kustomization&namespace=blue&name=app',
    ],
    ['by an answer that there is none of', '/api//object?kind=Kustomization&namespace=blue&name=app'],
  ])('%s', async (_, address, headers = {}) => {
    const answer = await ruby.ask(`${page}${address}`, { headers });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).not.toMatch(/repository-of-blue|of-blue|what happened to blue/);
  });

  test.each([
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
  ])('by %s: files beside those of the page are not there', async address => {
    expect(await (await ruby.ask(page + address)).text()).not.toContain('"workspaces"');
  });

  test.each([
    'object?kind=Secret.&namespace=blue&name=login',
    'object?kind=Kustomization.kustomize.toolkit.fluxcd.io&namespace=blue&name=app',
    'watch?of=Kustomization/blue/app',
    'watch?of=Kustomization/red/app&of=Secret./blue/login',
    'tree?kind=Kustomization&namespace=blue&name=app',
    'tree?kind=Namespace.&namespace=_&name=blue',
    'history?kind=Kustomization&namespace=blue&name=app',
    'way-back?kind=Kustomization&namespace=blue&name=app&to=x',
    'logs?kind=Pod.&namespace=blue&name=app',
    'logs?kind=Deployment.apps&namespace=blue&name=app',
    'yaml?kind=Kustomization&namespace=blue&name=app',
    'yaml?kind=Secret.&namespace=blue&name=login',
    'choices?kind=Kustomization&namespace=blue&name=app',
    'compare?kind=Kustomization&namespace=blue&name=app&before=live&after=source',
    'releases?kind=HelmRelease&namespace=blue&name=app',
    'releases/manifest?kind=HelmRelease&namespace=blue&name=app&release=login',
    'values?kind=HelmRelease&namespace=blue&name=app',
    'search?q=blue',
    'search?q=of-blue',
  ])('by /api/%s', async address => {
    const leaving = AbortSignal.timeout(2000);
    const text = await (await ruby.ask(`${page}/api/${address}`, { signal: leaving })).text().catch(String);
    expect(text).not.toMatch(/repository-of-blue|of-blue"|what happened to blue|"password"/);
  });

  test('in the events of an object of the same name', async () => {
    const text = await (await ruby.ask(page + own)).text();
    expect(text).toContain('what happened to red');
    expect(text).not.toContain('what happened to blue');
  });

  test('by having it in an inventory', async () => {
    const look = (await (await ruby.ask(page + own)).json()) as { applied: { health: string }[] };
    expect(look.applied).toMatchObject([{ kind: 'Secret.', namespace: 'blue', health: 'Unknown' }]);
    expect(JSON.stringify(look)).not.toContain('of-blue');
  });
});

describe('nothing is changed', () => {
  test.each<[string, () => Promise<Response>]>([
    ['of another team', () => write(ruby, '/api/action', blueApp)],
    [
      'of another team by a way up',
      () => write(ruby, '/api/action', { ...redApp, namespace: 'red/../blue' }),
    ],
    ['in all namespaces', () => write(ruby, '/api/action', { ...blueApp, namespace: '' })],
    ['without the token of the page', () => write(ruby, '/api/action', redApp, { 'x-millrace': '' })],
    ['with a token that was made up', () => write(ruby, '/api/action', redApp, { 'x-millrace': '1' })],
    [
      'with the token of somebody else',
      async () => {
        const me = (await (await blake.ask(`${page}/api/me`)).json()) as { writeToken: string };
        return write(ruby, '/api/action', redApp, { 'x-millrace': me.writeToken });
      },
    ],
    ['from another page', () => write(ruby, '/api/action', redApp, { origin: 'https://evil.example' })],
    ['from no page', () => write(ruby, '/api/action', redApp, { origin: 'null' })],
    [
      'from a page of the same domain',
      () => write(ruby, '/api/action', redApp, { 'sec-fetch-site': 'same-site' }),
    ],
    ['under another name', () => write(ruby, '/api/action', redApp, { host: 'evil.example' })],
    [
      'by a link',
      () =>
        ruby.ask(`${page}/api/object?kind=Kustomization&namespace=red&name=app`, {
          headers: {
            'sec-fetch-site': 'cross-site',
            'sec-fetch-mode': 'navigate',
            'sec-fetch-dest': 'document',
          },
        }),
    ],
    [
      'by reading, said to be a write',
      () =>
        ruby.ask(`${page}/api/action`, {
          headers: { 'x-http-method-override': 'POST', 'x-method-override': 'POST' },
        }),
    ],
    [
      'by another method',
      () => ruby.ask(`${page}/api/action`, { method: 'PUT', body: JSON.stringify(redApp) }),
    ],
    [
      'where the page is for looking only',
      async () => {
        const web = await stand.open({}, { readOnly: true });
        const guest = await stand.member(red, web);
        return write(guest, '/api/action', redApp);
      },
    ],
  ])('%s', async (_, ask) => {
    const answer = await ask();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect((await isSuspended('red')).suspend ?? false).toBe(false);
    expect((await isSuspended('blue')).suspend ?? false).toBe(false);
  });
});

describe('a session is not', () => {
  const asWith = async (cookie: string, who = stand.someone()) =>
    (await who.ask(`${page}/api/me`, { headers: { cookie } })).status;

  test.each<[string, () => Promise<string> | string]>([
    ['nothing', () => 'x=y'],
    ['empty', () => `${session}=`],
    ['made up', () => `${session}=${'A'.repeat(300)}`],
    ['changed at its end', () => cookieOf(ruby).replace(/.$/, last => (last === 'A' ? 'B' : 'A'))],
    ['changed within', () => cookieOf(ruby).replace(/(?<=.{60})./, letter => (letter === 'A' ? 'B' : 'A'))],
    ['cut short', () => cookieOf(ruby).slice(0, -8)],
    ['put together of two', () => `${cookieOf(ruby).slice(0, 120)}${cookieOf(blake).slice(120)}`],
    ['under the name of another cookie', () => cookieOf(ruby).replace(session, 'millrace')],
    [
      'what a login carries on its way',
      async () => {
        const someone = stand.someone();
        await someone.ask(`${page}/login`);
        return cookieOf(someone, `${session}-login`).replace(`${session}-login`, session);
      },
    ],
    [
      'one of a server with another key',
      async () => cookieOf(await stand.member(red, await stand.open({ sessionKey: 'x'.repeat(40) }))),
    ],
    [
      'one by another client of the provider',
      async () => {
        const oidc = { ...stand.settings.oidc, clientId: 'public', clientSecret: undefined };
        return cookieOf(await stand.member(red, await stand.open({ oidc })));
      },
    ],
    ['one that is over', () => sessionUntil(Date.now() - 1)],
    ['one without an end', () => sessionUntil('never')],
    ['one of a user of Kubernetes', () => sessionUntil(Date.now() + 60_000, 'system:admin')],
    ['one of nobody', () => sessionUntil(Date.now() + 60_000, '')],
  ])('%s', async (_, cookie) => {
    expect(await asWith(await cookie())).toBe(401);
  });

  test('anything else than a session that is not over', async () => {
    expect(await asWith(sessionUntil(Date.now() + 60_000))).toBe(200);
  });

  test('as large as a server can be sent', async () => {
    const status = await asWith(`${session}=${'A'.repeat(60_000)}`).catch(() => 431);
    expect([401, 431]).toContain(status);
  });

  test('in a browser that has signed out', async () => {
    const guest = await stand.member(red);
    expect((await write(guest, '/logout', {})).status).toBe(200);
    expect((await guest.ask(`${page}/api/me`)).status).toBe(401);
    expect((await guest.ask(`${page}/signed-out`)).status).toBe(200);
  });

  test('ended by another page', async () => {
    const origin = { origin: 'https://evil.example' };
    expect((await write(ruby, '/logout', {}, origin)).status).toBe(403);
    expect((await ruby.ask(`${page}/logout`)).headers.getSetCookie()).toEqual([]);
    expect((await ruby.ask(`${page}/api/me`)).status).toBe(200);
  });
});

test('what tells of everybody’s objects is for nobody from elsewhere', async () => {
  const entry = { what: 'of-blue' };
  const journal = { entries: () => [entry], add() {}, subscribe: () => () => {} };
  const web = await stand.open({}, { notifications: journal, rehearsal: [] });
  const guest = await stand.member(red, web);
  expect(await streamed(guest, '\n\n')).toContain('"offers":[]');
  for (const path of ['/api/notifications', '/api/rehearsal']) {
    const answer = await guest.ask(page + path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).not.toContain('of-blue');
  }
});

test('events of the fleet are those of one’s own team', async () => {
  const told = await streamed(ruby, '\n\n', '/api/events');
  expect(told).toContain('what happened to red');
  expect(told).not.toContain('blue');
});

test('of what Alerts have heard one sees what one’s own have heard of one’s own', async () => {
  const { put, client } = stand.fleet;
  const group = 'notification.toolkit.fluxcd.io';
  for (const kind of [alert, provider])
    await client.apply(customResourceDefinition(kind), { as: 'own', fieldManager: 'test' });
  const rbac = 'rbac.authorization.k8s.io';
  const rules = [{ apiGroups: [group], resources: ['*'], verbs: ['*'] }];
  await put({ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'alerts' }, rules });
  for (const team of ['red', 'blue']) {
    const metadata = { name: `chat-of-${team}`, namespace: team };
    await put({
      ...{ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name: 'alerts', namespace: team } },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'alerts' },
      subjects: [{ apiGroup: rbac, kind: 'Group', name: `team-${team}` }],
    });
    const eventSources = [{ kind: 'Kustomization', name: '*' }];
    const spec = { providerRef: { name: `chat-of-${team}` }, eventSources };
    await put({ apiVersion: `${group}/v1beta3`, kind: 'Alert', metadata, spec });
    const address = `https://hooks.example.com/secret-of-${team}`;
    await put({
      ...{ apiVersion: `${group}/v1beta3`, kind: 'Provider', metadata },
      spec: { type: 'slack', channel: 'deploys', address },
    });
    const { apiVersion, kind } = kustomizationIn(team, 'app');
    const involvedObject = { apiVersion, kind, namespace: team, name: 'app' };
    await put({
      ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: 'later', namespace: team }, involvedObject },
      ...{ type: 'Normal', reason: 'Told', message: `what an Alert of ${team} hears` },
      lastTimestamp: new Date(Date.now() + 1000).toISOString(),
    });
  }
  const web = await stand.open({}, { sendsOn: () => true });
  const text = await streamed(await stand.member(red, web), '\n\n', '/api/notifications');
  expect(text).toContain('"alert":"red/chat-of-red"');
  expect(text).toContain('slack');
  expect(text).not.toMatch(/blue|hooks/);
});

describe('of the audit log one sees', () => {
  const changed = (kind: string, namespace: string, apiVersion = 'v1', more = {}) => ({
    action: 'changed',
    object: { apiVersion, kind, namespace, name: `${kind}-of-${namespace}` },
    ...more,
  });
  const told = async (...entries: object[]) => {
    const journal = { entries: () => entries, add() {}, subscribe: () => () => {} };
    const guest = await stand.member(red, await stand.open({}, { audit: journal }));
    return streamed(guest, '\n\n', '/api/audit');
  };

  test('what one may list', async () => {
    const text = await told(changed('Secret', 'red'), changed('Secret', 'blue'), changed('Pod', 'blue'));
    expect(text).toContain('Secret-of-red');
    expect(text).not.toContain('blue');
  });

  test.each<[string, object]>([
    ['of no namespace', changed('Node', '')],
    ['of another cluster', changed('Secret', 'red', 'v1', { server: 'https://other' })],
    ['of a kind that is not served', changed('Secret', 'red', 'gone.example.com/v1')],
    ['without an object', { action: 'changed', of: 'red' }],
    [
      'with an odd namespace',
      { ...changed('Secret', 'red'), object: { apiVersion: 'v1', kind: 'Secret', namespace: {} } },
    ],
    ['named after a prototype', changed('__proto__', 'constructor', '__proto__/v1')],
  ])('nothing %s', async (_, entry) => {
    expect(await told(entry)).toContain('data: []');
  });
});

test('nobody follows the fleet more often than their share, and nobody else has less for it', async () => {
  const greedy = await stand.member({ email: 'gil@example.com', groups: ['team-red'] });
  const leaving = new AbortController();
  const follow = (who: Visitor) => who.ask(`${page}/api/stream`, { signal: leaving.signal });
  const answers = await Promise.all(Array.from({ length: 30 }, () => follow(greedy)));
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(6);
  expect((await follow(blake)).status).toBe(200);
  leaving.abort();
});

test('a stream ends with the session', async () => {
  const guest = stand.someone();
  const [name = '', value = ''] = sessionUntil(Date.now() + 2000).split('=');
  guest.cookies(page).set(name, value);
  expect(await streamed(guest, 'never said')).toContain('Kustomization/red/app');
});

test('a right that was taken away is none at the next look, and at the next stream', async () => {
  const guest = await stand.member({ email: 'gus@example.com', groups: ['guests'] });
  const rbac = 'rbac.authorization.k8s.io';
  const binding = {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'guests', namespace: 'blue' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'flux' },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: 'guests' }],
  };
  const look = () => guest.ask(`${page}/api/object?kind=Kustomization&namespace=blue&name=app`);
  expect(await streamed(guest, '\n\n')).not.toContain('blue');
  await stand.fleet.put(binding);
  expect(await streamed(guest, '\n\n')).toContain('Kustomization/blue/app');
  expect((await look()).status).toBe(200);
  await stand.fleet.client.delete({ ...binding, ...binding.metadata }, { as: 'own' });
  expect(await streamed(guest, '\n\n')).not.toContain('blue');
  expect((await look()).status).toBe(403);
});
