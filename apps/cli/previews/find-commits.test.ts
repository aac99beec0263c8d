import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findCommitsIn } from './find-commits.ts';

const repository = mkdtempSync(join(tmpdir(), 'commits-'));
const run = (...args: string[]) =>
  execFileSync('git', ['-C', repository, '-c', 'user.email=a@example.com', ...args], {
    encoding: 'utf8',
  }).trim();
const commit = (subject: string, author: string) =>
  run('-c', `user.name=${author}`, 'commit', '--quiet', '--allow-empty', '-m', subject, '-m', 'the body');

run('init', '--quiet', '--initial-branch=main');
commit('Raise the limit of the api', 'Ada');
commit('Lower the limit <script>', 'Grace');
const newest = run('rev-parse', 'HEAD');

const find = async (...words: string[]) => {
  const served = findCommitsIn(url => (url === 'http://here/fleet.git' ? repository : undefined));
  const urls = ['http://here/fleet.git', 'https://elsewhere.example.com/x.git'];
  const found = await served(urls, words, 5, new AbortController().signal);
  return found.map(({ subject, author }) => `${subject} by ${author}`);
};

test.each([
  [['limit'], ['Lower the limit <script> by Grace', 'Raise the limit of the api by Ada']],
  [['limit', 'ada'], ['Raise the limit of the api by Ada']],
  [[newest.slice(0, 7)], ['Lower the limit <script> by Grace']],
  [['body'], []],
  [['--all'], []],
])('%j finds %j', async (words, found) => {
  expect((await find(...words)).toSorted()).toEqual(found);
});

test('a repository that cannot be read has none', async () => {
  const broken = findCommitsIn(() => join(repository, 'nothing'));
  expect(await broken(['http://here'], ['limit'], 5, new AbortController().signal)).toEqual([]);
});
