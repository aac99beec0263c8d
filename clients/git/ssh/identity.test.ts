import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import { goldenKey } from '../testing/ssh-server.ts';
import { InvalidIdentity, isEncrypted, openIdentity, parseIdentity } from './identity.ts';

const publicOf = (identity: { key: string; passphrase?: string }) => {
  const key = ssh2.utils.parseKey(identity.key, identity.passphrase);
  return key instanceof Error ? key.message : [key].flat()[0]!.getPublicSSH().toString('base64');
};

describe('a private key', () => {
  test.each([
    'openssh-ed25519',
    'openssh-rsa',
    'openssh-ecdsa-256',
    'openssh-ecdsa-384',
    'openssh-ecdsa-521',
    'pem-rsa',
    'pem-ecdsa',
    'pkcs8-rsa',
    'pkcs8-ecdsa',
    'pkcs8-ed25519',
  ])('of the kind %s is read, with an end of line or none', name => {
    const expected = goldenKey(`${name}.pub`).split(' ')[1];
    expect(publicOf(parseIdentity(goldenKey(name)))).toBe(expected);
    expect(publicOf(parseIdentity(`\n${goldenKey(name).trim().replaceAll('\n', '\r\n')}`))).toBe(expected);
  });

  test.each(['openssh-ed25519-encrypted', 'pem-rsa-encrypted', 'pkcs8-rsa-encrypted'])(
    'of the kind %s is read with its password only',
    name => {
      expect(publicOf(parseIdentity(goldenKey(name), 'hunter2'))).toBe(
        goldenKey(`${name}.pub`).split(' ')[1],
      );
      expect(() => parseIdentity(goldenKey(name), 'secret')).toThrow('encrypted with another password');
      expect(() => parseIdentity(goldenKey(name))).toThrow('the key is encrypted');
    },
  );

  test.each(['openssh-ed25519-encrypted', 'pem-rsa-encrypted', 'pkcs8-rsa-encrypted'])(
    'of the kind %s is opened, and needs its password no more',
    name => {
      expect(isEncrypted(goldenKey(name))).toBe(true);
      const opened = openIdentity(goldenKey(name), 'hunter2');
      expect(isEncrypted(opened)).toBe(false);
      expect(publicOf(parseIdentity(opened))).toBe(goldenKey(`${name}.pub`).split(' ')[1]);
    },
  );

  test('that would take hours to open is refused at once', () => {
    const [head, ...body] = goldenKey('openssh-ed25519-encrypted').trim().split('\n');
    const bytes = Buffer.from(body.slice(0, -1).join(''), 'base64');
    const at = bytes.indexOf(Buffer.from([0, 0, 0, 16, 0, 0, 0, 1]));
    bytes.writeUInt32BE(2 ** 31, at);
    const slow = `${head}\n${bytes.toString('base64')}\n${body.at(-1)}`;
    expect(at).toBeGreaterThan(0);
    expect(() => parseIdentity(slow, 'hunter2')).toThrow('more than 256 rounds');
  });

  test.each([
    ['nothing', ''],
    ['words', 'secret'],
    ['a public key', goldenKey('openssh-rsa.pub')],
    ['a key that is cut', goldenKey('openssh-rsa').slice(0, 300)],
    ['a header alone', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ])('is not %s', (_, text) => {
    expect(() => parseIdentity(text)).toThrow(InvalidIdentity);
    expect(() => parseIdentity(text)).not.toThrow(/secret/);
  });
});
