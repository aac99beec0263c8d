import type { PublicKey } from 'openpgp';

type Verified = { key: string } | { problem: string };

/**
 * Which key has signed: the ID of its primary key, in capital letters. Keys that have expired by now, or were revoked,
 * count no more, as ProtonMail's go-crypto has it, which Flux uses.
 */
export async function verifyOpenPgp(
  armored: string,
  payload: Uint8Array,
  rings: string[],
  now: Date,
): Promise<Verified> {
  const { createMessage, readKeys, readSignature, verify } = await import('openpgp');
  const keys: PublicKey[] = [];
  let unread = 0;
  for (const ring of rings) {
    const read = await readKeys({ armoredKeys: ring }).catch(() => undefined);
    if (read) keys.push(...read.map(key => key.toPublic()));
    else unread++;
  }
  if (keys.length === 0 && unread > 0)
    return { problem: 'unable to read armored key ring: none of the keys is one of OpenPGP in armor' };
  const signature = await readSignature({ armoredSignature: armored }).catch(() => undefined);
  if (!signature) return { problem: 'the signature is none of OpenPGP' };
  const message = await createMessage({ binary: payload });
  const { signatures } = await verify({ message, signature, verificationKeys: keys, date: now });
  for (const { keyID, verified } of signatures) {
    const isGood = await verified.catch(() => false);
    const signer = isGood ? await signerOf(keys, keyID, now) : undefined;
    if (signer) return { key: signer.getKeyID().toHex().toUpperCase() };
  }
  return { problem: 'unable to verify payload with any of the given key rings: no matching key' };
}

type KeyID = Parameters<PublicKey['getSigningKey']>[0];

/** The key that may sign under that ID, now as well as then. */
async function signerOf(keys: PublicKey[], id: KeyID, now: Date): Promise<PublicKey | undefined> {
  for (const key of keys) {
    const mayNow = await key.getSigningKey(id, now).then(
      () => true,
      () => false,
    );
    if (mayNow) return key;
  }
  return undefined;
}
