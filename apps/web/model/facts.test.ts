import { asKubeObject } from '@millrace/kube';
import { expect, test } from 'vitest';
import { factsOf } from './facts.ts';

const facts = (kind: string, spec: object) =>
  factsOf(asKubeObject({ apiVersion: 'v1', kind, metadata: { name: 'x' }, spec } as never)).map(
    ({ label, value }) => `${label}: ${value}`,
  );

test.each<[string, object, string[]]>([
  [
    'GitRepository',
    { url: 'https://example.com/fleet', ref: { branch: 'main' }, interval: '1m' },
    ['URL: https://example.com/fleet', 'Follows: branch main', 'Every: 1m'],
  ],
  ['Kustomization', { path: './apps', interval: '10m' }, ['Path: ./apps', 'Every: 10m']],
  [
    'HelmRelease',
    { chart: { spec: { chart: 'podinfo', version: '6.x' } }, interval: '1h' },
    ['Chart: podinfo', 'Version: 6.x', 'Every: 1h'],
  ],
  ['ImagePolicy', { policy: { semver: { range: '>=1.0' } } }, ['Chooses by: semver range >=1.0']],
  ['ImagePolicy', { policy: { alphabetical: {} } }, ['Chooses by: alphabetical']],
  ['Provider', { type: 'slack', address: 'https://hooks.example.com/secret' }, ['Type: slack']],
  [
    'Alert',
    {
      eventSources: [
        { kind: 'Kustomization', name: '*' },
        { kind: 'HelmRelease', namespace: 'a', name: 'b' },
      ],
    },
    ['Hears of: Kustomization *, HelmRelease a/b'],
  ],
  ['Receiver', { type: 'github', resources: [{ name: 7 }, 'x', null] }, ['Type: github']],
  ['Deployment', { path: 'x' }, []],
])('a %s with %j', (kind, spec, expected) => {
  expect(facts(kind, spec)).toEqual(expected);
});

test('who is named in a URL is left out', () => {
  expect(facts('GitRepository', { url: 'https://me:secret@example.com/fleet' })).toEqual([
    'URL: https://example.com/fleet',
  ]);
  expect(facts('GitRepository', { url: 'ssh://git@example.com/fleet' })).toEqual([
    'URL: ssh://example.com/fleet',
  ]);
});

test.each([null, 7, [], { url: 7 }, { ref: null }, { ref: [] }])('%j says nothing', spec => {
  expect(facts('GitRepository', spec as object)).toEqual([]);
});

test('what is long is cut', () => {
  expect(facts('GitRepository', { url: `https://${'x'.repeat(5000)}` })[0]!.length).toBeLessThan(400);
});
