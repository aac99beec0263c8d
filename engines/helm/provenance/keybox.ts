import { ProvenanceError } from './provenance-error.ts';

/** Kinds of blobs in a keybox. */
const headerBlob = 1;
const openPgpBlob = 2;

/** A flag of blobs that GnuPG itself does not count among its keys. */
const ephemeral = 0x0002;

/** Whether bytes are a keybox, in which GnuPG 2.1 and later keep keys (`pubring.kbx`). */
export function isKeybox(bytes: Uint8Array): boolean {
  return bytes[4] === headerBlob && String.fromCharCode(...bytes.subarray(8, 12)) === 'KBXf';
}

/**
 * The keys of a keybox, as OpenPGP packets one behind the other.
 * @throws ProvenanceError for a broken one and for one without keys. Rule: kbx/keybox-blob.c of GnuPG
 */
export function keysOfKeybox(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const keys: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.length - at < 5 ? 0 : view.getUint32(at);
    if (length < 5 || length > bytes.length - at) {
      throw new ProvenanceError(`reading keybox: broken blob at byte ${at}`);
    }
    if (bytes[at + 4] === openPgpBlob) keys.push(keyOf(bytes, view, at, length));
    at += length;
  }
  const all = Buffer.concat(keys);
  if (all.length === 0) throw new ProvenanceError('reading keybox: keybox contains no OpenPGP keys');
  return all;
}

function keyOf(bytes: Uint8Array, view: DataView, at: number, length: number): Uint8Array {
  if (length < 16) throw new ProvenanceError(`reading keybox: OpenPGP blob at byte ${at} is too short`);
  const [from, size] = [view.getUint32(at + 8), view.getUint32(at + 12)];
  if (from + size > length) {
    throw new ProvenanceError(`reading keybox: OpenPGP blob at byte ${at} has an out-of-range keyblock`);
  }
  const isEphemeral = (view.getUint16(at + 6) & ephemeral) !== 0;
  return isEphemeral ? new Uint8Array() : bytes.subarray(at + from, at + from + size);
}
