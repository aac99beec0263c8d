import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cloud } from '@millrace/cloud';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InvalidDestination } from '../errors.ts';
import { identityOf } from '../identity.ts';
import { notifierFor } from '../notifier.ts';
import { destination } from '../testing/destination.ts';
import { eventNamed } from '../testing/recorded.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

let server: Server;
const asked: string[] = [];
/** Of GitHub Enterprise: what it is asked, and whether by the app or by its installation. */
const answers: Record<string, unknown> = {
  'POST /api/v3/app/installations/7/access_tokens': { token: 'ghs_1', expires_at: '2100-01-01T00:00:00Z' },
  'GET /api/v3/app': { slug: 'flux' },
  'GET /api/v3/repos/owner/repository/issues/42/comments': [
    {
      id: 5,
      user: { login: 'flux[bot]' },
      body: '<!-- flux-pr-comment-key:uid/Kustomization/flux-system/apps -->',
    },
  ],
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const what = `${request.method} ${request.url!.split('?')[0]}`;
    const { authorization = '' } = request.headers;
    asked.push(`${what} by ${authorization.startsWith('Bearer ey') ? 'app' : authorization}`);
    response.end(JSON.stringify(answers[what] ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('an app changes the comment of its own, by a token that is asked for once', async () => {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = {
    githubAppID: Buffer.from('1'),
    githubAppInstallationID: Buffer.from('7'),
    githubAppPrivateKey: Buffer.from(pem),
    githubAppBaseURL: Buffer.from(`${origin}/api/v3`),
  };
  const own = destination('githubpullrequestcomment', {
    address: `${origin}/owner/repository`,
    secret,
    provider: { uid: 'uid', name: 'p', namespace: 'n' },
    identity: identityOf(cloud(), 'controller'),
  });
  const post = () => notifierFor(own).post(eventNamed('change-request'), AbortSignal.timeout(10_000));
  await post();
  await post();
  const comments = [
    'GET /api/v3/repos/owner/repository/issues/42/comments by Bearer ghs_1',
    'PATCH /api/v3/repos/owner/repository/issues/comments/5 by Bearer ghs_1',
  ];
  expect(asked).toEqual([
    'POST /api/v3/app/installations/7/access_tokens by app',
    'GET /api/v3/app by app',
    ...comments,
    ...comments,
  ]);
});

test.each([
  ['is not there', {}, 'github token or github app details must be specified'],
  ['has no installation', { githubAppID: '1', githubAppPrivateKey: pem }, 'app installation owner or ID'],
  ['has no key', { githubAppID: '1', githubAppInstallationID: '7' }, 'private key must be provided'],
  [
    'has a key that is none',
    { githubAppID: '1', githubAppInstallationID: '7', githubAppPrivateKey: 'secret' },
    'could not parse',
  ],
])('an app that %s is refused', (_what, texts, words) => {
  const secret = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, Buffer.from(String(text))]),
  );
  const make = () =>
    notifierFor(destination('githubdispatch', { address: 'https://github.com/o/r', secret }));
  expect(make).toThrow(InvalidDestination);
  expect(make).toThrow(words);
});
