import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GitServer, startGitServer } from '../index.ts';

describe('what the Git server answers in the place of GitHub', () => {
  let folder: string;
  let server: GitServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-github-'));
    server = await startGitServer({ root: join(folder, 'repositories'), gitHubUser: 'ann' });
  });
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (line: string, body?: string, token = server.token) => {
    const [method = 'GET', path = ''] = line.split(' ');
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${server.url}/api/v3/${path}`, {
      method,
      headers,
      ...(body ? { body } : {}),
    });
    return [answer.status, (await answer.json()) as Record<string, unknown>] as const;
  };

  test('is who the user is', async () => {
    expect(await ask('GET user')).toEqual([200, { login: 'ann' }]);
  });

  test.each([
    ['POST user/repos', 'ann'],
    ['POST orgs/acme/repos', 'acme'],
  ])('makes a repository: %s', async (line, owner) => {
    expect((await ask(`GET repos/${owner}/fleet`))[0]).toBe(404);
    const [status, made] = await ask(line, '{"name": "fleet", "default_branch": "main"}');
    expect([status, made.full_name]).toEqual([201, `${owner}/fleet`]);
    expect(await ask(`GET repos/${owner}/fleet`)).toEqual([200, made]);
    expect(server.pathOf(`${owner}/fleet`)).toBeDefined();
    expect((await ask(line, '{"name": "fleet"}'))[0]).toBe(422);
  });

  test.each([
    ['a token of somebody else', 'GET user', undefined, 'nonsense', 401],
    ['no token', 'GET user', undefined, '', 401],
    ['a name that leads out', 'POST user/repos', '{"name": ".."}', undefined, 422],
    ['a name of several parts', 'POST user/repos', '{"name": "a/b"}', undefined, 422],
    ['an owner that leads out', 'POST orgs/%2e%2e/repos', '{"name": "x"}', undefined, 404],
    ['no name', 'POST user/repos', '{}', undefined, 400],
    ['no JSON', 'POST user/repos', 'name', undefined, 400],
    ['a body without end', 'POST user/repos', ' '.repeat(70_000), undefined, 400],
    ['what it does not have', 'GET repos/ann/fleet/keys', undefined, undefined, 404],
  ])('refuses %s', async (_, line, body, token, status) => {
    expect((await ask(line, body, token))[0]).toBe(status);
  });

  test('is not there where nobody has asked for it', async () => {
    const plain = await startGitServer({ root: join(folder, 'plain') });
    expect((await fetch(`${plain.url}/api/v3/user`)).status).toBe(404);
    await plain.stop();
  });
});
