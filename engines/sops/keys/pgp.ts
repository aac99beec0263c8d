import type { PrivateKey } from 'openpgp';
import type { KeyService } from '../master-key.ts';
import { KeyFailed } from '../sops-error.ts';

/** Loaded where it is needed: the library is large. */
type OpenPgp = typeof import('openpgp');

/**
 * A service for secret keys of OpenPGP, each text or file with one or more of them, armored or not. A key that is
 * locked is unlocked by the passphrase; without one, or with a wrong one, it opens nothing, as in GnuPG without a
 * terminal.
 * @throws KeyFailed for what holds no key. It says which by its number, and nothing of what it holds.
 */
export async function pgpKeys(
  files: readonly (string | Uint8Array)[],
  { passphrase }: { passphrase?: string } = {},
): Promise<KeyService> {
  const openpgp = await import('openpgp');
  const keys: PrivateKey[] = [];
  for (const [i, file] of files.entries())
    for (const key of await readKeys(openpgp, file, `PGP keys ${i + 1}`))
      keys.push(await unlocked(openpgp, key, passphrase));
  return {
    name: `pgp (${keys.length} ${keys.length === 1 ? 'secret key' : 'secret keys'})`,
    opens: key => key.kind === 'pgp',
    async dataKey(key) {
      if (key.kind !== 'pgp') throw new KeyFailed('not a key of OpenPGP');
      return open(openpgp, keys, key.enc);
    },
  };
}

async function open(openpgp: OpenPgp, keys: PrivateKey[], enc: string): Promise<Uint8Array> {
  try {
    const message = await openpgp.readMessage({ armoredMessage: enc });
    const { data } = await openpgp.decrypt({ message, decryptionKeys: keys, format: 'binary' });
    return data as Uint8Array;
  } catch (cause) {
    const [problem] = (cause instanceof Error ? cause.message : 'failed').split('\n');
    throw new KeyFailed(`failed to decrypt sops data key with pgp: ${problem}`, { cause });
  }
}

async function readKeys(openpgp: OpenPgp, file: string | Uint8Array, name: string): Promise<PrivateKey[]> {
  const text = typeof file === 'string' ? file : Buffer.from(file).toString('latin1');
  const keys: PrivateKey[] = [];
  try {
    for (const armoredKeys of blocks(text))
      for (const key of await openpgp.readPrivateKeys({ armoredKeys })) keys.push(key);
    // Public keys are no mistake, as they are none for `gpg --import`: they open nothing.
    if (text.includes('-----BEGIN PGP ')) return keys;
    const all = await openpgp.readKeys({ binaryKeys: Buffer.from(text, 'latin1') });
    return all.filter(key => key.isPrivate());
  } catch (cause) {
    throw new KeyFailed(`${name}: they cannot be read as keys of OpenPGP`, { cause });
  }
}

const begin = '-----BEGIN PGP PRIVATE KEY BLOCK-----';
const end = '-----END PGP PRIVATE KEY BLOCK-----';

/** Several blocks may stand in one text, as `gpg --export-secret-keys --armor` writes them one after the other. */
function* blocks(text: string): Generator<string> {
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    const last = text.indexOf(end, at);
    if (last < 0) return;
    yield text.slice(at, last + end.length);
  }
}

async function unlocked(
  openpgp: OpenPgp,
  key: PrivateKey,
  passphrase: string | undefined,
): Promise<PrivateKey> {
  if (passphrase === undefined || key.isDecrypted()) return key;
  try {
    return await openpgp.decryptKey({ privateKey: key, passphrase });
  } catch {
    return key;
  }
}
