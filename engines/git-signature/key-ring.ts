import { UnusableKey } from './sign.ts';

/**
 * One private key of a key ring of OpenPGP, which may be in armor, as armored text: the one whose primary key has the
 * ID of 16 hexadecimal digits, or the first. Throws UnusableKey.
 */
export async function keyOfRing(ring: Uint8Array, keyId: string | undefined): Promise<string> {
  const id = keyId?.replace(/^0x/i, '').toUpperCase();
  if (id && id.length !== 16)
    throw new UnusableKey(`invalid GPG key id length; expected 16, got ${id.length}`);
  const keys = await keysOf(ring);
  const key = id ? keys.find(one => one.getKeyID().toHex().toUpperCase() === id) : keys[0];
  if (!key) throw new UnusableKey(id ? `no GPG keyring matching key id '${id}' found` : 'empty GPG key ring');
  if (!key.isPrivate()) throw new UnusableKey(`keyring does not contain ${lacking(id)}`);
  return key.armor();
}

function lacking(id: string | undefined): string {
  return id
    ? `private key for key id '${id}'`
    : "a private key; export the secret key with 'gpg --export-secret-keys' or specify --gpg-key-id";
}

async function keysOf(ring: Uint8Array) {
  const { readKeys } = await import('openpgp');
  const text = Buffer.from(ring.subarray(0, 64)).toString('latin1');
  const isArmored = text.trimStart().startsWith('-----BEGIN');
  const reading = isArmored
    ? readKeys({ armoredKeys: Buffer.from(ring).toString('utf8') })
    : readKeys({ binaryKeys: ring });
  return reading.catch(cause => {
    throw new UnusableKey('unable to read GPG key ring: it holds no keys of OpenPGP', { cause });
  });
}
