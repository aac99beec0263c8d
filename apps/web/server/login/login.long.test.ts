import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LoginStand, page, startLoginStand, write } from '../../testing/login-stand.ts';
import type { Visitor } from '../../testing/visitor.ts';

let stand: LoginStand;
let someone: Visitor;

beforeAll(async () => {
  stand = await startLoginStand();
});

afterAll(() => stand?.stop());

beforeEach(() => {
  someone = stand.someone();
});

const red = { email: 'ruby@example.com', groups: ['team-red'] };

function logIn(claims: Record<string, unknown> | undefined, to = '/'): Promise<Response> {
  stand.identity.next = claims;
  return someone.go(`${page}${to}`);
}

describe('a login', () => {
  test('leads to the provider, and back to where one was', async () => {
    const answer = await logIn(red, '/object/Kustomization/red/app?tab=yaml');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<div id="page">');
    const me = await (await someone.ask(`${page}/api/me`)).json();
    expect(me).toMatchObject({ user: red.email, groups: red.groups, canSignOut: true, readOnly: false });
    expect(stand.told.at(-1)).toBe(red.email);
  });

  test('is asked for with state, nonce and PKCE, and a cookie for the way', async () => {
    const answer = await someone.ask(`${page}/login`);
    const address = new URL(answer.headers.get('location')!);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/.{20}/),
      nonce: expect.stringMatching(/.{20}/),
      redirect_uri: `${page}/login/callback`,
    });
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-millrace-login=.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
    ]);
  });

  test('after another asks at the provider who it is', async () => {
    await logIn({ email: 'system:admin' });
    stand.identity.next = red;
    expect((await someone.go(`${page}/login`)).status).toBe(403);
    expect((await someone.go(`${page}/login?anew`)).status).toBe(200);
  });

  test('gives cookies that no script and no other server can read', async () => {
    stand.identity.next = red;
    const asked = await someone.ask(`${page}/login`);
    const back = await walk(asked.headers.get('location')!);
    const set = (await someone.ask(back)).headers.getSetCookie();
    for (const line of set)
      expect(line).toMatch(/^__Host-millrace.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    expect(set.join()).not.toContain('ruby');
  });

  test('of somebody in very many groups takes several cookies', async () => {
    const groups = Array.from({ length: 180 }, (_, i) => `${i}00000-1111-2222-3333-444444444444`);
    await logIn({ ...red, groups: ['team-red', ...groups] });
    expect([...someone.cookies(page).keys()]).toEqual([
      '__Host-millrace',
      '__Host-millrace.1',
      '__Host-millrace.2',
    ]);
    await write(someone, '/logout', {});
    expect(someone.cookies(page).size).toBe(0);
  });

  test('of a client that is public needs no secret', async () => {
    const oidc = { ...stand.settings.oidc, clientId: 'public', clientSecret: undefined };
    const member = await stand.member(red, await stand.open({ oidc }));
    expect((await member.ask(`${page}/api/me`)).status).toBe(200);
  });

  test.each([
    ['says no', undefined, 'They &lt;b&gt;said&lt;/b&gt; no'],
    ['is the administrator of Kubernetes', { email: 'system:admin', groups: [] }, 'system:admin'],
    ['is in the group of masters', { ...red, groups: ['team-red', 'system:masters'] }, 'system:masters'],
    ['has no name', { groups: ['team-red'] }, 'does not say who you are'],
    ['has an empty name', { ...red, email: '' }, 'does not say who you are'],
    ['has a name that is not theirs', { ...red, email_verified: false }, 'has not verified'],
    [
      'is in a group with a line break',
      { ...red, groups: ['a\r\nImpersonate-Group: system:masters'] },
      'no name of a user or a group',
    ],
    [
      'is in more groups than fit',
      { ...red, groups: Array.from({ length: 900 }, (_, i) => `group-number-${i}`) },
      'too many',
    ],
  ])('is refused to whoever %s', async (_, claims, words) => {
    const answer = await logIn(claims);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(new RegExp(words, 'i'));
    expect((await someone.ask(`${page}/api/me`)).status).toBe(401);
  });

  test.each([
    [
      'an answer that nobody has asked for',
      async (answered: string) => {
        someone = stand.someone();
        return answered;
      },
    ],
    [
      'an answer to another login',
      async (answered: string) => {
        await someone.ask(`${page}/login`);
        return answered;
      },
    ],
    [
      'an answer of which the state was changed',
      async (answered: string) => answered.replace(/state=./, 'state=_'),
    ],
    ['a code that was made up', async (answered: string) => answered.replace(/code=[^&]*/, 'code=mine')],
    [
      'the answer of another provider',
      async (answered: string) => answered.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fevil'),
    ],
  ])('does not come from %s', async (_, change) => {
    stand.identity.next = red;
    const answered = await walk((await someone.ask(`${page}/login`)).headers.get('location')!);
    const address = await change(answered);
    expect((await someone.ask(address)).status).toBe(403);
    expect((await someone.ask(`${page}/api/me`)).status).toBe(401);
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    '/.//evil.example',
    'https://evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '\\\\evil.example',
    '/%0d%0aX: y',
  ])('leads to nobody else, by %j', async to => {
    const jar = someone;
    stand.identity.next = red;
    const asked = await jar.ask(`${page}/login?${new URLSearchParams({ to })}`);
    const answer = await jar.ask(await walk(asked.headers.get('location')!));
    expect(answer.status).toBe(303);
    expect(new URL(answer.headers.get('location')!).origin).toBe(page);
  });

  test('is limited, for each address', async () => {
    const from = (address: string) =>
      someone.ask(`${page}/login`, { headers: { 'x-forwarded-for': address } }).then(({ status }) => status);
    const answers: number[] = [];
    for (let i = 0; i < 140; i++) answers.push(await from('192.0.2.1'));
    expect(answers.filter(status => status === 429).length).toBeGreaterThan(5);
    expect(await from('192.0.2.2')).toBe(303);
  });

  test('says what is wrong where the provider is away', async () => {
    const oidc = { ...stand.settings.oidc, issuer: 'http://127.0.0.1:9' };
    const answer = await stand.someone(await stand.open({ oidc })).ask(`${page}/login`);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('cannot be asked');
  });
});

test('the page is served by TLS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'login-tls-'));
  const tls = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  const subject = ['-subj', '/CN=fleet', '-addext', 'subjectAltName=DNS:fleet.example.com'];
  const args = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
  ];
  execFileSync('openssl', [...args, ...subject, '-keyout', tls.keyFile, '-out', tls.certFile], {
    stdio: 'ignore',
  });
  const { port } = await stand.open({ tls });
  const options = {
    port,
    host: '127.0.0.1',
    servername: 'fleet.example.com',
    ca: readFileSync(tls.certFile),
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ ...options, path: '/', headers: { host: 'fleet.example.com' } }, resolve).once('error', reject);
  });
  expect(answer.statusCode).toBe(303);
  expect(answer.headers['strict-transport-security']).toContain('max-age');
  answer.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** On from the provider's address, as far as the one that leads back. */
async function walk(address: string): Promise<string> {
  let at = address;
  while (!at.startsWith(page)) {
    const answer = await someone.ask(at);
    at = new URL(answer.headers.get('location')!, at).href;
  }
  return at;
}
