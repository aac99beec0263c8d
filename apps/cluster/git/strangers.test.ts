import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GitServer, type GitServerOptions, startGitServer, UnfitRepository } from '../index.ts';

const run = promisify(execFile);
let folder: string;
let server: GitServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-git-'));
});

afterEach(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const root = () => join(folder, 'repositories');

async function start(options: Partial<GitServerOptions> = {}): Promise<GitServer> {
  server = await startGitServer({ root: root(), ...options });
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

async function checkout(): Promise<string> {
  const work = mkdtempSync(join(folder, 'work-'));
  await git(work, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(work, 'file'), 'one');
  await git(work, 'add', '.');
  await git(work, 'commit', '--quiet', '-m', 'first');
  return work;
}

/** Fetch takes no Host of ours. */
function ask(
  method: string,
  path: string,
  headers: IncomingHttpHeaders = {},
  body?: string,
): Promise<{ code: number; text: string }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, async answer => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      resolve({ code: answer.statusCode ?? 0, text });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const bearing = (url: string) => {
  const { username, password } = new URL(url);
  return `Basic ${btoa(`${username}:${password}`)}`;
};
const receiving = { 'content-type': 'application/x-git-receive-pack-request' };

describe('a request that no program here has meant', () => {
  const advertised = '/fleet.git/info/refs?service=git-upload-pack';

  test.each<[number, IncomingHttpHeaders]>([
    [200, {}],
    [200, { host: 'localhost:1' }],
    [200, { host: 'LOCALHOST' }],
    [200, { host: '[::1]:80' }],
    [403, { host: 'evil.example' }],
    [403, { host: 'evil.example:80' }],
    [403, { host: '127.0.0.1.evil.example' }],
    [403, { host: 'localhost.evil.example' }],
    [403, { origin: 'http://evil.example' }],
    [403, { origin: 'null' }],
    [403, { origin: 'http://localhost:3000' }],
    [403, { 'sec-fetch-site': 'cross-site' }],
    [403, { 'sec-fetch-site': 'same-site' }],
  ])('%i for %j', async (code, headers) => {
    await (await start()).createRepository('fleet');
    expect((await ask('GET', advertised, headers)).code).toBe(code);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/x-git-upload-pack-request', ''])(
    'a push as "%s" is none',
    async type => {
      const url = await (await start()).createRepository('fleet');
      const headers = { 'content-type': type, authorization: bearing(url) };
      expect((await ask('POST', '/fleet.git/git-receive-pack', headers, '0000')).code).toBe(415);
    },
  );
});

describe('who may push', () => {
  test('is who has the URL, before and after a restart', async () => {
    const url = await (await start()).createRepository('fleet');
    const work = await checkout();
    await git(folder, 'clone', '--quiet', url, 'copy');
    await git(work, 'push', '--quiet', url, 'main');
    await server.stop();
    const { port } = new URL(url);
    expect(await (await start({ port: Number(port) })).createRepository('fleet')).toBe(url);
    await git(work, 'push', '--quiet', url, 'main:other');
  });

  test('is nobody else, while all may read', async () => {
    await (await start()).createRepository('fleet');
    const plain = server.readUrl('fleet');
    const work = await checkout();
    await expect(git(work, 'push', '--quiet', plain, 'main')).rejects.toThrow(/Username|Authentication/);
    for (const authorization of [
      'Basic',
      `Basic ${btoa('git:')}`,
      `Basic ${btoa('git:wrong')}`,
      'Bearer x',
    ]) {
      const headers = { ...receiving, authorization };
      expect((await ask('POST', '/fleet.git/git-receive-pack', headers, '0000')).code).toBe(401);
    }
    expect(await git(folder, 'ls-remote', plain)).toBe('');
  });

  test('is nobody, for a repository that was only mounted', async () => {
    const url = await (await start()).createRepository('fleet');
    const work = await checkout();
    server.mount('theirs', work);
    const mounted = url.replace('fleet', 'theirs');
    await expect(git(work, 'push', '--quiet', mounted, 'main:other')).rejects.toThrow(/403/);
  });
});

describe('a repository that was mounted', () => {
  test('is served as it is, with each commit', async () => {
    const work = await checkout();
    const url = (await start()).mount('theirs', work);
    await git(folder, 'clone', '--quiet', url, 'copy');
    writeFileSync(join(work, 'file'), 'two');
    await git(work, 'checkout', '--quiet', '-b', 'next');
    await git(work, 'commit', '--quiet', '-am', 'second');
    expect(await git(folder, 'ls-remote', url, 'HEAD', 'refs/heads/next')).toBe(
      ['HEAD', 'refs/heads/next']
        .map(ref => `${'x'.repeat(40)}\t${ref}`)
        .join('\n')
        .replaceAll('x'.repeat(40), await git(work, 'rev-parse', 'HEAD')),
    );
    await git(work, 'pack-refs', '--all');
    await git(work, 'worktree', 'add', '--quiet', join(folder, 'tree'), 'main');
    const tree = server.mount('tree', join(folder, 'tree'));
    expect(await git(folder, 'ls-remote', tree, 'HEAD')).toContain(await git(work, 'rev-parse', 'main'));
  });

  test('runs none of the programs that it names', async () => {
    const work = await checkout();
    const trap = join(folder, 'trap');
    const sprung = join(folder, 'sprung');
    writeFileSync(trap, `#!/bin/sh\ntouch ${sprung}\nexit 1\n`);
    chmodSync(trap, 0o755);
    const traps = {
      'core.fsmonitor': trap,
      'core.hooksPath': join(folder, 'hooks'),
      'core.alternateRefsCommand': trap,
      'core.sshCommand': trap,
      'core.pager': trap,
      'uploadpack.packObjectsHook': trap,
      'filter.trap.clean': trap,
      'filter.trap.smudge': trap,
      'gpg.program': trap,
      'receive.certNonceSeed': 'x',
      'remote.origin.url': 'ext::trap',
      'remote.origin.uploadpack': trap,
      'remote.origin.promisor': 'true',
      'extensions.partialClone': 'origin',
      'include.path': join(folder, 'more'),
    };
    for (const [key, value] of Object.entries(traps)) await git(work, 'config', key, value);
    writeFileSync(join(folder, 'more'), `[core]\n\tfsmonitor = ${trap}\n`);
    mkdirSync(join(folder, 'hooks'));
    for (const hook of ['pre-receive', 'update', 'post-update', 'reference-transaction', 'post-checkout'])
      for (const hooks of [join(folder, 'hooks'), join(work, '.git', 'hooks')]) {
        mkdirSync(hooks, { recursive: true });
        writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch ${sprung}\n`, { mode: 0o755 });
      }
    mkdirSync(join(work, '.git', 'info'), { recursive: true });
    writeFileSync(join(work, '.git', 'info', 'attributes'), '* filter=trap\n');
    const url = (await start()).mount('theirs', work);
    await git(folder, 'clone', '--quiet', '--depth=1', '--filter=blob:none', url, 'copy');
    await git(folder, 'ls-remote', url);
    expect(existsSync(sprung)).toBe(false);
  });

  test('is not served with objects of others', async () => {
    const [work, other] = [await checkout(), await checkout()];
    const url = (await start()).mount('theirs', work);
    writeFileSync(join(work, '.git', 'objects', 'info', 'alternates'), `${join(other, '.git', 'objects')}\n`);
    await expect(git(folder, 'clone', '--quiet', url, 'copy')).rejects.toThrow(/403/);
    expect(() => server.mount('again', work)).toThrow(UnfitRepository);
    expect(() => server.mount('nothing', join(folder, 'nowhere'))).toThrow(UnfitRepository);
  });
});

test('hooks and programs of a repository of ours count no more', async () => {
  const url = await (await start()).createRepository('fleet');
  const path = server.pathOf('fleet')!;
  const sprung = join(folder, 'sprung');
  mkdirSync(join(path, 'hooks'), { recursive: true });
  for (const hook of [
    'pre-receive',
    'update',
    'post-receive',
    'post-update',
    'reference-transaction',
    'push-to-checkout',
  ])
    writeFileSync(join(path, 'hooks', hook), `#!/bin/sh\ntouch ${sprung}\n`, { mode: 0o755 });
  await git(path, 'config', 'core.hooksPath', join(path, 'hooks'));
  await git(path, 'config', 'core.fsmonitor', join(path, 'hooks', 'update'));
  const work = await checkout();
  await git(work, 'push', '--quiet', url, 'main');
  expect(existsSync(sprung)).toBe(false);
});

describe('who is slow', () => {
  test('holds a connection, and no process of git', async () => {
    const url = await (await start()).createRepository('fleet');
    const { port } = new URL(url);
    const head = [
      'POST /fleet.git/git-receive-pack HTTP/1.1',
      'Host: 127.0.0.1',
      `Authorization: ${bearing(url)}`,
      `Content-Type: ${receiving['content-type']}`,
      'Content-Length: 1000000',
    ].join('\r\n');
    const slow = Array.from({ length: 60 }, () => connect(Number(port), '127.0.0.1'));
    for (const socket of slow) socket.on('error', () => {}).write(`${head}\r\n\r\n0032`);
    await expect.poll(() => readdirSync(join(root(), '.uploads')).length).toBe(60);
    expect(await processes()).toEqual([]);
    const work = await checkout();
    await git(work, 'push', '--quiet', url, 'main');
    for (const socket of slow) socket.destroy();
    await expect.poll(() => readdirSync(join(root(), '.uploads'))).toEqual([]);
  });

  /** The processes of git that are ours. */
  async function processes(): Promise<string[]> {
    const { stdout } = await run('ps', ['-o', 'args=', '--ppid', String(process.pid)]);
    return stdout.split('\n').filter(line => /receive-pack|upload-pack/.test(line));
  }

  test('a client that goes takes its process along, and what that has written', async () => {
    const url = await (await start()).createRepository('fleet');
    const work = await checkout();
    // More than connections hold, and nothing that could be made small.
    for (let i = 0; i < 12; i++) writeFileSync(join(work, `file-${i}`), randomBytes(1 << 20));
    await git(work, 'config', 'core.compression', '0');
    await git(work, 'add', '.');
    await git(work, 'commit', '--quiet', '-m', 'many');
    await git(work, 'push', '--quiet', url, 'main');
    const { port } = new URL(url);
    const want = `0011command=fetch0001000fno-progress`;
    const line = `want ${await git(work, 'rev-parse', 'HEAD')}\n`;
    const body = `${want}${(line.length + 4).toString(16).padStart(4, '0')}${line}0009done\n0000`;
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `POST /fleet.git/git-upload-pack HTTP/1.1\r\nHost: localhost\r\nGit-Protocol: version=2\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    // It says much, and nobody hears: so it stays.
    await expect.poll(async () => (await processes()).length).toBe(1);
    socket.destroy();
    await expect.poll(processes).toEqual([]);
  });
});
