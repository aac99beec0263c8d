import { describe, expect, test } from 'vitest';
import { keys, recorded, referrersTag, replaceLayer, simpleTag } from '../golden/repositories.ts';
import { verifySignature } from '../index.ts';

const { signal } = new AbortController();

const verify = (
  { signed, store }: Pick<ReturnType<typeof recorded>, 'signed' | 'store'>,
  ...trusted: string[]
) => verifySignature(signed, { by: 'cosign keys', keys: trusted }, store, signal);

describe('what cosign has signed with a key', () => {
  test.each([
    ['key-bundle', keys.cosign],
    ['key-simple', keys.cosign],
    ['rsa', keys.rsa],
    ['ecp384', keys.ecp384],
  ])('%s is verified', async (name, key) => {
    expect(await verify(recorded(name), key)).toBe('verified');
  });

  test('one of several keys is enough', async () => {
    expect(await verify(recorded('key-simple'), keys.rsa, keys.ed25519, keys.cosign)).toBe('verified');
  });

  test.each(['key-bundle', 'key-simple'])('%s is not verified by the keys of others', async name => {
    const { signed, store } = recorded(name);
    await expect(verify({ signed, store }, keys.rsa, keys.ecp384)).rejects.toThrow(
      `no matching signatures were found for '${signed.repository}@${signed.digest}'`,
    );
  });

  test('Ed25519ph, which cosign 3 signs with, is not known, as in Flux', async () => {
    await expect(verify(recorded('ed25519'), keys.ed25519)).rejects.toThrow('no matching signatures');
  });

  test('without a signature nothing is verified', async () => {
    await expect(verify(recorded('none'), keys.cosign)).rejects.toThrow('no matching signatures');
  });

  test('without a key nothing is verified', async () => {
    await expect(verify(recorded('key-simple'))).rejects.toThrow('no matching signatures');
  });

  test.each([
    ['key-bundle', referrersTag],
    ['key-simple', simpleTag],
  ])('the signature of %s is not good for another artifact', async (name, tagOf) => {
    const { signed, store, repository } = recorded(name);
    const other = { ...signed, digest: `sha256:${'0'.repeat(64)}` };
    repository.tags[tagOf(other)] = repository.tags[tagOf(signed)]!;
    await expect(verify({ signed: other, store }, keys.cosign)).rejects.toThrow('no matching signatures');
  });

  test.each([
    ['key-bundle', referrersTag],
    ['key-simple', simpleTag],
  ])('a payload of %s that was changed is not verified', async (name, tagOf) => {
    const { signed, store, repository } = recorded(name);
    replaceLayer(repository, tagOf(signed), bytes => {
      const text = bytes.toString('utf8');
      const bundle = JSON.parse(text);
      if (!bundle.dsseEnvelope) return Buffer.from(`${text} `);
      const { dsseEnvelope } = bundle;
      dsseEnvelope.payload = Buffer.from(`${Buffer.from(dsseEnvelope.payload, 'base64')} `).toString(
        'base64',
      );
      return Buffer.from(JSON.stringify(bundle));
    });
    await expect(verify({ signed, store }, keys.cosign)).rejects.toThrow('no matching signatures');
  });

  test.each(['', 'nonsense', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'])(
    'the key %j is refused',
    async key => {
      await expect(verify(recorded('key-simple'), key)).rejects.toThrow('no public key in PEM');
    },
  );
});
