import { describe, expect, test } from 'vitest';
import { parseChallenge } from './challenge.ts';

describe('a challenge', () => {
  test.each([
    ['Basic', { scheme: 'basic' }],
    ['Basic realm="Bearer realm=x"', { scheme: 'basic' }],
    [
      'Bearer realm="https://a/token",service="a"',
      { scheme: 'bearer', realm: 'https://a/token', service: 'a' },
    ],
    ['bearer service=a, realm=https://a/t', { scheme: 'bearer', realm: 'https://a/t', service: 'a' }],
    ['Bearer realm="a\\"b"', { scheme: 'bearer', realm: 'a"b', service: '' }],
    ['Negotiate abc==, Basic realm="x"', { scheme: 'basic' }],
    ['Bearer realm="x", Basic realm="y"', { scheme: 'bearer', realm: 'x', service: '' }],
    ['Bearer service="x"', undefined],
    ['Negotiate', undefined],
    ['', undefined],
    [`Bearer ${'a="'.repeat(2000)}`, undefined],
  ])('%s', (header, expected) => {
    expect(parseChallenge(header)).toEqual(expected);
  });
});
