import { createHash, type Hash } from 'node:crypto';

/** `sha256:…` or `sha512:…`, in lower case. */
export type Digest = string;

const lengths: Record<string, number> = { sha256: 64, sha512: 128 };

/** The digests that registries must know (image-spec, descriptor.md, "Registered algorithms"). */
export function isDigest(text: string): text is Digest {
  const [algorithm = '', hex = '', ...more] = text.split(':');
  return more.length === 0 && lengths[algorithm] === hex.length && /^[0-9a-f]+$/.test(hex);
}

/** The hash that a digest names. */
export function hashFor(digest: Digest): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

export function digestOf(hash: Hash, like: Digest): Digest {
  return `${like.slice(0, like.indexOf(':'))}:${hash.digest('hex')}`;
}
