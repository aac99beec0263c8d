import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localRepository, type Repository } from './index.ts';
import { makeRepository } from './testing/ssh-server.ts';

const signal = AbortSignal.timeout(20_000);

describe('a commit that is made without a work tree', () => {
  let folder: string;
  let start: string;
  let copy: Repository;
  const run = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], {
      env: {
        PATH: process.env.PATH,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@b',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@b',
      },
    })
      .toString()
      .trim();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-write-'));
    makeRepository(folder, {
      'a "b"/ünï.yaml': 'needle\n',
      'apps/run.sh': 'needle\n',
      'apps/other.yaml': 'hay\n',
      'apps-too/x.yaml': 'needle\n',
    });
    execFileSync('chmod', ['+x', join(folder, 'apps/run.sh')]);
    symlinkSync('apps', join(folder, 'link'));
    symlinkSync('needle', join(folder, 'needle.yaml'));
    run('add', '--all');
    run('commit', '--quiet', '--message', 'Links');
    start = run('rev-parse', 'HEAD');
    copy = localRepository(join(folder, '.git'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (files: [path: string, content: string, executable?: boolean][], more: object = {}) =>
    copy.write(
      {
        parent: start,
        files: files.map(([path, content, executable = false]) => ({
          path,
          executable,
          content: Buffer.from(content),
        })),
        author: { name: 'A <bot>\n', email: 'bot@example.com' },
        when: new Date('2026-11-29T12:00:00Z'),
        message: 'Über\n\nhello',
        ...more,
      },
      signal,
    );

  test('changes its files and nothing else, whatever they are called', async () => {
    const commit = await write([
      ['a "b"/ünï.yaml', 'new\n'],
      ['apps/run.sh', 'new\n', true],
    ]);
    const changes = run('-c', 'core.quotePath=false', 'diff', '--raw', '--abbrev=4', start, commit);
    expect(changes.replaceAll(/ [0-9a-f]{4} [0-9a-f]{4} /g, ' ')).toBe(
      ':100644 100644 M\t"a \\"b\\"/ünï.yaml"\n:100755 100755 M\tapps/run.sh',
    );
    expect(run('log', '-1', '--format=%an <%ae> %aI %cn %B', commit)).toBe(
      'A bot <bot@example.com> 2026-11-29T12:00:00+00:00 A bot Über\n\nhello',
    );
    expect(run('rev-parse', `${commit}^`)).toBe(start);
    run('fsck', '--strict');
  });

  test('begins a history where it has no parent', async () => {
    const empty = localRepository(join(folder, 'empty.git'));
    const message = 'First';
    const files = [{ path: 'a/b.yaml', executable: false, content: Buffer.from('x: 1\n') }];
    const author = { name: 'Flux', email: '' };
    const commit = await empty.write(
      { parent: undefined, files, author, when: new Date(0), message },
      signal,
    );
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', empty.path, ...args])
        .toString()
        .trim();
    expect(git('rev-list', commit)).toBe(commit);
    expect(git('ls-tree', '-r', '--name-only', commit)).toBe('a/b.yaml');
    expect(git('log', '-1', '--format=%an <%ae>|%B', commit)).toBe('Flux <>|First');
  });

  test('carries its signature where git looks for it', async () => {
    const signed: string[] = [];
    const sign = async (content: Uint8Array) => {
      signed.push(Buffer.from(content).toString());
      return 'LINE 1\nLINE 2\n';
    };
    const commit = await write([['apps/other.yaml', 'new\n']], { sign });
    const whole = run('cat-file', 'commit', commit);
    expect(whole).toContain('\ngpgsig LINE 1\n LINE 2\n\nÜber');
    expect(whole.replace('gpgsig LINE 1\n LINE 2\n', '')).toBe(signed[0]);
  });

  test.each([
    ['', ['a "b"/ünï.yaml', 'apps-too/x.yaml', 'apps/run.sh']],
    ['apps', ['apps/run.sh']],
    ['apps/run.sh', ['apps/run.sh']],
    ['apps/other.yaml', []],
  ])('finds the files that hold a text below %j', async (below, paths) => {
    const found = await copy.filesWith(start, 'needle', below, signal);
    expect(found.map(({ path }) => path).sort()).toEqual(paths);
  });

  test.each([
    ['nowhere', /there is no "nowhere" in the commit/],
    ['*', /there is no "\*" in the commit/],
    ['link', /"link" is a link in the commit/],
    ['link/run.sh', /there is no "link\/run.sh" in the commit/],
  ])('does not find them below %j', async (below, why) => {
    await expect(copy.filesWith(start, 'needle', below, signal)).rejects.toThrow(why);
  });
});
