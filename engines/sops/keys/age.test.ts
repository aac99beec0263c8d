import { readFileSync } from 'node:fs';
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import type { Recorded } from '../golden/record.ts';
import { ageKeys, decrypt, KeyFailed } from '../index.ts';

const keys = JSON.parse(readFileSync(new URL('../golden/keys.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;
const files = JSON.parse(
  readFileSync(new URL('../golden/files.json', import.meta.url), 'utf8'),
) as Recorded[];
const dataKey = new Uint8Array(32).fill(3);

async function encryptFor(...identities: string[]): Promise<{ kind: 'age'; recipient: string; enc: string }> {
  const encrypter = new Encrypter();
  for (const identity of identities) encrypter.addRecipient(await identityToRecipient(identity));
  return { kind: 'age', recipient: 'r', enc: armor.encode(await encrypter.encrypt(dataKey)) };
}

async function withPassphrase(text: string, passphrase: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(4);
  return armor.encode(await encrypter.encrypt(text));
}

describe('keys of age', () => {
  test('a text has several identities, with comments and empty lines', async () => {
    const [first, second] = [await generateX25519Identity(), await generateX25519Identity()];
    const service = await ageKeys([`# created\n${first}\n\n  ${second}\r\n`, keys.agePostQuantum!]);
    expect(service.name).toBe('age (3 identities)');
    expect(await service.dataKey(await encryptFor(second))).toEqual(dataKey);
  });

  test('identities that are encrypted are opened by the passphrase', async () => {
    const identity = await generateX25519Identity();
    const text = await withPassphrase(`# mine\n${identity}\n`, 'open sesame');
    const service = await ageKeys([text], { passphrase: 'open sesame' });
    expect(await service.dataKey(await encryptFor(identity))).toEqual(dataKey);
    await expect(ageKeys([text], { passphrase: 'other' })).rejects.toThrow(
      'cannot be decrypted with the passphrase',
    );
    await expect(ageKeys([text])).rejects.toThrow('they are encrypted, and no passphrase was given');
  });

  test.each(['sshEd25519', 'sshRsa'])('%s that is encrypted is opened by the passphrase', async name => {
    const locked = keys[`${name}Locked`]!;
    const file = files.find(one => one.name === `json, key ${name}`)!;
    const { passphrase } = keys;
    const service = await ageKeys([locked], { passphrase });
    const plain = await decrypt(Buffer.from(file.encrypted), { format: 'json', keys: [service] });
    expect(Buffer.from(plain).toString('base64')).toBe(file.plain);
    await expect(ageKeys([locked], { passphrase: 'x' })).rejects.toThrow(
      'cannot be decrypted with the passphrase',
    );
    await expect(ageKeys([locked])).rejects.toThrow(
      'age identities 1: the key is encrypted, and no passphrase was given',
    );
  });

  test('a data key for somebody else is refused with the reason', async () => {
    const service = await ageKeys([await generateX25519Identity()]);
    const key = await encryptFor(await generateX25519Identity());
    await expect(service.dataKey(key)).rejects.toThrow(KeyFailed);
    await expect(service.dataKey(key)).rejects.toThrow("no identity matched any of the file's recipients");
  });

  test('a data key for more recipients than SOPS writes is refused before any is tried', async () => {
    const identity = await generateX25519Identity();
    const service = await ageKeys([identity]);
    const key = await encryptFor(...Array.from({ length: 9 }, () => identity));
    await expect(service.dataKey(key)).rejects.toThrow('encrypted for 9 recipients');
  });

  test.each(['', 'x', '-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----'])(
    'a data key that is %j is refused',
    async enc => {
      const service = await ageKeys([keys.age!]);
      await expect(service.dataKey({ kind: 'age', recipient: 'r', enc })).rejects.toThrow(KeyFailed);
    },
  );

  test.each([
    ['a recipient', 'age1v0g47399lc0jm9wmnexhte0m604t7pfewj6qtgvdlsks3y68wsgqj5jed4'],
    ['a broken identity', keys.age!.replace(/(AGE-SECRET-KEY-1.{10})./, '$1b')],
    ['a plugin', 'AGE-PLUGIN-YUBIKEY-1QQPQYQSZQG'],
    ['a broken key of SSH', keys.sshEd25519!.replace(/.{20}\n-----END/, '\n-----END')],
    ['half a key of SSH', keys.sshRsaPem!.slice(0, 400)],
    [
      'a key of SSH of another type',
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n',
    ],
  ])('%s is refused, by its number and without its text', async (_, text) => {
    const error = await ageKeys([keys.age!, text]).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(KeyFailed);
    expect((error as Error).message).toMatch(/^age identities 2/);
    for (const word of text.match(/[A-Za-z0-9+/]{12,}/g) ?? [])
      expect((error as Error).message).not.toContain(word);
  });
});
