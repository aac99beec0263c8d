import { describe, expect, test } from 'vitest';
import { patienceFor } from './rate-limit.ts';

const now = Date.UTC(2026, 10, 29);
const get = { isRepeatable: true };

describe('whether to ask a host again', () => {
  test.each([
    ['an answer', 200, {}, get, undefined],
    ['a refusal', 403, {}, get, undefined],
    ['a limit that says how long', 429, { 'retry-after': '7' }, get, 7000],
    ['a limit that says when', 429, { 'retry-after': new Date(now + 3000).toUTCString() }, get, 3000],
    ['a limit that is over', 429, { 'retry-after': new Date(now - 3000).toUTCString() }, get, 0],
    ['a limit without a word', 429, {}, get, 0],
    ['a limit that is too long', 429, { 'retry-after': '3600' }, get, 'too long'],
    ['a secondary limit of GitHub', 403, { 'retry-after': '1' }, get, 1000],
    [
      'a primary limit of GitHub',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 5) },
      get,
      5000,
    ],
    [
      'a limit of GitLab',
      429,
      { 'ratelimit-remaining': '0', 'ratelimit-reset': String(now / 1000 + 5) },
      get,
      5000,
    ],
    ['a limit that ends at no time', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'x' }, get, 0],
    ['a host that is busy', 503, {}, get, 0],
    ['a host that is busy with what may be done', 503, {}, { isRepeatable: false }, undefined],
    ['a host that says when it is not', 503, { 'retry-after': '1' }, { isRepeatable: false }, 1000],
  ] as const)('after %s', (_, status, headers, method, wait) => {
    expect(patienceFor(status, headers, method, now)).toBe(wait);
  });
});
