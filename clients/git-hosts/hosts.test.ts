import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bitbucketServer,
  ensureDeployKey,
  gitea,
  gitHub,
  gitLab,
  HostError,
  type HostedRepository,
  type HostOptions,
} from './index.ts';
import { certificateFile, type HostKind, startTestHost, type TestHost } from './testing/index.ts';

const signal = AbortSignal.timeout(60_000);
const open = { github: gitHub, gitlab: gitLab, gitea, 'bitbucket-server': bitbucketServer };
const kinds = Object.keys(open) as HostKind[];
const key = { name: 'flux-system', key: 'ssh-ed25519 AAAA comment\n', readOnly: true };
/** Where a repository of the organization acme is, by its kind of host. */
const nameOf = (kind: HostKind) => (kind === 'bitbucket-server' ? 'ACME/fleet' : 'acme/fleet');

let host: TestHost;
afterEach(() => host.stop());

const repository = async (kind: HostKind, more: Partial<HostOptions> = {}): Promise<HostedRepository> => {
  const { hostname, token } = host;
  const options = { hostname, token, owner: 'acme', repository: 'fleet', personal: false, ...more };
  return open[kind](options, signal);
};

describe.each(kinds)('%s', kind => {
  beforeEach(async () => {
    host = await startTestHost(kind);
  });
  const stored = () => host.state.repositories[nameOf(kind)]!;

  test('makes a repository that is not there, as private as it is asked to', async () => {
    const fleet = await repository(kind);
    expect(await fleet.visibility()).toBeUndefined();
    await fleet.create('private');
    expect(Object.keys(host.state.repositories)).toEqual([nameOf(kind)]);
    expect(await fleet.visibility()).toBe('private');
    await fleet.show('public');
    expect(stored().visibility).toBe('public');
  });

  test('makes a repository of a user for that user', async () => {
    await (await repository(kind, { owner: 'ann', personal: true })).create('public');
    const name = kind === 'bitbucket-server' ? '~ann/fleet' : 'ann/fleet';
    expect(host.state.repositories[name]?.visibility).toBe('public');
  });

  test('has one key of a name, which is changed when another is wanted', async () => {
    const fleet = await repository(kind);
    await fleet.create('private');
    for (const name of ['one', 'two', 'three'])
      await fleet.addDeployKey({ name, key: `ssh-ed25519 ${name}`, readOnly: true });
    expect(await ensureDeployKey(fleet, key)).toBe(true);
    expect(await ensureDeployKey(fleet, { ...key, key: 'ssh-ed25519 AAAA other-comment' })).toBe(false);
    expect(await ensureDeployKey(fleet, { ...key, readOnly: false })).toBe(true);
    expect(await ensureDeployKey(fleet, { ...key, key: 'ssh-ed25519 BBBB', readOnly: false })).toBe(true);
    expect((await fleet.deployKeys()).map(({ name, readOnly }) => [name, readOnly])).toEqual([
      ['one', true],
      ['two', true],
      ['three', true],
      ['flux-system', false],
    ]);
  });

  test('lets teams in', async () => {
    const fleet = await repository(kind);
    await fleet.create('private');
    expect(await fleet.permissionOf('ops')).toBeUndefined();
    await fleet.grant('ops', 'push');
    expect(await fleet.permissionOf('ops')).toBe('push');
    if (kind !== 'gitea') {
      await fleet.grant('ops', 'admin');
      expect(stored().teams).toEqual({ ops: 'admin' });
    }
    await expect(fleet.grant('nobody', 'push')).rejects.toThrow(HostError);
  });

  test('waits where it is asked to, and asks again', async () => {
    const fleet = await repository(kind);
    host.next = [
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 503 },
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } },
    ];
    expect(await fleet.visibility()).toBeUndefined();
    expect(host.next).toEqual([]);
  });

  test('does not ask twice for what may have been done', async () => {
    const fleet = await repository(kind, {
      owner: kind === 'gitlab' ? 'ann' : 'acme',
      personal: kind === 'gitlab',
    });
    const before = host.requests.length;
    host.next =
      kind === 'gitlab' ? [{ status: 200, body: { username: 'ann' } }, { status: 502 }] : [{ status: 502 }];
    await expect(fleet.create('private')).rejects.toThrow(/POST .*: 502/);
    expect(host.requests.length - before).toBe(kind === 'gitlab' ? 2 : 1);
  });

  test('says which request was refused, why, and what to do; the token is not told', async () => {
    const fleet = await repository(kind);
    host.next = [{ status: 401, body: { message: `Bad credentials: ${host.token}` } }];
    const error = await fleet.visibility().catch((one: unknown) => one);
    expect(error).toBeInstanceOf(HostError);
    expect((error as HostError).status).toBe(401);
    expect((error as HostError).message).toMatch(
      /^GET http:\/\/127\.0\.0\.1:\d+\/\S+: 401: Bad credentials: .*the token of \w+_TOKEN is wrong, or has expired$/,
    );
    expect((error as HostError).message).not.toContain(host.token);
  });

  test('is followed where it moves on itself, and nowhere else', async () => {
    const fleet = await repository(kind);
    await fleet.create('private');
    const there = { status: 301, headers: { location: `${host.url}/elsewhere` } };
    host.next = [there];
    expect(await fleet.visibility()).toBeUndefined();
    host.next = [{ status: 302, headers: { location: 'http://127.0.0.2:1/' } }];
    await expect(fleet.visibility()).rejects.toThrow(/it has moved to 127\.0\.0\.2:1: name that host/);
  });

  test.each(['', '.', '..'])('is asked for no repository of the name %j', async name => {
    await expect((async () => (await repository(kind, { repository: name })).visibility())()).rejects.toThrow(
      /is no name/,
    );
  });

  test.each(['a/../b', 'a b?x=1#y', '%2e%2e'])('is asked for the repository %j and no other', async name => {
    expect(await (await repository(kind, { repository: name })).visibility()).toBeUndefined();
    expect(host.requests.at(-1)).toMatch(new RegExp(`${name.replace(/[?.]/g, '\\$&')}$`));
  });

  test('is refused where it is no such host', async () => {
    const fleet = await repository(kind);
    host.next = [{ status: 200, body: 'a page of the web' }];
    await expect(fleet.visibility()).rejects.toThrow(
      'the answer is no object of JSON: is this the right host?',
    );
  });

  test('may not answer without end', async () => {
    const fleet = await repository(kind);
    host.next = [{ status: 200, body: { filler: 'x'.repeat(9 * 2 ** 20) } }];
    await expect(fleet.visibility()).rejects.toThrow(/more than 8388608 bytes/);
  });
});

describe.each(['github', 'gitlab', 'gitea'] as const)('%s', kind => {
  test('makes no repository for another user', async () => {
    host = await startTestHost(kind);
    const fleet = await repository(kind, { owner: 'ben', personal: true });
    await expect(fleet.create('private')).rejects.toThrow(
      "the specified owner 'ben' doesn't match the identity associated with the given token",
    );
    expect(host.state.repositories).toEqual({});
  });
});

describe('a deploy token of GitLab', () => {
  test('is made for a name, told once, and removed', async () => {
    host = await startTestHost('gitlab');
    const fleet = await repository('gitlab');
    await fleet.create('internal');
    expect(await fleet.visibility()).toBe('internal');
    const made = await fleet.deployTokens!.create('flux');
    expect(await fleet.deployTokens!.list()).toEqual([
      { id: expect.any(String), name: 'flux', username: made.username },
    ]);
    await fleet.deployTokens!.remove((await fleet.deployTokens!.list())[0]!.id);
    expect(await fleet.deployTokens!.list()).toEqual([]);
  });
});

describe('the default branch of Bitbucket Server', () => {
  test('is made the one that is used', async () => {
    host = await startTestHost('bitbucket-server');
    const fleet = await repository('bitbucket-server');
    await fleet.create('private');
    await fleet.makeDefault!('main');
    expect(host.state.repositories['ACME/fleet']?.defaultBranch).toBe('main');
  });

  test('belongs to a project that is there', async () => {
    host = await startTestHost('bitbucket-server');
    await expect(repository('bitbucket-server', { owner: 'nobody' })).rejects.toThrow(
      'there is no project "nobody"',
    );
  });
});

describe('a host with an authority of its own', () => {
  test('is spoken to where that is named, and not asked twice otherwise', async () => {
    host = await startTestHost('github', { tls: true });
    const ca = readFileSync(certificateFile, 'utf8');
    expect(await (await repository('github', { ca })).visibility()).toBeUndefined();
    await expect((await repository('github')).visibility()).rejects.toThrow(
      /certificate.*: --ca-file names an authority of your own$/,
    );
    expect(host.requests).toHaveLength(1);
  });
});
