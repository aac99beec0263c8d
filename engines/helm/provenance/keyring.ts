import { fromBytes, quote } from '@millrace/go-template';
import type { Key } from 'openpgp';
import { isKeybox, keysOfKeybox } from './keybox.ts';
import { ProvenanceError } from './provenance-error.ts';

/** Loaded where it is needed: few charts are verified, and the library is large. */
type OpenPgp = typeof import('openpgp');

/**
 * The keys of a keyring: OpenPGP packets, a keybox of GnuPG, or blocks of ASCII armor, one behind the other.
 * @throws ProvenanceError that begins with `failed to load keyring`.
 */
export async function readKeyring(bytes: Uint8Array, openpgp: OpenPgp): Promise<Key[]> {
  try {
    if (isKeybox(bytes)) return await openpgp.readKeys({ binaryKeys: keysOfKeybox(bytes) });
    const text = fromBytes(bytes).trimStart();
    if (text.startsWith('-----BEGIN PGP')) return await readArmored(text, openpgp);
    return await openpgp.readKeys({ binaryKeys: bytes });
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new ProvenanceError(`failed to load keyring: ${problem}`, { cause });
  }
}

async function readArmored(text: string, openpgp: OpenPgp): Promise<Key[]> {
  const keys: Key[] = [];
  for (const armoredKeys of armoredBlocks(text)) {
    for (const key of await openpgp.readKeys({ armoredKeys })) keys.push(key);
  }
  if (keys.length === 0) throw new ProvenanceError('reading armored keyring: no keys found');
  return keys;
}

const begin = '-----BEGIN PGP ';

/** The blocks of keys in a text, each with its marks. Throws ProvenanceError for a block of something else. */
function* armoredBlocks(text: string): Generator<string> {
  for (let at = text.indexOf(begin); at >= 0; ) {
    const type = text.slice(at + begin.length, text.indexOf('-', at + begin.length));
    if (type !== 'PUBLIC KEY BLOCK' && type !== 'PRIVATE KEY BLOCK') {
      throw new ProvenanceError(`expected a public or private key block, got ${quote(`PGP ${type}`)}`);
    }
    const mark = `-----END PGP ${type}-----`;
    const end = text.indexOf(mark, at);
    if (end < 0) return;
    yield text.slice(at, end + mark.length);
    at = text.indexOf(begin, end);
  }
}
