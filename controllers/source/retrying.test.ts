import { Failed, NotReady, Stalled } from '@millrace/controller';
import { expect, test } from 'vitest';
import { retrying, toBeRetried } from './retrying.ts';

const artifact = { digest: 'sha256:1', lastUpdateTime: '', path: 'a', revision: 'main@sha1:1', url: '' };

test.each([
  ['a source without an artifact', undefined, undefined, 'building artifact'],
  [
    'the same, once it is known of what',
    undefined,
    "new revision 'a'",
    "building artifact: new revision 'a'",
  ],
  [
    'an artifact and the same spec',
    { artifact, observedGeneration: 2 },
    undefined,
    'reconciliation in progress',
  ],
  [
    'an artifact and another spec',
    { artifact, observedGeneration: 1 },
    undefined,
    'processing object: new generation 1 -> 2',
  ],
  [
    'an artifact of something else',
    { artifact, observedGeneration: 2 },
    "new revision 'b'",
    "building artifact: new revision 'b'",
  ],
])('%s is told as what is tried again', (_, status, news, message) => {
  const told = { status: 'True', reason: 'ProgressingWithRetry', message };
  expect(retrying({ metadata: { generation: 2 }, status }, news)).toEqual({ Reconciling: told });
});

const source = { metadata: { generation: 1 } };

test('a failure says beside its own conditions what is tried again, and stays of its kind', () => {
  const FetchFailed = { status: 'True' as const, reason: 'AuthenticationFailed', message: 'no key' };
  const found = toBeRetried(new NotReady('a', 'b', { conditions: { FetchFailed } }), source);
  expect(found).toBeInstanceOf(NotReady);
  expect((found as NotReady).options.conditions).toEqual({ ...retrying(source), FetchFailed });
});

test.each([
  ['what nothing but another spec can help', new Stalled('a', 'b'), source],
  ['what is no failure', new Error('a'), source],
  [
    'what the object tells already',
    new Failed('a', 'b'),
    {
      ...source,
      status: {
        conditions: [
          {
            type: 'Reconciling',
            status: 'True' as const,
            reason: 'Progressing',
            message: 'building artifact: new upstream revision',
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      },
    },
  ],
])('%s is left as it is', (_, error, of) => {
  expect(toBeRetried(error, of)).toBe(error);
});
