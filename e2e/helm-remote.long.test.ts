import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { golden, type Site, startRegistryOf, startSite } from './helm/site.ts';
import { millrace } from './process.ts';
import type { Registry } from './registry.ts';

describe('charts that are elsewhere', () => {
  let site: Site;
  let registry: Registry;
  let archive: string;

  beforeAll(async () => {
    site = await startSite('user:secret');
    site.files.set('values.txt', 'from: a-url\n');
    registry = await startRegistryOf('charts/app', { '1.1.0': golden('app-1.1.0.tgz') });
    archive = join(mkdtempSync(join(tmpdir(), 'millrace-helm-remote-')), 'app-1.1.0.tgz');
    writeFileSync(archive, golden('app-1.1.0.tgz'));
  });
  afterAll(() => {
    site.stop();
    registry.stop();
  });

  const helm = async (...args: string[]) => {
    const run = millrace(['helm', ...args], { env: { HOME: '/nowhere', KUBECONFIG: '/nowhere' } });
    return { code: await run.ended, output: run.output() };
  };
  const places: [string, () => string[]][] = [
    ['a repository', () => ['app', '--repo', site.url, '--version', '1.1.0']],
    [
      'one that asks for a login',
      () => [
        'app',
        '--repo',
        `${site.url}/private`,
        '--version',
        '~1.1',
        '--username',
        'user',
        '--password',
        'secret',
      ],
    ],
    ['a URL', () => [`${site.url}/app-1.1.0.tgz`]],
    ['a registry', () => [`oci://${registry.host}/charts/app`, '--plain-http']],
  ];

  test.each(places)('of %s are rendered and shown as those of the disk', async (_, place) => {
    expect(await helm('template', 'x', ...place())).toEqual(await helm('template', 'x', archive));
    expect(await helm('show', 'all', ...place())).toEqual(await helm('show', 'all', archive));
  });

  test('take values from URLs', async () => {
    const { code, output } = await helm('template', 'x', archive, '-f', `${site.url}/values.txt`, '--debug');
    expect({ code, output }).toEqual(await helm('template', 'x', archive, '--set', 'from=a-url', '--debug'));
  });

  test.each([
    [['app', '--repo', 'SITE', '--version', '9.9.9'], 'chart "app" version "9.9.9" not found in'],
    [['nowhere/app'], 'nowhere'],
    [['app'], 'non-absolute URLs should be in form of repo_name/path_to_chart, got: app'],
    [['SITE/none.tgz'], '404'],
  ])('that are not there are told to be (%j)', async (args, why) => {
    const { code, output } = await helm('template', 'x', ...args.map(arg => arg.replace('SITE', site.url)));
    expect(code).toBe(1);
    expect(output).toContain(why);
  });
});
