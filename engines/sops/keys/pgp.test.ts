import { readFileSync } from 'node:fs';
import { readPrivateKey } from 'openpgp';
import { describe, expect, test } from 'vitest';
import type { Recorded } from '../golden/record.ts';
import { decrypt, KeyFailed, pgpKeys, SopsFailed } from '../index.ts';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8')) as T;
const keys = read<Record<string, string>>('keys.json');
const file = (name: string) => read<Recorded[]>('files.json').find(one => one.name === name)!;
const open = async (name: string, service: Awaited<ReturnType<typeof pgpKeys>>) =>
  Buffer.from(await decrypt(Buffer.from(file(name).encrypted), { format: 'json', keys: [service] })).toString(
    'base64',
  );

const binary = (armored: string) => Buffer.from(armored.split('\n\n')[1]!.split('\n=')[0]!, 'base64');

describe('keys of OpenPGP', () => {
  test('several keys in one text, and several texts', async () => {
    const service = await pgpKeys([`${keys.pgpRsa}\n${keys.pgpCurve}`, keys.pgpLocked!], {
      passphrase: keys.passphrase,
    });
    expect(service.name).toBe('pgp (3 secret keys)');
    for (const name of ['json, key pgpRsa', 'json, key pgpCurve', 'json, key pgpLocked'])
      expect(await open(name, service)).toBe(file(name).plain);
  });

  test('keys that are not armored', async () => {
    const service = await pgpKeys([binary(keys.pgpCurve!)]);
    expect(await open('json, key pgpCurve', service)).toBe(file('json, key pgpCurve').plain);
  });

  test.each([undefined, 'wrong'])(
    'a key that is locked opens nothing with the passphrase %s',
    async passphrase => {
      const service = await pgpKeys([keys.pgpLocked!], { passphrase });
      await expect(open('json, key pgpLocked', service)).rejects.toThrow(SopsFailed);
    },
  );

  test('a file for another key is refused', async () => {
    await expect(open('json, key pgpCurve', await pgpKeys([keys.pgpRsa!]))).rejects.toThrow(
      'pgp (1 secret key): ',
    );
  });

  test('public keys beside them are no mistake', async () => {
    const armored = (await readPrivateKey({ armoredKey: keys.pgpCurve! })).toPublic().armor();
    expect((await pgpKeys([armored, keys.pgpCurve!])).name).toBe('pgp (1 secret key)');
  });

  test.each(['', 'x', `${keys.pgpRsa!.slice(0, 300)}\n-----END PGP PRIVATE KEY BLOCK-----`])(
    'what holds no key is refused by its number (%#)',
    async text => {
      const error = await pgpKeys([keys.pgpRsa!, text]).catch((one: unknown) => one);
      expect(error).toBeInstanceOf(KeyFailed);
      expect((error as Error).message).toMatch(/^PGP keys 2: /);
    },
  );
});
