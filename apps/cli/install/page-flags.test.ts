import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { globalsOf } from '../globals.ts';
import { createProgram } from '../program.ts';
import { type InstallFlags, installOptionsOf, withInstallFlags } from './flags.ts';

/** The arguments of the page that an installation with these flags has. */
function page(...args: string[]): readonly string[] {
  const command = withInstallFlags(new Command()).exitOverride();
  command.parse(args, { from: 'user' });
  const globals = globalsOf(createProgram().exitOverride());
  return installOptionsOf(command.opts<InstallFlags>(), globals).web;
}

const login = ['--oidc-issuer-url=https://login.example.com', '--oidc-client-id=millrace'];

describe('the page of an installation', () => {
  test('is left out unless it is asked for', () => {
    expect(page()).toEqual([]);
  });

  test('has the flags that are given', () => {
    expect(page('--web-url=https://a.b', ...login, '--oidc-username-prefix=-', '--web-read-only')).toEqual([
      '--web-url=https://a.b',
      ...login,
      '--oidc-username-prefix=-',
      '--web-read-only',
    ]);
  });

  test.each([
    [['--web-url=https://a.b'], '--oidc-issuer-url'],
    [['--web-url=https://a.b', '--oidc-issuer-url=https://c.d'], '--oidc-client-id'],
    [login, '--web-url installs it'],
    [['--web-read-only'], '--web-url installs it'],
  ])('%j is refused', (args, words) => {
    expect(() => page(...args)).toThrow(words);
  });
});
