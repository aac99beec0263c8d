import { expect, test } from 'vitest';
import { keyPairOf, newKeyPair } from './key-pair.ts';

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
