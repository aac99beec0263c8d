import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackArchive } from '@millrace/artifact';
import { configuration, git, localRepository } from '@millrace/git';
import { expect, test } from 'vitest';
import { snapshot } from './snapshot.ts';

const author: [string, string][] = [
  ['user.name', 'A'],
  ['user.email', 'a@example.com'],
];

test('a snapshot holds what the commit holds, less what the rules leave out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-snapshot-'));
  const signal = AbortSignal.timeout(20_000);
  const run = async (...args: string[]) =>
    (await git({ args: ['-C', folder, ...args], what: args[0]!, environment: configuration(author), signal }))
      .toString()
      .trim();
  const files: Record<string, string> = {
    'apps/a.yaml': 'a',
    'apps/name with spaces and ü.yaml': 'b',
    'apps/empty.yaml': '',
    'apps/local/secret.yaml': 'left out',
    'docs/readme.md': 'left out',
    'logo.png': 'kept, for there are rules',
    '.sourceignore': '/docs\n',
    'apps/.sourceignore': 'local\n',
    '.gitattributes': '* export-ignore\n',
  };
  await run('init', '--quiet');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  symlinkSync('apps/a.yaml', join(folder, 'link.yaml'));
  await run('add', '--all');
  await run('commit', '--quiet', '--message', 'All');
  const commit = await run('rev-parse', 'HEAD');
  const repository = localRepository(join(folder, '.git'));

  const names = async (rules: Parameters<typeof snapshot>[2]) =>
    Object.keys(await unpackArchive(await snapshot(repository, commit, rules, signal))).sort();
  expect(await names({})).toEqual([
    '.sourceignore',
    'apps/.sourceignore',
    'apps/a.yaml',
    'apps/empty.yaml',
    'apps/name with spaces and ü.yaml',
    'logo.png',
  ]);
  expect(await names({ ignore: '/*\n!/docs\n' })).toEqual(['docs/readme.md']);
  expect(await names({ folders: ['./docs/'], ignore: '*.none' })).toEqual(['docs/readme.md']);
  expect(await repository.subject(commit, signal)).toBe('All');
  rmSync(folder, { recursive: true });
});
