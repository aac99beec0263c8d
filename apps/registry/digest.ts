import { createHash, type Hash } from 'node:crypto';
import { Problem } from './problem.ts';

export type Algorithm = 'sha256' | 'sha512';

const lengths: Record<Algorithm, number> = { sha256: 64, sha512: 128 };

/** What content is called by (image-spec, descriptor.md, "Digests"). */
export interface Digest {
  readonly algorithm: Algorithm;
  readonly hex: string;
  /** `algorithm:hex`. */
  readonly text: string;
}

/** Undefined for what is no digest of the registered algorithms. */
export function digestIn(text: string): Digest | undefined {
  const [algorithm = '', hex = '', ...more] = text.split(':');
  if (algorithm !== 'sha256' && algorithm !== 'sha512') return undefined;
  if (more.length > 0 || hex.length !== lengths[algorithm] || !/^[0-9a-f]+$/.test(hex)) return undefined;
  return { algorithm, hex, text };
}

/** Throws Problem. */
export function requireDigest(text: string): Digest {
  const digest = digestIn(text);
  if (digest) return digest;
  throw new Problem(
    400,
    'DIGEST_INVALID',
    'a digest is sha256: with 64 or sha512: with 128 hexadecimal digits',
  );
}

export function digestOf(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): Digest {
  return finished(createHash(algorithm).update(bytes), algorithm);
}

/** Of a hash that has heard everything. */
export function finished(hash: Hash, algorithm: Algorithm): Digest {
  const hex = hash.digest('hex');
  return { algorithm, hex, text: `${algorithm}:${hex}` };
}
