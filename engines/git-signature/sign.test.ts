import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKey, signByOpenPgp, signBySsh, UnusableKey, verifySignature } from './index.ts';

const payload = Buffer.from('tree 1\nauthor a\n\nhello ünï\n');
const exportPem = { type: 'pkcs8' as const, format: 'pem' as const };

const kinds = {
  ed25519: () => generateKeyPairSync('ed25519'),
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'ecdsa of 256 bits': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ecdsa of 384 bits': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'ecdsa of 521 bits': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
};

/** Not every machine has it that the tests must pass on; where it can be had, CI says so, and they must run. */
const sshKeygen = ['/usr/bin/ssh-keygen', '/usr/local/bin/ssh-keygen'].find(existsSync);
if (process.env.CI_REQUIRE_SSH_KEYGEN && !sshKeygen)
  throw new Error('CI_REQUIRE_SSH_KEYGEN is set, but there is no ssh-keygen');

describe('a signature of SSH', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-sign-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.runIf(sshKeygen).each(Object.entries(kinds))(
    'by a key of %s is one to ssh-keygen',
    async (name, make) => {
      const signature = await signBySsh(make().privateKey.export(exportPem).toString())(payload);
      const file = join(folder, name);
      writeFileSync(file, signature);
      const args = ['-Y', 'check-novalidate', '-n', 'git', '-s', file];
      expect(execFileSync(sshKeygen!, args, { input: payload }).toString()).toMatch(/^Good "git" signature/);
      expect(() => execFileSync(sshKeygen!, args, { input: 'another', stdio: 'pipe' })).toThrow();
    },
  );

  test('by a key of another kind is refused', () => {
    const pem = generateKeyPairSync('x25519').privateKey.export(exportPem).toString();
    expect(() => signBySsh(pem)).toThrow(UnusableKey);
    expect(() => signBySsh('no key')).toThrow(UnusableKey);
  });
});

describe('a signature of OpenPGP', () => {
  const userIDs = [{ name: 'Bot', email: 'bot@example.com' }];

  test('is by the key in the armor', async () => {
    const { privateKey, publicKey } = await generateKey({ type: 'ecc', userIDs, passphrase: 'secret' });
    const sign = await signByOpenPgp(await openKey(privateKey, 'secret'));
    const signed = { payload, signature: await sign(payload) };
    const trusted = { openPgp: [publicKey], ssh: [] };
    expect(await verifySignature(signed, trusted, 'commit', new Date())).toMatch(/^[0-9A-F]{16}$/);
  });

  test('needs the passphrase of the key', async () => {
    const { privateKey } = await generateKey({ type: 'ecc', userIDs, passphrase: 'secret' });
    await expect(openKey(privateKey, 'another')).rejects.toThrow(/the passphrase does not open the key/);
    await expect(signByOpenPgp(privateKey)).rejects.toThrow(/the key needs a passphrase/);
  });

  test('takes one private key and no other text', async () => {
    const one = await generateKey({ type: 'ecc', userIDs });
    await expect(signByOpenPgp('no key')).rejects.toThrow(/holds no private key/);
    await expect(signByOpenPgp(one.publicKey)).rejects.toThrow(UnusableKey);
  });
});
