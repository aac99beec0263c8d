import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { goldenKey, hasSshd, startSsh2Server, startSshd } from '../testing/ssh-server.ts';
import { keyPairOf, newKeyPair, scanHostKey } from './key-pair.ts';

const size = { bits: 1024, curve: 'p384' } as const;

test.each([
  ['ed25519', 1000, 'ssh-ed25519'],
  ['ecdsa', 50, 'ecdsa-sha2-nistp384'],
  ['rsa', 2, 'ssh-rsa'],
] as const)(
  'each new key of %s can be read, and belongs to its public one',
  async (algorithm, count, type) => {
    for (let i = 0; i < count; i++) {
      const pair = await newKeyPair(algorithm, size);
      const [name, key] = pair.publicKey.split(' ');
      expect(name).toBe(type);
      expect(keyPairOf(pair.privateKey, undefined).publicKey.split(' ')[1]?.trim()).toBe(key?.trim());
    }
  },
);

test('of several keys of a host the one is taken that flux takes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-scan-'));
  const start = hasSshd ? startSshd : startSsh2Server;
  const hostKeys = ['openssh-ed25519', 'openssh-rsa', 'openssh-ecdsa-256'];
  const server = await start({ folder, hostKeys, clientKeys: [] });
  try {
    const line = await scanHostKey(server.host, server.port);
    const [type, key] = goldenKey('openssh-ecdsa-256.pub').split(' ');
    expect(line).toBe(`[${server.host}]:${server.port} ${type} ${key?.trim()}`);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});
