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

/** @param armored one private key of OpenPGP in armor that needs no passphrase. Throws UnusableKey. */
export async function signByOpenPgp(armored: string): Promise<Sign> {
  const { createMessage, sign } = await import('openpgp');
  const signingKeys = await onlyKey(armored);
  if (!signingKeys.isDecrypted()) throw new UnusableKey('the key needs a passphrase');
  return async payload => {
    const message = await createMessage({ binary: payload });
    return sign({ message, signingKeys, detached: true, format: 'armored' }).catch(cause => {
      throw new UnusableKey(`the key cannot sign: ${messageOf(cause)}`, { cause });
    });
  };
}

/**
 * The same private key, to be used without its passphrase. To open it takes as long as who made it wanted: it is no work
 * for the event loop. Throws UnusableKey.
 */
export async function openKey(armored: string, passphrase: string): Promise<string> {
  const privateKey = await onlyKey(armored);
  if (privateKey.isDecrypted()) return armored;
  const { decryptKey } = await import('openpgp');
  const opened = await decryptKey({ privateKey, passphrase }).catch(cause => {
    throw new UnusableKey('the passphrase does not open the key', { cause });
  });
  return opened.armor();
}

async function onlyKey(armored: string): Promise<PrivateKey> {
  const { readPrivateKeys } = await import('openpgp');
  const keys = await readPrivateKeys({ armoredKeys: armored }).catch(cause => {
    throw new UnusableKey('it holds no private key of OpenPGP in armor', { cause });
  });
  if (keys.length !== 1) throw new UnusableKey('it holds more than one key: which of them signs is not told');
  return keys[0]!;
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
