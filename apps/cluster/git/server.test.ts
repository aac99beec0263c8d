import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GitServer, type GitServerOptions, startGitServer } from '../index.ts';

const run = promisify(execFile);
const zeros = '0'.repeat(40);
let folder: string;
let server: GitServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-git-'));
});

afterEach(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<GitServerOptions> = {}): Promise<GitServer> {
  server = await startGitServer({ root: join(folder, 'repositories'), ...options });
  return server;
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  return (await run('git', args, { cwd, env })).stdout.trim();
}

async function checkout(text = 'one'): Promise<string> {
  const work = mkdtempSync(join(folder, 'work-'));
  await git(work, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(work, 'file'), text);
  await git(work, 'add', '.');
  await git(work, 'commit', '--quiet', '-m', 'first');
  return work;
}

test('a push is told with its refs and can be cloned', async () => {
  const pushes: unknown[] = [];
  const { createRepository } = await start({
    onPush: (repository, refs) => pushes.push({ repository, refs }),
  });
  const url = await createRepository('team/fleet');
  const work = await checkout();
  await git(work, 'push', '--quiet', url, 'main');
  const head = await git(work, 'rev-parse', 'HEAD');
  expect(pushes).toEqual([
    { repository: 'team/fleet', refs: [{ ref: 'refs/heads/main', from: zeros, to: head }] },
  ]);
  await git(folder, 'clone', '--quiet', '--depth=1', url, 'copy');
  expect(await git(join(folder, 'copy'), 'rev-parse', 'HEAD')).toBe(head);
});

test('a push of many objects comes through compressed and in chunks', async () => {
  const { createRepository } = await start();
  const url = await createRepository('large');
  const work = await checkout();
  for (let i = 0; i < 200; i++) writeFileSync(join(work, `file-${i}`), `${i}`.repeat(20_000));
  await git(work, 'add', '.');
  await git(work, 'commit', '--quiet', '-m', 'many');
  await git(work, '-c', 'http.postBuffer=65536', 'push', '--quiet', url, 'main');
  await git(folder, 'clone', '--quiet', url, 'copy');
  expect(await git(join(folder, 'copy'), 'rev-parse', 'HEAD')).toBe(await git(work, 'rev-parse', 'HEAD'));
});

test('a commit can be fetched by its hash, and protocol 2 is spoken', async () => {
  const { mount } = await start();
  const work = await checkout();
  const url = mount('checkout', work);
  const head = await git(work, 'rev-parse', 'HEAD');
  const copy = mkdtempSync(join(folder, 'copy-'));
  await git(copy, 'init', '--quiet');
  await git(copy, '-c', 'protocol.version=2', 'fetch', '--quiet', '--depth=1', url, head);
  expect(await git(copy, 'rev-parse', 'FETCH_HEAD')).toBe(head);
  const answer = await fetch(`${url}/info/refs?service=git-upload-pack`, {
    headers: { 'git-protocol': 'version=2' },
  });
  expect(await answer.text()).toContain('version 2');
});

test('a name outside of the root is not found', async () => {
  const { url } = await start();
  for (const name of ['../secret', '%2e%2e/secret', 'a/../../secret', '.hidden', 'nothing']) {
    const answer = await fetch(`${url}/${name}/info/refs?service=git-upload-pack`);
    expect(answer.status).toBe(404);
  }
});

test('who may not push is asked for credentials', async () => {
  const { createRepository } = await start({
    authenticate: ({ service, credentials }) =>
      service === 'upload-pack' || credentials?.password === 'secret',
  });
  const url = await createRepository('guarded');
  const work = await checkout();
  await expect(git(work, 'push', '--quiet', url, 'main')).rejects.toThrow(
    /could not read Username|Authentication/,
  );
  await git(work, 'push', '--quiet', url.replace('//', '//user:secret@'), 'main');
  expect(await git(work, 'ls-remote', url, 'refs/heads/main')).toContain(
    await git(work, 'rev-parse', 'HEAD'),
  );
});
