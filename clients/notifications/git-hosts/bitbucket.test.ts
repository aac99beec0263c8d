import { expect, test } from 'vitest';
import { notifierFor } from '../notifier.ts';
import { destination } from '../testing/destination.ts';
import { answering } from '../testing/exchange.ts';
import { eventNamed } from '../testing/recorded.ts';

test('a login in the address of a Bitbucket server is not shown in its pages', async () => {
  const { transport, requests } = answering({ status: 404 }, { status: 204 });
  const own = destination('bitbucketserver', {
    address: 'https://user:pass-word@bitbucket.example.com/scm/project/repository.git',
    token: 'token',
    commitStatus: 'status',
  });
  await notifierFor(own, transport).post(eventNamed('info'), AbortSignal.timeout(10_000));
  expect(requests.map(({ url }) => url.href).join()).not.toContain('pass-word');
  expect(JSON.parse(String(requests[1]!.body))).toMatchObject({
    url: 'https://bitbucket.example.com/scm/project/repository.git',
  });
});
