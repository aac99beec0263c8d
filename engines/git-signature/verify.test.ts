import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { signatureOfCommit, signatureOfTag, type TrustedKeys, verifySignature } from './index.ts';

const golden = (name: string) => readFileSync(new URL(`./golden/${name}`, import.meta.url));
const text = (name: string) => golden(name).toString('utf8');
const now = new Date('2026-12-15T00:00:00Z');
const everybody: TrustedKeys = {
  openPgp: [text('ann.asc'), text('bob.asc')],
  ssh: ['ed25519', 'rsa', 'ecdsa-256', 'ecdsa-521'].map(name => text(`${name}.pub`)),
};
const nobody: TrustedKeys = { openPgp: [], ssh: [] };

const commit = (name: string, keys = everybody, at = now) =>
  verifySignature(signatureOfCommit(golden(`${name}.commit`)), keys, 'commit', at);
const tag = (name: string, keys = everybody) =>
  verifySignature(signatureOfTag(golden(`${name}.tag`)), keys, 'tag', now);

const fingerprint = (name: string) => {
  const key = Buffer.from(text(`${name}.pub`).split(' ')[1]!, 'base64');
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
};

describe('a signature', () => {
  test('of OpenPGP is by the primary key, whichever key of it has signed', async () => {
    expect(await commit('ann')).toBe('F68B5993415595FD');
    expect(await commit('bob')).toBe('D7DE4B691AE4C650');
    expect(await tag('ann')).toBe('F68B5993415595FD');
  });

  test.each(['ed25519', 'rsa', 'ecdsa-256', 'ecdsa-521'])('of SSH by a key of %s is', async name => {
    expect(await commit(name)).toBe(fingerprint(name));
  });

  test('of SSH can be one of a tag', async () => {
    expect(await tag('ed25519')).toBe(fingerprint('ed25519'));
  });

  test('of SSH is by a key that stands in a line with options and a comment', async () => {
    const line = `# us\n\nrestrict,command="a b" ${text('ed25519.pub').trim()} me @home\n`;
    expect(await commit('ed25519', { openPgp: [], ssh: [line] })).toBe(fingerprint('ed25519'));
  });

  test.each<[string, () => Promise<string>, RegExp | string]>([
    ['is missing', () => commit('unsigned'), 'unsupported signature type: empty'],
    ['is missing from a tag', () => tag('unsigned'), 'unsupported signature type: empty'],
    [
      'of OpenPGP is judged without keys',
      () => commit('ann', nobody),
      'PGP signature detected but no PGP public keys found in secret (keys with .asc suffix)',
    ],
    [
      'of SSH is judged without keys',
      () => commit('rsa', nobody),
      'SSH signature detected but no SSH public keys found in secret (keys with .sshpub suffix)',
    ],
    [
      'is by somebody else',
      () => commit('ann', { openPgp: [text('bob.asc')], ssh: [] }),
      'unable to verify Git commit: unable to verify payload with any of the given key rings: no matching key',
    ],
    [
      'of SSH is by somebody else',
      () => commit('rsa', { openPgp: [], ssh: [text('ed25519.pub')] }),
      /^unable to verify Git commit SSH signature: .*any of the given authorized keys: no matching key/,
    ],
    ['is of another purpose', () => commit('other-purpose'), /another purpose than git/],
    [
      'is by a subkey that has expired since',
      () => commit('ann', everybody, new Date('2028-01-01T00:00:00Z')),
      /no matching key/,
    ],
    [
      'is judged by a ring that is none',
      () => commit('ann', { openPgp: ['secret'], ssh: [] }),
      /unable to read armored key ring: (?!.*secret)/,
    ],
    [
      'is judged by a line that is no key',
      () => commit('rsa', { openPgp: [], ssh: ['secret'] }),
      /unable to parse authorized keys: (?!.*secret)/,
    ],
  ])('that %s verifies nothing', async (_, verifying, message) => {
    await expect(verifying()).rejects.toThrow(message);
  });

  test.each(['ann', 'ed25519', 'rsa', 'ecdsa-256'])('of %s holds for this content only', async name => {
    const { payload, signature } = signatureOfCommit(golden(`${name}.commit`));
    const other = Buffer.from(payload.toString('latin1').replace('Signed', 'signed'), 'latin1');
    await expect(verifySignature({ payload: other, signature }, everybody, 'commit', now)).rejects.toThrow(
      'no matching key',
    );
  });

  test('that is cut or changed anywhere is refused, and never throws otherwise', async () => {
    const { payload, signature } = signatureOfCommit(golden('ed25519.commit'));
    for (let at = 0; at < signature.length; at += 7) {
      for (const changed of [
        signature.slice(0, at),
        `${signature.slice(0, at)}${signature[at] === 'A' ? 'B' : 'A'}${signature.slice(at + 1)}`,
      ])
        await expect(
          verifySignature({ payload, signature: changed }, everybody, 'commit', now),
        ).rejects.toThrow(/unable to|unsupported signature/);
    }
  });

  test('of a security key counts, for what it was touched for', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const field = (bytes: string | Buffer) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(bytes));
      return Buffer.concat([length, Buffer.from(bytes)]);
    };
    const sha = (name: string, bytes: Buffer) => createHash(name).update(bytes).digest();
    const type = 'sk-ssh-ed25519@openssh.com';
    const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    const key = Buffer.concat([field(type), field(point), field('ssh:')]);
    const payload = Buffer.from('tree\n\nx\n');
    const parts = ['git', '', 'sha512', sha('sha512', payload)].map(field);
    const data = Buffer.concat([Buffer.from('SSHSIG'), ...parts]);
    const touch = Buffer.from([1, 0, 0, 0, 9]);
    const signed = sign(
      null,
      Buffer.concat([sha('sha256', Buffer.from('ssh:')), touch, sha('sha256', data)]),
      privateKey,
    );
    const blob = Buffer.concat([field(type), field(signed), touch]);
    const whole = Buffer.concat([
      Buffer.from('SSHSIG'),
      Buffer.from([0, 0, 0, 1]),
      field(key),
      ...parts.slice(0, 3),
      field(blob),
    ]);
    const signature = `-----BEGIN SSH SIGNATURE-----\n${whole.toString('base64')}\n-----END SSH SIGNATURE-----\n`;
    const keys = { openPgp: [], ssh: [`${type} ${key.toString('base64')}`] };
    expect(await verifySignature({ payload, signature }, keys, 'commit', now)).toMatch(/^SHA256:/);
    await expect(
      verifySignature({ payload: Buffer.from('tree\n\ny\n'), signature }, keys, 'commit', now),
    ).rejects.toThrow('no matching key');
  });
});

describe('an object', () => {
  test('without a signature is its own payload', () => {
    for (const name of ['unsigned.commit', 'unsigned.tag']) {
      const split = name.endsWith('tag') ? signatureOfTag : signatureOfCommit;
      expect(split(golden(name))).toEqual({ payload: golden(name), signature: '' });
    }
  });

  test('of two signatures has none, and words of its message are no header', () => {
    const one = text('ed25519.commit');
    const twice = one.replace('\ngpgsig ', '\ngpgsig x\ngpgsig ');
    expect(signatureOfCommit(Buffer.from(twice)).signature).toBe('');
    const said = Buffer.from('tree 1\n\ngpgsig -----BEGIN SSH SIGNATURE-----\n');
    expect(signatureOfCommit(said)).toEqual({ payload: said, signature: '' });
  });

  test('has the last signature that a line of its message begins', () => {
    const block = '-----BEGIN SSH SIGNATURE-----\n';
    const tag = Buffer.from(`object 1\n\nsaid -----BEGIN PGP SIGNATURE-----\n${block}a\n${block}b\n`);
    expect(signatureOfTag(tag).signature).toBe(`${block}b\n`);
  });

  test('of megabytes costs its length', () => {
    const header = Buffer.from(`gpgsig -\n${' \n'.repeat(1_000_000)}`);
    expect(signatureOfCommit(header).payload.length).toBe(0);
    const tags = Buffer.from('-----BEGIN PGP SIGNATURE-----\n'.repeat(100_000));
    expect(signatureOfTag(tags).signature.length).toBeGreaterThan(0);
  });
});
