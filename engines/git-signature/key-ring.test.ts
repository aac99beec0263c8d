import { generateKey, readKey } from 'openpgp';
import { beforeAll, describe, expect, test } from 'vitest';
import { keyOfRing, UnusableKey } from './index.ts';

const make = (name: string) =>
  generateKey({ userIDs: [{ name }], type: 'ecc', curve: 'ed25519Legacy', format: 'object' });

describe('a key ring of OpenPGP', () => {
  let [ann, ben]: Awaited<ReturnType<typeof make>>[] = [];
  let ring: Uint8Array;
  const idOf = (pair = ben!) => pair.publicKey.getKeyID().toHex();
  beforeAll(async () => {
    [ann, ben] = [await make('ann'), await make('ben')];
    ring = Buffer.concat([ann.privateKey.write(), ben.privateKey.write()]);
  });

  test.each([
    ['gives its first key', () => undefined, () => ann!],
    ['gives the key of an ID', () => idOf(), () => ben!],
    ['gives the key of an ID however that is written', () => `0x${idOf().toUpperCase()}`, () => ben!],
  ])('%s', async (_, id, expected) => {
    const key = await readKey({ armoredKey: await keyOfRing(ring, id()) });
    expect(key.isPrivate()).toBe(true);
    expect(key.getFingerprint()).toBe(expected().publicKey.getFingerprint());
  });

  test('may be in armor', async () => {
    const key = await readKey({
      armoredKey: await keyOfRing(Buffer.from(ann!.privateKey.armor()), undefined),
    });
    expect(key.getFingerprint()).toBe(ann!.publicKey.getFingerprint());
  });

  test.each([
    ['an ID that is none', () => ring, 'ABCD', /invalid GPG key id length; expected 16, got 4/],
    [
      'an ID that nobody has',
      () => ring,
      '0123456789ABCDEF',
      /no GPG keyring matching key id '0123456789ABCDEF'/,
    ],
    ['nothing but public keys', () => ann!.publicKey.write(), undefined, /does not contain a private key/],
    ['what is no key', () => Buffer.from('hello'), undefined, /it holds no keys of OpenPGP/],
    ['nothing', () => Buffer.alloc(0), undefined, /key ring/],
  ])('is refused with %s', async (_, bytes, id, why) => {
    await expect(keyOfRing(bytes(), id)).rejects.toThrow(UnusableKey);
    await expect(keyOfRing(bytes(), id)).rejects.toThrow(why);
  });
});
