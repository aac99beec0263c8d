import { constants, type KeyObject, verify, type X509Certificate } from 'node:crypto';
import { SignatureError } from '../errors.ts';

/** How a key signs: the key alone decides (Notary Project, specs/signature-specification.md, "Algorithm Selection"). */
export interface Algorithm {
  /** In a JWS, and in a COSE envelope (RFC 9053). */
  jws: string;
  cose: number;
  verify(bytes: Uint8Array, signature: Uint8Array): boolean;
}

const curves: Record<string, [jws: string, cose: number, hash: string]> = {
  prime256v1: ['ES256', -7, 'sha256'],
  secp384r1: ['ES384', -35, 'sha384'],
  secp521r1: ['ES512', -36, 'sha512'],
};
const lengths: Record<number, [jws: string, cose: number, hash: string]> = {
  2048: ['PS256', -37, 'sha256'],
  3072: ['PS384', -38, 'sha384'],
  4096: ['PS512', -39, 'sha512'],
};

/** Throws SignatureError for keys that may not sign. */
export function algorithmOf({ publicKey }: X509Certificate): Algorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = publicKey;
  const known =
    type === 'ec'
      ? curves[details.namedCurve ?? '']
      : type === 'rsa'
        ? lengths[details.modulusLength ?? 0]
        : undefined;
  if (!known)
    throw new SignatureError('the signing certificate has a key of a kind or length that is not supported');
  const [jws, cose, hash] = known;
  const key = type === 'ec' ? { key: publicKey, dsaEncoding: 'ieee-p1363' as const } : withPss(publicKey);
  return { jws, cose, verify: (bytes, signature) => verify(hash, bytes, key, signature) };
}

function withPss(key: KeyObject) {
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}
