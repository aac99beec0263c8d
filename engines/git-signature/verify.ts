import { verifyOpenPgp } from './openpgp.ts';
import type { SignedObject } from './signed-object.ts';
import { verifySsh } from './ssh-signature.ts';

/** Whose signatures count. */
export interface TrustedKeys {
  /** Key rings in armor. */
  openPgp: string[];
  /** Lines as `authorized_keys` has them. */
  ssh: string[];
}

/** The signature does not show that the object is from somebody who is trusted. */
export class UnverifiedSignature extends Error {
  override readonly name = 'UnverifiedSignature';
}

/**
 * Who has signed: the ID of an OpenPGP key, or the fingerprint of an SSH key. Throws UnverifiedSignature.
 * @param kind for messages: `commit`
 * @param now when keys and signatures have to be valid
 */
export async function verifySignature(
  { payload, signature }: SignedObject,
  keys: TrustedKeys,
  kind: 'commit' | 'tag',
  now: Date,
): Promise<string> {
  const text = signature.trim();
  const problem = (why: string) => new UnverifiedSignature(`unable to verify Git ${kind}${why}`);
  if (text.startsWith('-----BEGIN PGP SIGNATURE-----')) {
    if (keys.openPgp.length === 0)
      throw new UnverifiedSignature(
        'PGP signature detected but no PGP public keys found in secret (keys with .asc suffix)',
      );
    const found = await verifyOpenPgp(text, payload, keys.openPgp, now);
    if ('key' in found) return found.key;
    throw problem(`: ${found.problem}`);
  }
  if (text.startsWith('-----BEGIN SSH SIGNATURE-----')) {
    if (keys.ssh.length === 0)
      throw new UnverifiedSignature(
        'SSH signature detected but no SSH public keys found in secret (keys with .sshpub suffix)',
      );
    const found = verifySsh(text, payload, keys.ssh);
    if ('key' in found) return found.key;
    throw problem(` SSH signature: ${found.problem}`);
  }
  throw new UnverifiedSignature(`unsupported signature type: ${typeOf(text)}`);
}

function typeOf(signature: string): string {
  if (signature === '') return 'empty';
  return signature.startsWith('-----BEGIN SIGNED MESSAGE-----') ? 'x509' : 'unknown';
}
