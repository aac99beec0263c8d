import type { PrivateKey } from 'openpgp';
import { sshSigner } from './ssh-signer.ts';

/** Makes the signature of a commit, in armor. */
export type Sign = (payload: Uint8Array) => Promise<string>;

/** A key that cannot sign. Says why, and nothing of the key. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey';
}

/** @param pem a private key of RSA, ECDSA or Ed25519 that needs no password. Throws UnusableKey. */
export function signBySsh(pem: string): Sign {
  const sign = sshSigner(pem);
  if (!sign) throw new UnusableKey('the key is none of RSA, ECDSA or Ed25519');
  return async payload => sign(payload);
}

/**
 * @param armored one private key of OpenPGP in armor
 * @param passphrase where the key needs one. Throws UnusableKey.
 */
export async function signByOpenPgp(armored: string, passphrase: string | undefined): Promise<Sign> {
  const { createMessage, sign } = await import('openpgp');
  const signingKeys = await opened(await onlyKey(armored), passphrase);
  return async payload => {
    const message = await createMessage({ binary: payload });
    return sign({ message, signingKeys, detached: true, format: 'armored' }).catch(cause => {
      throw new UnusableKey(`the key cannot sign: ${messageOf(cause)}`, { cause });
    });
  };
}

async function onlyKey(armored: string): Promise<PrivateKey> {
  const { readPrivateKeys } = await import('openpgp');
  const keys = await readPrivateKeys({ armoredKeys: armored }).catch(cause => {
    throw new UnusableKey('it holds no private key of OpenPGP in armor', { cause });
  });
  if (keys.length !== 1) throw new UnusableKey('it holds more than one key: which of them signs is not told');
  return keys[0]!;
}

async function opened(key: PrivateKey, passphrase: string | undefined): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (passphrase === undefined) throw new UnusableKey('the key needs a passphrase');
  const { decryptKey } = await import('openpgp');
  return decryptKey({ privateKey: key, passphrase }).catch(cause => {
    throw new UnusableKey('the passphrase does not open the key', { cause });
  });
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
