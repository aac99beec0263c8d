import { X509Certificate } from 'node:crypto';
import { decode, encode, type TagDecoder } from 'cborg';
import { SignatureError, said } from '../errors.ts';
import { algorithmOf } from './algorithms.ts';
import { readAttributes } from './attributes.ts';
import { type Envelope, payloadType } from './envelope.ts';

/** Labels of headers (RFC 9052, 3.1; RFC 9360). */
const labels = { algorithm: 1, critical: 2, contentType: 3, chain: 33 };

/** A point in time (RFC 8949, 3.4.2), told from a number that has no tag. */
class Moment {
  readonly at: Date;
  constructor(seconds: unknown) {
    this.at = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  }
}

/** COSE_Sign1 (RFC 9052, 4.2). */
class Sign1 {
  readonly parts: unknown;
  constructor(parts: unknown) {
    this.parts = parts;
  }
}

/** An envelope in CBOR (RFC 9052; Notary Project, specs/signature-envelope-cose.md). */
export function openCose(bytes: Uint8Array): Envelope {
  const envelope = read(bytes);
  const [head, loose, payload, signature] =
    envelope instanceof Sign1 && Array.isArray(envelope.parts) ? envelope.parts : [];
  const isWhole =
    head instanceof Uint8Array && payload instanceof Uint8Array && signature instanceof Uint8Array;
  if (!isWhole || !(loose instanceof Map)) throw new SignatureError('the signature is no COSE_Sign1');
  const attributes = read(head);
  if (!(attributes instanceof Map)) throw new SignatureError('the signature has no protected header');
  const chain = certificatesIn(loose.get(labels.chain));
  const algorithm = algorithmOf(chain[0]);
  if (attributes.get(labels.algorithm) !== algorithm.cose)
    throw new SignatureError('the algorithm of the signature is not that of its certificate');
  const signed = encode(['Signature1', head, new Uint8Array(), payload]);
  if (!algorithm.verify(signed, signature))
    throw new SignatureError('signature is invalid: it is not by its certificate');
  if (attributes.get(labels.contentType) !== payloadType)
    throw new SignatureError(`the payload of the signature has to be ${payloadType}`);
  const critical: unknown = attributes.get(labels.critical);
  const get = (name: string): unknown => attributes.get(name);
  return {
    payload,
    chain,
    ...readAttributes({
      critical: Array.isArray(critical) ? critical : [],
      get,
      time: name => timeOf(get(name)),
    }),
  };
}

function read(bytes: Uint8Array): unknown {
  const as =
    (Kind: typeof Moment | typeof Sign1): TagDecoder =>
    content =>
      new Kind(content());
  try {
    const tags = { 1: as(Moment), 18: as(Sign1) };
    return decode(bytes, { useMaps: true, rejectDuplicateMapKeys: true, allowIndefinite: false, tags });
  } catch (cause) {
    throw new SignatureError(`the signature cannot be read: ${said(cause).slice(0, 200)}`);
  }
}

function certificatesIn(list: unknown): [X509Certificate, ...X509Certificate[]] {
  const [leaf, ...others] = (Array.isArray(list) ? list : []).map(bytes => {
    try {
      return new X509Certificate(bytes instanceof Uint8Array ? bytes : '');
    } catch {
      throw new SignatureError('the signature has a malformed certificate');
    }
  });
  if (leaf) return [leaf, ...others];
  throw new SignatureError('certificate chain is not present');
}

function timeOf(value: unknown): Date | undefined {
  return value instanceof Moment && !Number.isNaN(value.at.getTime()) ? value.at : undefined;
}
