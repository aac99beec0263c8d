import { createHash } from 'node:crypto';
import { fromBytes, quote } from '@millrace/go-template';
import type { CleartextMessage, Key } from 'openpgp';
import { readKeyring } from './keyring.ts';
import { type ProvenanceMessage, readProvenanceMessage } from './message.ts';
import { ProvenanceError } from './provenance-error.ts';

export interface ProvenanceInput {
  /** The chart's archive. */
  archive: Uint8Array;
  /** Its name, without folders: the provenance file has digests by name. */
  name: string;
  /** The `.prov` file. */
  provenance: Uint8Array;
  /** Public keys: see readKeyring. */
  keyring: Uint8Array;
  /** When signatures and keys are to be valid. */
  now: Date;
}

export interface Verification {
  /** The user ids of the key. */
  signedBy: string[];
  /** In capitals. */
  fingerprint: string;
  /** `sha256:…` of the archive. */
  hash: string;
  message: ProvenanceMessage;
}

/**
 * An archive must be what its provenance file says, and a key of the keyring must have signed that.
 * @throws ProvenanceError. Rule: `helm verify`
 */
export async function verifyProvenance(input: ProvenanceInput): Promise<Verification> {
  const openpgp = await import('openpgp');
  const keys = await readKeyring(input.keyring, openpgp);
  const signed = /-----BEGIN PGP SIGNED MESSAGE-----.*/s.exec(fromBytes(input.provenance))?.[0];
  if (signed === undefined) throw new ProvenanceError('signature block not found');
  const message = await readSigned(signed, openpgp);
  const key = await signerOf(message, keys, input.now, openpgp);
  const content = readProvenanceMessage(message.getText());
  return {
    signedBy: key.getUserIDs(),
    fingerprint: key.getFingerprint().toUpperCase(),
    hash: requireHash(input, content),
    message: content,
  };
}

type OpenPgp = typeof import('openpgp');

async function readSigned(text: string, openpgp: OpenPgp): Promise<CleartextMessage> {
  try {
    return await openpgp.readCleartextMessage({ cleartextMessage: text });
  } catch (cause) {
    throw new ProvenanceError('signature block not found', { cause });
  }
}

/** The key whose signature holds. */
async function signerOf(message: CleartextMessage, keys: Key[], date: Date, openpgp: OpenPgp): Promise<Key> {
  const { signatures } = await openpgp.verify({ message, verificationKeys: keys, date });
  let broken: unknown;
  for (const { keyID, verified } of signatures) {
    const [valid, key] = [verified.catch((error: unknown) => (broken = error)), keyOf(keyID, keys)];
    if ((await valid) === true && key !== undefined) return key;
    if (key === undefined) broken = undefined;
  }
  if (broken === undefined) throw new ProvenanceError('openpgp: signature made by unknown entity');
  const problem = broken instanceof Error ? broken.message : String(broken);
  throw new ProvenanceError(`openpgp: invalid signature: ${problem}`, { cause: broken });
}

function keyOf(id: Parameters<Key['getKeys']>[0], keys: Key[]): Key | undefined {
  return keys.find(key => key.getKeys(id).length > 0);
}

function requireHash({ archive, name }: ProvenanceInput, { files }: ProvenanceMessage): string {
  const hash = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
  const said = files.get(name);
  if (said === undefined) {
    throw new ProvenanceError(`provenance does not contain a SHA for a file named ${quote(name)}`);
  }
  if (said !== hash) {
    throw new ProvenanceError(`sha256 sum does not match for ${name}: ${quote(said)} != ${quote(hash)}`);
  }
  return hash;
}
