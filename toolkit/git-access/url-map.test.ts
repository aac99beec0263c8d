import { describe, expect, test } from 'vitest';
import { mappedGitUrl, mappedUrl, normalUrl } from './url-map.ts';

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
  test('may have another place for Git than for charts', () => {
    const both = [
      { from: 'https://example.com/charts', to: '/charts', git: 'http://127.0.0.1:1/charts.git' },
    ];
    expect(mappedUrl('https://example.com/charts', both)).toBe('/charts');
    expect(mappedGitUrl('https://example.com/charts.git', both)).toBe('http://127.0.0.1:1/charts.git');
    expect(mappedGitUrl('https://example.com/team/fleet', map)).toBe('http://127.0.0.1:1/fleet.git');
  });
  test('leaves others alone', () => {
    expect(mappedUrl('https://example.com/team/other', map)).toBeUndefined();
    expect(mappedUrl('https://example.com:8443/team/fleet', map)).toBeUndefined();
  });
});

describe('a map of registries', () => {
  const map = [
    { from: 'oci://ghcr.io/org', to: 'oci://127.0.0.1:5000/mirror/' },
    { from: 'oci://ghcr.io/org/team/', to: 'oci://127.0.0.1:5000/team' },
    { from: 'oci://charts.example.com/stable', to: '/charts' },
    { from: 'https://ghcr.io/org/git', to: 'http://127.0.0.1:1/git' },
  ];
  test.each([
    ['oci://ghcr.io/org', 'oci://127.0.0.1:5000/mirror'],
    ['oci://ghcr.io/org/app', 'oci://127.0.0.1:5000/mirror/app'],
    ['oci://GHCR.io/org/app/', 'oci://127.0.0.1:5000/mirror/app'],
    ['oci://ghcr.io/org/team/app', 'oci://127.0.0.1:5000/team/app'],
    ['oci://ghcr.io/org/git', 'oci://127.0.0.1:5000/mirror/git'],
    ['oci://charts.example.com/stable', '/charts'],
  ])('%s comes from %s', (url, expected) => {
    expect(mappedUrl(url, map)).toBe(expected);
  });

  test.each([
    'oci://ghcr.io/organization',
    'oci://ghcr.io',
    'oci://charts.example.com/stable/app',
    'https://ghcr.io/org/app',
  ])('%s is what it is', url => {
    expect(mappedUrl(url, map)).toBeUndefined();
  });
});
