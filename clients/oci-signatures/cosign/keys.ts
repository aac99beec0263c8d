import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { SignatureError } from '../errors.ts';
import type { SignatureStore } from '../store.ts';
import type { Signed } from '../trust.ts';
import {
  at,
  base64,
  findSignatures,
  isSimpleFor,
  isStatementFor,
  type SimpleSignature,
} from './signatures.ts';

/** One of the keys has to have made one of the signatures. The transparency log does not matter, as in Flux. */
export async function verifyByKeys(
  signed: Signed,
  keys: string[],
  store: SignatureStore,
  signal: AbortSignal,
): Promise<void> {
  const parsed = keys.map(publicKey);
  const found = await findSignatures(signed, store, signal);
  const { digest, repository } = signed;
  const isSigned = parsed.some(key =>
    'bundles' in found
      ? found.bundles.some(bundle => isBundleBy(key, bundle, digest))
      : found.simple.some(simple => isSimpleBy(key, simple, digest)),
  );
  if (!isSigned) throw new SignatureError(`no matching signatures were found for '${repository}@${digest}'`);
}

function publicKey(pem: string): KeyObject {
  try {
    if (!pem.includes('PUBLIC KEY-----')) throw new Error('no public key');
    return createPublicKey(pem);
  } catch {
    throw new SignatureError('a .pub entry of the secret is no public key in PEM');
  }
}

function isSimpleBy(key: KeyObject, { payload, annotations }: SimpleSignature, digest: string): boolean {
  const signature = base64(annotations['dev.cosignproject.cosign/signature']);
  return signature !== undefined && isSignature(key, payload, signature) && isSimpleFor(payload, digest);
}

function isBundleBy(key: KeyObject, bundle: JsonObject, digest: string): boolean {
  const envelope = at(bundle, 'dsseEnvelope');
  const payload = base64(at(envelope, 'payload'));
  const payloadType = at(envelope, 'payloadType');
  const signatures = at(envelope, 'signatures');
  if (!payload || typeof payloadType !== 'string' || !Array.isArray(signatures)) return false;
  // More than one is not allowed (sigstore_bundle.proto).
  const signature = signatures.length === 1 ? base64(at(signatures[0], 'sig')) : undefined;
  if (!signature || !isSignature(key, preAuthentication(payloadType, payload), signature)) return false;
  return isStatementFor(payload, payloadType, digest);
}

/** What is signed of an envelope (DSSE, protocol.md). */
function preAuthentication(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** The hash that cosign signs with since it chooses by the curve; before, and for RSA, it was SHA-256 always. */
const hashes: Record<string, string> = { secp384r1: 'sha384', secp521r1: 'sha512' };

function isSignature(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const own = hashes[details?.namedCurve ?? ''];
  const tried = type === 'ed25519' ? [null] : own === undefined ? ['sha256'] : ['sha256', own];
  try {
    return tried.some(hash => verify(hash, bytes, key, signature));
  } catch {
    return false;
  }
}
