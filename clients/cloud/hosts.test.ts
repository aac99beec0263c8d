import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeCommitRegion } from './aws/code-commit.ts';
import { requireStsEndpoint } from './aws/region.ts';
import { parseEcrHost } from './aws/registry-host.ts';
import { cloudOfRegistry } from './azure/registry.ts';
import { requireGoogleRegistry } from './google/registry.ts';

/** What a URL may be bent with, and pieces of hosts that are trusted. */
const piece = fc.oneof(
  fc.constantFrom(
    '.',
    '/',
    '@',
    ':',
    '#',
    '?',
    '\\',
    '%2e',
    '%00',
    '\n',
    '\t',
    ' ',
    '\u3002',
    '[',
    ']',
    ';',
    '..',
    '-',
  ),
  fc.constantFrom(
    'evil.example',
    'amazonaws.com',
    'azurecr.io',
    'gcr.io',
    'sts',
    'vpce',
    '1.dkr.ecr.eu-west-1',
  ),
  fc.string({ maxLength: 4 }),
);
const places = [
  '1.dkr.ecr.eu-west-1.amazonaws.com',
  'public.ecr.aws',
  'fleet.azurecr.io',
  'europe-docker.pkg.dev',
  'eu.gcr.io',
  'https://sts.eu-west-1.amazonaws.com',
  'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet',
];
/** A host that is trusted, with one or two pieces put into it. */
const bent = fc
  .tuple(fc.constantFrom(...places), fc.array(fc.tuple(piece, fc.nat(70)), { minLength: 1, maxLength: 2 }))
  .map(([place, pieces]) =>
    pieces.reduce((text, [one, at]) => text.slice(0, at) + one + text.slice(at), place),
  );

const accepts = (check: () => unknown) => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};
/** The host that a request for it would go to. */
const asked = (url: string) => (URL.canParse(url) ? new URL(url).host : undefined);
const trusted =
  /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|on\.aws|ecr\.aws|azurecr\.(?:io|cn|de|us)|gcr\.io|s3nsregistry\.fr|pkg\.dev)$/;

describe('however a host is bent, what is accepted is', () => {
  test.each([
    ['a registry of AWS', parseEcrHost],
    ['a registry of Azure', cloudOfRegistry],
    ['a registry of Google', requireGoogleRegistry],
  ] as [string, (host: string) => unknown][])('the host that is asked, and %s', (_, check) => {
    fc.assert(
      fc.property(bent, host => {
        if (!accepts(() => check(host))) return;
        expect(asked(`https://${host}/v2/`)).toBe(host);
        expect(host).toMatch(trusted);
      }),
    );
  });

  test('an endpoint of STS', () => {
    fc.assert(
      fc.property(bent, endpoint => {
        if (!accepts(() => requireStsEndpoint(endpoint))) return;
        expect(`https://${asked(endpoint)}`).toBe(endpoint);
        expect(asked(endpoint)).toMatch(
          /(?:^|\.)sts(?:-fips)?\..*amazonaws\.com$|^sts(?:-fips)?\.amazonaws\.com$/,
        );
      }),
    );
  });

  test('a host of CodeCommit', () => {
    fc.assert(
      fc.property(bent, url => {
        if (!URL.canParse(url) || !accepts(() => codeCommitRegion(new URL(url)))) return;
        expect(new URL(url).hostname).toMatch(/^git-codecommit(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/);
      }),
    );
  });
});
