import { describe, expect, test } from 'vitest';
import { readChartArchive } from '../chart/load.ts';
import golden from './golden/signed.json' with { type: 'json' };
import { verifyProvenance } from './verify.ts';

const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const bytes = (text: string) => new TextEncoder().encode(text);

/** A chart that helm packed and signed. */
const signed = {
  archive: base64(golden.archive),
  name: golden.name,
  provenance: bytes(golden.provenance),
  keyring: base64(golden.keys),
  now: new Date('2027-01-01T00:00:00Z'),
};

/** A keybox with a header, an empty blob and a blob for each keyblock, as kbx/keybox-blob.c lays them out. */
function keybox(keyblocks: { key: Uint8Array; flags?: number }[]): Uint8Array {
  const blob = (type: number, body: Buffer) => {
    const head = Buffer.alloc(6);
    head.writeUInt32BE(6 + body.length);
    head[4] = type;
    return Buffer.concat([head, body]);
  };
  const header = blob(1, Buffer.from('\0\0KBXf\0\0\0\0', 'latin1'));
  const keys = keyblocks.map(({ key, flags = 0 }) => {
    const fields = Buffer.alloc(10);
    fields.writeUInt16BE(flags);
    fields.writeUInt32BE(16, 2);
    fields.writeUInt32BE(key.length, 6);
    return blob(2, Buffer.concat([fields, key]));
  });
  return Buffer.concat([header, blob(0, Buffer.alloc(3)), ...keys]);
}

describe('provenance', () => {
  test('a chart that helm signed is verified', async () => {
    const { signedBy, fingerprint, hash, message } = await verifyProvenance(signed);
    expect({ signedBy, fingerprint, hash }).toEqual({
      signedBy: [golden.signedBy],
      fingerprint: golden.fingerprint,
      hash: golden.hash,
    });
    expect(message.metadata).toEqual(readChartArchive(signed.archive).metadata);
  });

  test.each([
    ['ASCII armor', bytes(golden.armoredKeys)],
    ['several blocks of armor', bytes(`${golden.otherArmoredKeys}\n${golden.armoredKeys}`)],
    ['several keys', Buffer.concat([base64(golden.otherKeys), base64(golden.keys)])],
    ['a keybox', keybox([{ key: base64(golden.otherKeys) }, { key: base64(golden.keys) }])],
  ])('the keyring may be %s', async (_, keyring) => {
    expect((await verifyProvenance({ ...signed, keyring })).fingerprint).toBe(golden.fingerprint);
  });

  test.each([
    ['another key', { keyring: base64(golden.otherKeys) }, 'openpgp: signature made by unknown entity'],
    [
      'a text that was changed',
      { provenance: bytes(golden.provenance.replace('description: for', 'description: not for')) },
      'openpgp: invalid signature',
    ],
    [
      'another archive',
      { archive: bytes('x') },
      `sha256 sum does not match for demo-0.1.0.tgz: "${golden.hash}" != "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"`,
    ],
    [
      'another name',
      { name: 'o-0.1.0.tgz' },
      'provenance does not contain a SHA for a file named "o-0.1.0.tgz"',
    ],
    ['no signature', { provenance: bytes('hello') }, 'signature block not found'],
    ['a cut signature', { provenance: bytes(golden.provenance.slice(0, 400)) }, 'signature block not found'],
    ['a time before the signature', { now: new Date('2026-02-01') }, 'openpgp: invalid signature'],
    ['no keys', { keyring: new Uint8Array() }, 'failed to load keyring'],
    [
      'keys of another kind',
      { keyring: bytes('-----BEGIN PGP MESSAGE-----\n\n-----END PGP MESSAGE-----') },
      'failed to load keyring: expected a public or private key block, got "PGP MESSAGE"',
    ],
    [
      'a keybox that is cut',
      { keyring: keybox([{ key: base64(golden.keys) }]).subarray(0, 60) },
      'failed to load keyring: reading keybox: broken blob',
    ],
    [
      'a keybox whose keys do not count',
      { keyring: keybox([{ key: base64(golden.keys), flags: 2 }]) },
      'failed to load keyring: reading keybox: keybox contains no OpenPGP keys',
    ],
  ])('%s is refused', async (_, change, problem) => {
    await expect(verifyProvenance({ ...signed, ...change })).rejects.toThrow(problem);
  });
});
