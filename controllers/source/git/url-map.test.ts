import { describe, expect, test } from 'vitest';
import { mappedUrl, normalUrl } from './url-map.ts';

test.each([
  'https://example.com/team/fleet',
  'https://example.com/team/fleet.git',
  'https://me:secret@example.com/team/fleet.git/',
  'ssh://git@example.com/team/fleet',
  'ssh://git@example.com:22/team/fleet.git',
  'git@example.com:team/fleet.git',
  'https://Example.com:443/team/fleet',
])('%s is one repository', url => {
  expect(normalUrl(url)).toBe('example.com/team/fleet');
});

describe('a map of URLs', () => {
  const map = [{ from: 'git@example.com:team/fleet.git', to: 'http://127.0.0.1:1/fleet.git' }];
  test('knows a repository by any of its URLs', () => {
    expect(mappedUrl('https://example.com/team/fleet', map)).toBe('http://127.0.0.1:1/fleet.git');
  });
  test('leaves others alone', () => {
    expect(mappedUrl('https://example.com/team/other', map)).toBeUndefined();
    expect(mappedUrl('https://example.com:8443/team/fleet', map)).toBeUndefined();
  });
});
