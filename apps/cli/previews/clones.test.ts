import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asKubeObject } from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clones, openClones } from './clones.ts';
import { Commits } from './commits.ts';

const { signal } = new AbortController();
let folder: string;
let clone: string;
let clones: Clones;

const git = (...args: string[]) => {
  const who = ['-c', 'user.name=Ada Love', '-c', 'user.email=ada@example.com'];
  return execFileSync('git', ['-C', clone, ...who, ...args], { encoding: 'utf8' }).trim();
};

const sourceAt = (url: string) =>
  asKubeObject({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'fleet', namespace: 'team' },
    spec: { url },
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clones-'));
  clone = join(folder, 'fleet');
  mkdirSync(clone);
  git('init', '--quiet', '--initial-branch=main');
  git('remote', 'add', 'origin', 'git@git.example.com:team/fleet.git');
  git('commit', '--quiet', '--allow-empty', '--message=Begin');
  clones = await openClones([clone], signal);
});

afterAll(async () => {
  await clones?.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(['https://git.example.com/team/fleet', 'ssh://git@git.example.com/team/fleet.git'])(
  'a clone tells the commits of a source at %s',
  async url => {
    const revision = `main@sha1:${git('rev-parse', 'HEAD')}`;
    const known = await new Commits(clones.localGit).of(sourceAt(url), [revision], signal);
    expect(known.get(revision)).toMatchObject({ subject: 'Begin', author: 'Ada Love' });
  },
);

test('what comes to the clone is told, without a start anew', async () => {
  git('commit', '--quiet', '--allow-empty', '--message=Go on');
  const revision = `main@sha1:${git('rev-parse', 'HEAD')}`;
  const known = await new Commits(clones.localGit).of(
    sourceAt('https://git.example.com/team/fleet'),
    [revision],
    signal,
  );
  expect(known.get(revision)?.subject).toBe('Go on');
});

test('other repositories are not in it', () => {
  expect(clones.localGit('https://git.example.com/team/other')).toBeUndefined();
});

test('no program that the clone names is run', async () => {
  const ran = join(folder, 'ran');
  writeFileSync(join(clone, '.git', 'config'), `[core]\n\tfsmonitor = "touch ${ran}"\n`, { flag: 'a' });
  const again = await openClones([clone], signal);
  await new Commits(again.localGit).of(
    sourceAt('https://git.example.com/team/fleet'),
    [`main@sha1:${git('rev-parse', 'HEAD')}`],
    signal,
  );
  await again.close();
  expect(existsSync(ran)).toBe(false);
});

test('a folder that is no clone is refused by name', async () => {
  await expect(openClones([folder], signal)).rejects.toThrow(`${folder} is no Git checkout`);
  git('remote', 'remove', 'origin');
  await expect(openClones([clone], signal)).rejects.toThrow('has no remote');
});
