import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSocks } from '@millrace/http/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listReferences, localRepository, type SshAlgorithms, type SshCredentials } from '../index.ts';
import {
  goldenKey,
  hasSshd,
  makeRepository,
  type SshServer,
  startSsh2Server,
  startSshd,
} from '../testing/ssh-server.ts';

const signal = AbortSignal.timeout(60_000);
const hasAgent = existsSync('/usr/bin/ssh-agent') && existsSync('/usr/bin/ssh-add');
// They come with ssh-keygen, which .ci/run looks for; a machine with nothing but Node and git has none.
if (process.env.CI_REQUIRE_SSH_KEYGEN && !hasAgent)
  throw new Error('CI_REQUIRE_SSH_KEYGEN is set, but there is no ssh-agent');
const [name, start] = hasSshd
  ? (['sshd', startSshd] as const)
  : (['the server of ssh2', startSsh2Server] as const);

describe(`a repository behind ${name}`, () => {
  let folder: string;
  let server: SshServer;
  let commit: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-ssh-'));
    commit = makeRepository(join(folder, "it's"));
    server = await start({
      folder: join(folder, 'sshd'),
      hostKeys: ['openssh-ed25519', 'openssh-rsa'],
      clientKeys: ['openssh-ed25519', 'pem-rsa-encrypted'],
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const knownBy = (hostKey: string) => {
    const [type, key] = goldenKey(`${hostKey}.pub`).split(' ');
    return `[${server.host}]:${server.port} ${type} ${key}`;
  };
  const remote = (ssh: Partial<SshCredentials> = {}, algorithms: Partial<SshAlgorithms> = {}) => ({
    url: `ssh://${server.user}@${server.host}:${server.port}${folder}/it's`,
    ssh: { identity: goldenKey('openssh-ed25519'), knownHosts: knownBy('openssh-ed25519'), ...ssh },
    algorithms: { kex: [], hostKey: [], ...algorithms },
  });
  const list = (...args: Parameters<typeof remote>) =>
    listReferences(remote(...args), ['refs/heads/main'], signal);

  test('is seen with a key, and with one that needs its password', async () => {
    expect(await list()).toEqual(new Map([['refs/heads/main', commit]]));
    expect((await list({ identity: goldenKey('pem-rsa-encrypted'), password: 'hunter2' })).size).toBe(1);
  });

  test.skipIf(!hasAgent)('is seen with a key that only an agent has', async () => {
    const socket = join(folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      await vi.waitFor(() => expect(existsSync(socket)).toBe(true), 5000);
      const environment = { ...process.env, SSH_AUTH_SOCK: socket };
      execFileSync('ssh-add', ['-q', '-'], { input: goldenKey('openssh-ed25519'), env: environment });
      const { url } = remote();
      const credentials = { agent: socket, knownHosts: knownBy('openssh-ed25519') };
      expect(await listReferences({ url, agent: credentials }, ['refs/heads/main'], signal)).toEqual(
        new Map([['refs/heads/main', commit]]),
      );
    } finally {
      agent.kill();
    }
  });

  test('is known by a host key of RSA, with signatures of SHA-2', async () => {
    expect((await list({ knownHosts: knownBy('openssh-rsa') })).size).toBe(1);
  });

  test('is fetched, and nothing of the key is left', async () => {
    const copy = join(folder, 'copy');
    expect(await localRepository(copy).fetch(remote(), 'refs/heads/main', signal)).toBe(commit);
    expect(execFileSync('git', ['-C', copy, 'ls-tree', '--name-only', commit]).toString()).toBe('a.yaml\n');
    expect(readdirSync(copy)).not.toContain('identity');
  });

  test.each([
    [
      'a wrong host key',
      {
        knownHosts: () =>
          knownBy('openssh-ed25519').replace(/\S+$/, goldenKey('pkcs8-ed25519.pub').split(' ')[1]!),
      },
      'ssh: handshake failed: knownhosts: key mismatch',
    ],
    [
      'a host that is unknown',
      { knownHosts: () => knownBy('openssh-ed25519').replace('127.0.0.1', '127.0.0.2') },
      'ssh: handshake failed: knownhosts: key is unknown',
    ],
    [
      'a known_hosts that is none',
      { knownHosts: () => 'secret' },
      'knownhosts: line 1: missing key type pattern',
    ],
    ['a key that is none', { identity: () => 'secret' }, 'the key is in no format that is known'],
    ['a public key', { identity: () => goldenKey('openssh-rsa.pub') }, 'the key is no private key'],
  ])('is not talked to with %s', async (_, change, message) => {
    const ssh = Object.fromEntries(Object.entries(change).map(([name, value]) => [name, value()]));
    const failed = await list(ssh).catch(error => error);
    expect(failed.message).toContain(message);
    expect(failed.message).toContain(`unable to list remote for 'ssh://127.0.0.1`);
    expect(failed.message).not.toContain('secret');
  });

  test('lets nobody in whom it does not know', async () => {
    const stranger = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519']).toString();
    await expect(list({ identity: stranger })).rejects.toMatchObject({ failure: 'authentication' });
  });

  test('is spoken to in the algorithms that are allowed', async () => {
    expect((await list({}, { kex: ['ecdh-sha2-nistp256'], hostKey: ['ssh-ed25519'] })).size).toBe(1);
    await expect(list({}, { kex: ['rot13'] })).rejects.toThrow(/ssh: handshake failed: .*rot13/);
    await expect(list({}, { hostKey: ['ecdsa-sha2-nistp521'] })).rejects.toThrow('ssh: handshake failed');
  });

  test('that is not there is said so by the other side', async () => {
    const other = { ...remote(), url: remote().url.replace(/[^/]*$/, 'gone') };
    await expect(listReferences(other, [], signal)).rejects.toThrow(
      /unable to list remote for '.*gone'; does not appear to be a git repository|unable to list remote for '.*gone': .*does not appear to be a git repository/,
    );
  });

  test('is reached through a proxy of SOCKS 5, and no other', async () => {
    const asked: string[] = [];
    const proxy = await startSocks(asked);
    const through = (url: string) =>
      listReferences({ ...remote(), proxy: { url, username: 'me', password: 'p@ss' } }, [], signal);
    expect((await through(`socks5://127.0.0.1:${proxy.port}`)).get('refs/heads/main')).toBe(commit);
    expect(asked).toEqual([`me p@ss ${server.host}:${server.port}`]);
    await expect(through('http://127.0.0.1:1')).rejects.toThrow('proxy: unknown scheme: http');
    proxy.stop();
    await expect(through(`socks5://127.0.0.1:${proxy.port}`)).rejects.toThrow(
      /does not connect to 127.0.0.1/,
    );
  });

  test('that is given up leaves no process', async () => {
    const stop = new AbortController();
    const listing = listReferences(remote(), [], stop.signal);
    stop.abort(new Error('enough'));
    await expect(listing).rejects.toThrow('enough');
  });
});
