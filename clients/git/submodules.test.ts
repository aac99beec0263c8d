import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitError } from './index.ts';
import { submodulesIn, submoduleUrl } from './submodules.ts';
import { makeRepository } from './testing/ssh-server.ts';

test.each([
  ['../library.git', 'https://host/team/fleet.git', 'https://host/team/library.git'],
  ['../../other/library', 'https://host:8443/team/fleet', 'https://host:8443/other/library'],
  ['./nested', 'https://host/team/fleet', 'https://host/team/fleet/nested'],
  ['../../../../library', 'https://host/team/fleet', 'https://host/library'],
  ['../library', 'ssh://git@host:2222/team/fleet', 'ssh://git@host:2222/team/library'],
  ['https://other/library', 'https://host/team/fleet', 'https://other/library'],
  ['ssh://me@other/library', 'https://host/team/fleet', 'ssh://me@other/library'],
  ['git@other:team/library.git', 'https://host/team/fleet', 'ssh://git@other/team/library.git'],
  ['other:/srv/library.git', 'https://host/team/fleet', 'ssh://git@other/srv/library.git'],
])('%s below %s is at %s', (url, parent, place) => expect(submoduleUrl(url, parent)).toBe(place));

test.each([
  'file:///etc',
  'FILE:///etc',
  '/etc',
  'library',
  'git://host/library',
  'ext::sh -c touch% /tmp/x',
  'fd::17',
  '-upload-pack=touch x',
  '--upload-pack=x:y',
  'C:\\library',
  '',
])('%s is refused as the URL of a submodule', url => {
  expect(() => submoduleUrl(url, 'https://host/team/fleet')).toThrow(GitError);
});

test('.gitmodules is read without what else it says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-modules-'));
  const commit = makeRepository(folder, {
    '.gitmodules': [
      '[submodule "a.b/c"]\n\tpath = a\n\turl = ../a\n\tupdate = !touch /tmp/x\n',
      '[submodule "no url"]\n\tpath = b\n',
      '[include]\n\tpath = /etc/passwd\n[core]\n\tsshCommand = touch /tmp/x\n',
      '[submodule "c"]\n\tpath = c\n\turl = "https://host/a b"\n',
    ].join(''),
  });
  expect(await submodulesIn(join(folder, '.git'), commit, AbortSignal.timeout(10_000))).toEqual([
    { name: 'a.b/c', path: 'a', url: '../a' },
    { name: 'c', path: 'c', url: 'https://host/a b' },
  ]);
  const other = makeRepository(join(folder, 'other'));
  expect(await submodulesIn(join(folder, 'other/.git'), other, AbortSignal.timeout(10_000))).toEqual([]);
  rmSync(folder, { recursive: true });
});
