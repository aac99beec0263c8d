import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactTree, unpackTree } from '@millrace/artifact';
import { git, localRepository } from '@millrace/git';
import { expect, test } from 'vitest';
import { type SnapshotLimits, type SnapshotRules, snapshotLimits, writeSnapshot } from './snapshot.ts';

const author: [string, string][] = [
  ['user.name', 'A'],
  ['user.email', 'a@example.com'],
];

test('a snapshot holds what the commit holds, less what the rules leave out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-snapshot-'));
  const signal = AbortSignal.timeout(20_000);
  const run = async (...args: string[]) =>
    (await git({ args: ['-C', folder, ...args], what: args[0]!, settings: author, signal }))
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
  await run('commit', '--quiet', '--message', 'A\u001b[31mll\u0007');
  const commit = await run('rev-parse', 'HEAD');
  const repository = localRepository(join(folder, '.git'));

  let count = 0;
  const names = async (rules: SnapshotRules, limits?: SnapshotLimits) => {
    const file = join(folder, `.git/archive-${count++}`);
    await writeSnapshot({ repository: repository.path, commit, rules }, file, signal, limits);
    const tree = artifactTree(await unpackTree(readFileSync(file)));
    const walk = (folder: string): string[] =>
      tree.list(folder)!.flatMap(({ name, directory }) => {
        const path = join(folder, name);
        return directory ? walk(path) : [path];
      });
    return walk('').sort();
  };
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
  expect(await names({ folders: ['docs', '.'], ignore: '/*' })).toEqual([]);
  await expect(names({ folders: ['docs', 'aps'] })).rejects.toThrow(
    "sparse checkout dir 'aps' does not exist in repository",
  );
  expect(await names({ folders: ['docs/readme.md', 'apps/a.yaml'] })).toEqual([
    'apps/a.yaml',
    'docs/readme.md',
  ]);
  await expect(names({ folders: ['../docs'] })).rejects.toThrow('leads out of the repository');
  await expect(names({}, { ...snapshotLimits, files: 3 })).rejects.toThrow(
    'more than 3 files: name the folders that matter in spec.sparseCheckout',
  );
  expect(await names({ folders: ['docs'] }, { ...snapshotLimits, files: 3 })).toHaveLength(1);
  await expect(names({}, { ...snapshotLimits, bytes: 3 })).rejects.toThrow('an artifact at most 3');
  await expect(names({}, { ...snapshotLimits, rules: 3 })).rejects.toThrow('may take 3');
  expect(await repository.subject(commit, signal)).toBe('All\ufffd');
  rmSync(folder, { recursive: true });
});

test('a commit has the digest that it has from Flux, with the folders that the rules leave empty', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-snapshot-'));
  const signal = AbortSignal.timeout(20_000);
  const run = async (...args: string[]) =>
    (await git({ args: ['-C', folder, ...args], what: args[0]!, settings: author, signal }))
      .toString()
      .trim();
  const files: Record<string, string> = {
    '.sourceignore': '/docs\n!/docs/deep/kept.yaml\n*.png\n',
    'apps/.sourceignore': 'local/\n',
    'apps/a.yaml': 'a: 1\n',
    'apps/pictures/a.png': 'png\n',
    'apps/local/secret.yaml': 's\n',
    'docs/readme.md': 'r\n',
    'docs/deep/kept.yaml': 'k\n',
    'run.sh': '#!/bin/sh\n',
  };
  await run('init', '--quiet');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: path === 'run.sh' ? 0o755 : 0o644 });
  }
  mkdirSync(join(folder, 'only-links'));
  symlinkSync('../apps/a.yaml', join(folder, 'only-links/a.yaml'));
  await run('add', '--all');
  await run('commit', '--quiet', '--message', 'All');
  const repository = localRepository(join(folder, '.git'));
  const archive = join(folder, '.git/archive');
  const written = await writeSnapshot(
    { repository: repository.path, commit: await run('rev-parse', 'HEAD'), rules: {} },
    archive,
    signal,
  );
  // Made by fluxcd/pkg/artifact v0.18.0 and sourceignore v0.18.0, Go 1.26.8, of a checkout.
  expect(written).toEqual({
    digest: 'sha256:6510303c4d1a6694719d0428acfa49cd769791d913c0d16d4012aec3180ed528',
    size: 320,
  });
  rmSync(folder, { recursive: true });
});
