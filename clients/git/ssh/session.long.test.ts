import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listReferences } from '../index.ts';
import {
  goldenKey,
  hasSshd,
  makeRepository,
  type SshServer,
  startSsh2Server,
  startSshd,
} from '../testing/ssh-server.ts';

const kinds = [
  'openssh-ed25519',
  'openssh-rsa',
  'openssh-ecdsa-256',
  'openssh-ecdsa-384',
  'openssh-ecdsa-521',
  'openssh-ed25519-encrypted',
  'pem-rsa',
  'pem-rsa-encrypted',
  'pem-ecdsa',
  'pkcs8-rsa',
  'pkcs8-rsa-encrypted',
  'pkcs8-ecdsa',
  'pkcs8-ed25519',
];

const servers: [string, typeof startSshd][] = [
  ['the server of ssh2', startSsh2Server],
  ...(hasSshd ? [['sshd', startSshd] satisfies [string, typeof startSshd]] : []),
];

describe.each(servers)('a repository behind %s', (_, start) => {
  let folder: string;
  let server: SshServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-ssh-'));
    makeRepository(join(folder, 'repository'));
    server = await start({
      folder: join(folder, 'sshd'),
      hostKeys: ['openssh-rsa', 'openssh-ed25519'],
      clientKeys: kinds,
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(kinds)('is seen with a key of the kind %s', async name => {
    const host = `[${server.host}]:${server.port}`;
    const knownHosts = ['openssh-rsa', 'openssh-ed25519']
      .map(key => `${host} ${goldenKey(`${key}.pub`)}`)
      .join('');
    const remote = {
      url: `ssh://${server.user}@${host.replace(/[[\]]/g, '')}${folder}/repository`,
      ssh: {
        identity: goldenKey(name),
        knownHosts,
        password: name.endsWith('-encrypted') ? 'hunter2' : undefined,
      },
    };
    expect((await listReferences(remote, ['refs/heads/main'], AbortSignal.timeout(20_000))).size).toBe(1);
  });
});
